// DELTA_BINARY_PACKED for 64-bit integers, decoded without a BigInt a value.
import { BLOCK, MINIBLOCK, MINIBLOCKS } from "./delta.ts";
import { expect } from "./unreadable.ts";

const TWO_32 = 4_294_967_296;
const WIDEST = 64;

/**
 * Decodes `count` integers out of bytes [from, to), which they must fill, into low and high words
 * in turn. The buffer must go on for eight bytes behind `to`. Throws "unreadable".
 */
export function decodeDelta(
  bytes: Buffer,
  from: number,
  to: number,
  target: Int32Array,
  count: number,
): void {
  const reader = new DeltaReader(bytes, from, to);
  expect(reader.varint() === BLOCK, "differences are in other blocks");
  expect(reader.varint() === MINIBLOCKS, "differences are in other miniblocks");
  expect(reader.varint() === count && count > 0, "differences are not one a value");
  reader.zigzag();
  target[0] = reader.low;
  target[1] = reader.high;
  for (let row = 1; row < count; row += BLOCK) {
    reader.block(target, row, Math.min(BLOCK, count - row));
  }
  expect(reader.at === to, "differences are followed by something");
}

class DeltaReader {
  at: number;
  /** Words of the last zigzag integer. */
  low = 0;
  high = 0;
  private readonly bytes: Buffer;
  private readonly view: DataView;
  private readonly end: number;

  constructor(bytes: Buffer, from: number, to: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = from;
    this.end = to;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    expect(false, "a number is too large");
  }

  /** Reads a signed 64-bit integer into `low` and `high`. */
  zigzag(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      expect(shift < 70, "a number is too large");
      const byte = this.byte();
      const bits = byte & 127;
      if (shift < 32) low |= bits << shift;
      if (shift > 24) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      if (byte < 128) break;
    }
    const sign = -(low & 1);
    this.low = ((low >>> 1) | (high << 31)) ^ sign;
    this.high = (high >>> 1) ^ sign;
  }

  block(target: Int32Array, row: number, size: number): void {
    this.zigzag();
    const widths = this.at;
    this.at += MINIBLOCKS;
    expect(this.at <= this.end, "a block is cut");
    for (let mini = 0; mini * MINIBLOCK < size; mini++) {
      const width = this.bytes[widths + mini] ?? 0;
      const first = row + mini * MINIBLOCK;
      const values = Math.min(MINIBLOCK, size - mini * MINIBLOCK);
      expect(width <= WIDEST && this.at + width * 4 <= this.end, "a miniblock is cut");
      if (width <= 25) this.narrow(target, first, values, width);
      else this.wide(target, first, values, width);
      this.at += width * 4;
    }
  }

  /** Values of at most 25 bits: any of them lies within four bytes. */
  private narrow(target: Int32Array, first: number, values: number, width: number): void {
    const { view, low: floorLow, high: floorHigh } = this;
    const floor = floorLow >>> 0;
    const mask = 2 ** width - 1;
    let low = (target[2 * first - 2] ?? 0) >>> 0;
    let high = target[2 * first - 1] ?? 0;
    let bit = this.at * 8;
    for (let row = first; row < first + values; row++) {
      const above = (view.getInt32(bit >>> 3, true) >>> (bit & 7)) & mask;
      const sum = low + floor + above;
      low = sum >>> 0;
      high = (high + floorHigh + (sum >= TWO_32 ? (sum >= 2 * TWO_32 ? 2 : 1) : 0)) | 0;
      target[2 * row] = low;
      target[2 * row + 1] = high;
      bit += width;
    }
  }

  private wide(target: Int32Array, first: number, values: number, width: number): void {
    const { low: floorLow, high: floorHigh } = this;
    let low = (target[2 * first - 2] ?? 0) >>> 0;
    let high = target[2 * first - 1] ?? 0;
    let bit = this.at * 8;
    for (let row = first; row < first + values; row++) {
      const above = this.bits(bit, Math.min(width, 32));
      const aboveHigh = width > 32 ? this.bits(bit + 32, width - 32) : 0;
      const sum = low + (floorLow >>> 0) + above;
      low = sum >>> 0;
      high = (high + floorHigh + aboveHigh + Math.floor(sum / TWO_32)) | 0;
      target[2 * row] = low;
      target[2 * row + 1] = high;
      bit += width;
    }
  }

  /** Up to 32 bits from a bit on, as a number that is not negative. */
  private bits(bit: number, width: number): number {
    const byte = Math.floor(bit / 8);
    const shift = bit % 8;
    const low = this.view.getUint32(byte, true) >>> shift;
    const rest = shift === 0 ? 0 : (this.bytes[byte + 4] ?? 0) * 2 ** (32 - shift);
    return (low + rest) % 2 ** width;
  }

  private byte(): number {
    expect(this.at < this.end, "differences are cut");
    return this.bytes[this.at++] ?? 0;
  }
}
