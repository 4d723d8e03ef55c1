// The hybrid of runs and packed bits, decoded.
import { expect } from "./unreadable.ts";

/** Widest index that is written. */
const WIDEST = 24;

/**
 * Decodes `count` numbers of `width` bits out of bytes [from, to), which they must fill. The buffer
 * must go on for eight bytes behind `to`. Throws "unreadable".
 */
export function decodeHybrid(
  bytes: Buffer,
  from: number,
  to: number,
  width: number,
  target: Uint32Array,
  count: number,
): void {
  expect(width <= WIDEST, "an index is too wide");
  let at = from;
  let done = 0;
  while (done < count) {
    let head = 0;
    let shift = 0;
    for (;;) {
      expect(at < to && shift <= 28, "a run is cut");
      const byte = bytes[at++] ?? 0;
      head += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
      shift += 7;
    }
    const length = Math.floor(head / 2);
    if (head % 2 === 0) {
      const value = bytes.readUInt32LE(at) & (2 ** width - 1);
      at += Math.ceil(width / 8);
      expect(length > 0 && done + length <= count, "a run is too long");
      target.fill(value, done, done + length);
      done += length;
    } else {
      const packed = Math.min(length * 8, count - done);
      expect(length > 0 && length * 8 - packed < 8, "a packed run is too long");
      expect(at + length * width <= to, "a packed run is cut");
      unpack(bytes, at, width, target, done, packed);
      at += length * width;
      done += packed;
    }
    expect(at <= to, "a run is cut");
  }
  expect(at === to, "runs are followed by something");
}

function unpack(
  bytes: Buffer,
  from: number,
  width: number,
  target: Uint32Array,
  start: number,
  count: number,
): void {
  if (width === 8) {
    for (let i = 0; i < count; i++) target[start + i] = bytes[from + i] ?? 0;
  } else if (width === 16) {
    for (let i = 0; i < count; i++) {
      target[start + i] = (bytes[from + 2 * i] ?? 0) | ((bytes[from + 2 * i + 1] ?? 0) << 8);
    }
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const mask = 2 ** width - 1;
    let bit = from * 8;
    for (let i = 0; i < count; i++) {
      target[start + i] = (view.getInt32(bit >>> 3, true) >>> (bit & 7)) & mask;
      bit += width;
    }
  }
}
