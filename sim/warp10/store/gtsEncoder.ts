// The binary form of points inside Warp 10 (formats raw and pack, multivalues): flags, zig-zag
// varints, deltas.
import { Decimal, LONG_MAX, NO_ELEVATION, NO_LOCATION } from "../values.ts";
import type { Point, Value } from "../values.ts";

const SMALL = 1n << 48n;
const abs = (value: bigint): bigint => (value < 0n ? -value : value);
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Collects points; `bytes()` is what the server would hold. */
export class GtsEncoder {
  count = 0;
  private readonly out: number[] = [];
  private lastTs = 0n;
  private lastLocation = NO_LOCATION;
  private lastElevation = NO_ELEVATION;
  private lastLong = LONG_MAX;
  private lastDouble = Number.NaN;
  private lastDecimal: Decimal | undefined;
  private lastString: string | undefined;

  get size(): number {
    return this.out.length;
  }

  bytes(): Buffer {
    return Buffer.from(this.out);
  }

  add({ ts, location, elevation, value }: Point): void {
    const hasPlace = location !== NO_LOCATION || elevation !== NO_ELEVATION;
    const timeFlag = this.timeFlag(ts);
    const flagsAt = this.out.push(timeFlag | (hasPlace ? 0x80 : 0)) - 1;
    const placeAt = hasPlace ? this.out.push(0) - 1 : -1;
    if (timeFlag === 0x60) this.raw(ts);
    else if (timeFlag === 0x40) this.zigzag(ts);
    else if (timeFlag === 0x00) this.zigzag(wrap(ts - this.lastTs));
    this.lastTs = ts;
    const placeFlags = this.location(location) | this.elevation(elevation);
    if (placeAt >= 0) this.out[placeAt] = placeFlags;
    const valueFlags = this.value(value);
    this.out[flagsAt] = (this.out[flagsAt] ?? 0) | valueFlags;
    this.count += 1;
  }

  private timeFlag(ts: bigint): number {
    if (ts === 0n) return 0x20;
    const toBase = abs(ts);
    if (this.lastTs === 0n) return toBase < SMALL ? 0x40 : 0x60;
    const toLast = abs(wrap(ts - this.lastTs));
    if (toBase < toLast) return toBase < SMALL ? 0x40 : 0x60;
    return toLast < SMALL ? 0x00 : 0x60;
  }

  private location(location: bigint): number {
    const last = this.lastLocation;
    this.lastLocation = location;
    if (location === NO_LOCATION) return 0;
    if (last === location) return 0x50;
    const delta = wrap(location - last);
    if (last !== NO_LOCATION && abs(delta) < SMALL) {
      this.zigzag(delta);
      return 0x60;
    }
    this.raw(location);
    return 0x40;
  }

  private elevation(elevation: bigint): number {
    const last = this.lastElevation;
    this.lastElevation = elevation;
    if (elevation === NO_ELEVATION) return 0;
    if (last === elevation) return 0x09;
    const delta = wrap(elevation - last);
    if (last !== NO_ELEVATION && abs(delta) < SMALL) {
      this.zigzag(delta);
      return 0x0e;
    }
    if (abs(elevation) < SMALL) {
      this.zigzag(elevation);
      return 0x0c;
    }
    this.raw(elevation);
    return 0x08;
  }

  private value(value: Value): number {
    if (typeof value === "boolean") return value ? 0x04 : 0x02;
    if (typeof value === "bigint") return 0x08 | this.long(value);
    if (typeof value === "number" || value instanceof Decimal) return 0x10 | this.double(value);
    const binary = typeof value !== "string";
    const text = binary ? undefined : value;
    if (text !== undefined && text === this.lastString) return 0x19;
    this.lastString = text;
    const bytes = binary ? value : Buffer.from(value, "utf8");
    this.varint(BigInt(bytes.length));
    for (const byte of bytes) this.out.push(byte);
    return binary ? 0x1a : 0x18;
  }

  private long(value: bigint): number {
    const last = this.lastLong;
    this.lastLong = value;
    if (last !== LONG_MAX && value === last) return 0x01;
    const delta = wrap(value - last);
    if (last !== LONG_MAX && abs(delta) < abs(value) && abs(delta) < SMALL) {
      this.zigzag(delta);
      return 0x06;
    }
    if (abs(value) < SMALL) {
      this.zigzag(value);
      return 0x04;
    }
    this.raw(value);
    return 0x00;
  }

  private double(value: number | Decimal): number {
    if (value instanceof Decimal) {
      const last = this.lastDecimal;
      this.lastDecimal = value;
      if (last?.mantissa === value.mantissa && last.scale === value.scale) return 0x01;
      this.out.push(value.scale & 0xff);
      this.zigzag(BigInt(value.mantissa));
      return 0x00;
    }
    const same = this.lastDecimal === undefined && this.lastDouble === value;
    this.lastDecimal = undefined;
    this.lastDouble = value;
    if (same) return 0x01;
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    this.out.push(...bytes);
    return 0x04;
  }

  private raw(value: bigint): void {
    for (let shift = 56n; shift >= 0n; shift -= 8n) this.out.push(Number((value >> shift) & 0xffn));
  }

  private zigzag(value: bigint): void {
    this.varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  }

  private varint(value: bigint): void {
    let rest = value;
    while (rest >= 0x80n) {
      this.out.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.out.push(Number(rest));
  }
}

/**
 * A GTSWrapper (thrift compact) that holds nothing but encoded points: what a multivalue is stored
 * as.
 */
export function wrapPoints(encoded: Buffer): Buffer {
  const length: number[] = [];
  let rest = encoded.length;
  while (rest >= 0x80) {
    length.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  length.push(rest);
  return Buffer.concat([Buffer.from([0x78, ...length]), encoded, Buffer.from([0])]);
}

const ALPHABET = ".0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const RFC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TRANSLATED = new Map([...RFC].map((c, i) => [c, ALPHABET[i] ?? "."]));

/** Warp 10's order-preserving base 64, which is not RFC 4648's (facts warp10 §9). */
export function orderPreservingBase64(bytes: Buffer): string {
  return Array.from(bytes.toString("base64url"), (c) => TRANSLATED.get(c) ?? c).join("");
}
