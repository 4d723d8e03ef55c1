// The hybrid of runs and packed bits that Parquet keeps levels and dictionary indexes in.
import type { Sink } from "./sink.ts";

/** Bits that an index below `count` needs; at least 1. */
export function indexWidth(count: number): number {
  return Math.max(1, 32 - Math.clz32(Math.max(0, count - 1)));
}

/**
 * Encodes `count` small numbers of `width` bits, either all as runs or all as packed bits,
 * whichever is shorter before compression. Both are legal for any data.
 */
export function encodeHybrid(sink: Sink, values: Uint32Array, count: number, width: number): void {
  const most = Math.floor((count * width) / 8 / (2 + Math.ceil(width / 8)));
  if (hasAtMostRuns(values, count, most)) encodeRuns(sink, values, count, width);
  else encodePacked(sink, values, count, width);
}

function hasAtMostRuns(values: Uint32Array, count: number, most: number): boolean {
  let runs = 1;
  for (let i = 1; i < count && runs <= most; i++) if (values[i] !== values[i - 1]) runs++;
  return runs <= most;
}

function encodeRuns(sink: Sink, values: Uint32Array, count: number, width: number): void {
  let from = 0;
  while (from < count) {
    const value = values[from] ?? 0;
    let to = from + 1;
    while (to < count && values[to] === value) to++;
    encodeRun(sink, value, to - from, width);
    from = to;
  }
}

/** One run of `length` equal values. */
export function encodeRun(sink: Sink, value: number, length: number, width: number): void {
  sink.varint(length * 2);
  for (let shift = 0; shift < width; shift += 8) sink.byte((value >>> shift) & 255);
}

/** Packs all values, in groups of eight, the last one filled up with zeros. */
function encodePacked(sink: Sink, values: Uint32Array, count: number, width: number): void {
  const groups = Math.ceil(count / 8);
  sink.varint(groups * 2 + 1);
  const target = sink.take(groups * width);
  if (width === 8) target.fill(0, count).set(values.subarray(0, count));
  else if (width === 16) packPairs(target, values, count);
  else packBits(target, values, count, width);
}

function packPairs(target: Buffer, values: Uint32Array, count: number): void {
  target.fill(0, count * 2);
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    target[2 * i] = value & 255;
    target[2 * i + 1] = value >>> 8;
  }
}

function packBits(target: Buffer, values: Uint32Array, count: number, width: number): void {
  let at = 0;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    // At most 7 bits are held and a width is at most 24, so 31 bits are never exceeded.
    held |= (values[i] ?? 0) << bits;
    bits += width;
    while (bits >= 8) {
      target[at++] = held & 255;
      held >>>= 8;
      bits -= 8;
    }
  }
  target.fill(0, at);
  if (bits > 0) target[at] = held & 255;
}
