// HHCode: a place as one 64-bit number, latitude and longitude interleaved bit by bit (facts warp10
// §7: quantised).

const LAT_UNIT = 180 / 2 ** 32;
const LON_UNIT = 360 / 2 ** 32;
const LOW = 0xffff_ffffn;

/**
 * Latitude and longitude in degrees as an HHCode (signed 64 bit). Beyond a pole the latitude is
 * mirrored and the longitude turned by half the globe; longitudes wrap.
 */
export function toHHCode(latitude: number, longitude: number): bigint {
  let lat = BigInt(Math.floor((latitude + 90) / LAT_UNIT));
  let lon = BigInt(Math.floor((longitude + 180) / LON_UNIT));
  if ((lat & 0x1_0000_0000n) !== 0n) {
    lat ^= LOW;
    lon ^= 0x8000_0000n;
  }
  return BigInt.asIntN(64, (spread(lat & LOW) << 1n) | spread(lon & LOW));
}

/** An HHCode back in degrees: the south-west corner of its cell. */
export function fromHHCode(hhcode: bigint): readonly [latitude: number, longitude: number] {
  const code = BigInt.asUintN(64, hhcode);
  return [Number(gather(code >> 1n)) * LAT_UNIT - 90, Number(gather(code)) * LON_UNIT - 180];
}

const STEPS = [
  [16n, 0x0000ffff0000ffffn],
  [8n, 0x00ff00ff00ff00ffn],
  [4n, 0x0f0f0f0f0f0f0f0fn],
  [2n, 0x3333333333333333n],
  [1n, 0x5555555555555555n],
] as const;

function spread(value: bigint): bigint {
  let bits = value;
  for (const [shift, mask] of STEPS) bits = (bits | (bits << shift)) & mask;
  return bits;
}

function gather(value: bigint): bigint {
  let bits = value & 0x5555555555555555n;
  for (let i = STEPS.length - 1; i >= 0; i--) {
    const shift = STEPS[i]?.[0] ?? 0n;
    bits = (bits | (bits >> shift)) & (STEPS[i - 1]?.[1] ?? LOW);
  }
  return bits;
}
