// SipHash-2-4 with 64-bit result, as the function HASH computes it (facts warp10 §2.7).

const MASK = 0xffff_ffff_ffff_ffffn;
const rotate = (x: bigint, n: bigint): bigint => ((x << n) | (x >> (64n - n))) & MASK;

/** The keys of the function HASH: every Warp 10 has the same. */
export const HASH_KEYS: readonly [bigint, bigint] = [0xf214f9635af54bben, 0x8dd1e8d856d26e46n];

/** SipHash-2-4 of bytes, as a signed 64-bit integer. */
export function sipHash24(bytes: Uint8Array, [k0, k1]: readonly [bigint, bigint]): bigint {
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = (): void => {
    v0 = (v0 + v1) & MASK;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & MASK;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & MASK;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & MASK;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const take = (word: bigint): void => {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  };
  const whole = bytes.length - (bytes.length % 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < whole; at += 8) take(view.getBigUint64(at, true));
  let last = BigInt(bytes.length & 0xff) << 56n;
  for (let at = whole; at < bytes.length; at++) {
    last |= BigInt(bytes[at] ?? 0) << BigInt(8 * (at - whole));
  }
  take(last);
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return BigInt.asIntN(64, v0 ^ v1 ^ v2 ^ v3);
}
