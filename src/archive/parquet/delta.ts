// DELTA_BINARY_PACKED for 64-bit integers: differences, their block's minimum, and what is above it
// in few bits.
import type { Sink } from "./sink.ts";

/** Values in a block, and in each of its four miniblocks. */
export const BLOCK = 128;
export const MINIBLOCK = 32;
export const MINIBLOCKS = BLOCK / MINIBLOCK;

/** Differences below this are exact in doubles, and so are differences of theirs. */
const EXACT = 2 ** 52;
const TWO_32 = 4_294_967_296;

/**
 * How bits are packed. "tight": as few as each miniblock needs, above the block's own minimum; best
 * where differences are random. "aligned": 4, 8, 16, … bits above a minimum that most blocks share,
 * so that the same difference is the same bits everywhere and zstd can count how often each comes.
 * "repeated": whole bytes above one minimum for all blocks, so that a sequence that comes again is
 * the same bytes again.
 */
export type DeltaPacking = "tight" | "aligned" | "repeated";

/** Encodes `count` integers, given as low and high words in turn, at least one. */
export function encodeDelta(sink: Sink, words: Int32Array, count: number, packing: DeltaPacking) {
  sink.varint(BLOCK);
  sink.varint(MINIBLOCKS);
  sink.varint(count);
  sink.zigzag(wholeAt(words, 0));
  const floor = packing === "tight" ? undefined : commonFloor(words, count, packing);
  const deltas = new Float64Array(BLOCK);
  const packed = new Int32Array(BLOCK * 2);
  for (let from = 1; from < count; from += BLOCK) {
    const size = Math.min(BLOCK, count - from);
    const least = subtract(words, from, size, deltas);
    if (Number.isNaN(least)) encodeWideBlock(sink, words, from, size);
    else encodeBlock(sink, deltas, size, Math.min(floor ?? least, least), packing, packed);
  }
}

/**
 * The difference between value `index` and the one before it; exact when its magnitude is below
 * 2^52.
 */
function deltaAt(words: Int32Array, index: number): number {
  const at = 2 * index;
  const low = ((words[at] ?? 0) >>> 0) - ((words[at - 2] ?? 0) >>> 0);
  return ((words[at + 1] ?? 0) - (words[at - 1] ?? 0)) * TWO_32 + low;
}

/** Fills `deltas` and returns the least; NaN when one is too large for this arithmetic. */
function subtract(words: Int32Array, from: number, size: number, deltas: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < size; i++) {
    const delta = deltaAt(words, from + i);
    deltas[i] = delta;
    if (delta < least) least = delta;
    if (delta > most) most = delta;
  }
  return least <= -EXACT || most >= EXACT ? Number.NaN : least;
}

/** Blocks whose minimum is below the shared one of "aligned" packing: they keep their own. */
const OUTLIERS = 0.25;

/**
 * The minimum that blocks share: the least of all ("repeated"), or one that a quarter of them are
 * below.
 */
function commonFloor(words: Int32Array, count: number, packing: DeltaPacking): number {
  const deltas = new Float64Array(BLOCK);
  const floors: number[] = [];
  for (let from = 1; from < count; from += BLOCK) {
    const least = subtract(words, from, Math.min(BLOCK, count - from), deltas);
    if (!Number.isNaN(least)) floors.push(least);
  }
  floors.sort((a, b) => a - b);
  return floors[packing === "repeated" ? 0 : Math.floor(floors.length * OUTLIERS)] ?? 0;
}

/**
 * Bits that a miniblock gets: 4 keep two differences in a byte, 8 and multiples of it one in whole
 * bytes.
 */
function roundedWidth(bits: number, packing: DeltaPacking): number {
  if (packing === "tight" || bits === 0) return bits;
  return bits <= 4 && packing === "aligned" ? 4 : Math.ceil(bits / 8) * 8;
}

function encodeBlock(
  sink: Sink,
  deltas: Float64Array,
  size: number,
  floor: number,
  packing: DeltaPacking,
  packed: Int32Array,
): void {
  sink.zigzag(BigInt(floor));
  const widths = sink.take(MINIBLOCKS);
  let words = 0;
  packed.fill(0);
  for (let mini = 0; mini < MINIBLOCKS; mini++) {
    const from = mini * MINIBLOCK;
    const to = Math.min(from + MINIBLOCK, size);
    let most = 0;
    for (let i = from; i < to; i++) most = Math.max(most, (deltas[i] ?? 0) - floor);
    const width = roundedWidth(bitsOf(most), packing);
    widths[mini] = width;
    if (width > 0) pack(packed, words * 32, deltas, from, to, floor, width);
    words += width;
  }
  sink.append(new Uint8Array(packed.buffer, 0, words * 4));
}

/** Bits that a number below 2^53 needs. */
function bitsOf(value: number): number {
  return value >= TWO_32 ? 64 - Math.clz32(value / TWO_32) : 32 - Math.clz32(value);
}

/** Puts deltas [from, to) above `floor` into `packed` from bit `start` on, `width` bits each. */
function pack(
  packed: Int32Array,
  start: number,
  deltas: Float64Array,
  from: number,
  to: number,
  floor: number,
  width: number,
): void {
  let bit = start;
  for (let i = from; i < to; i++) {
    const value = (deltas[i] ?? 0) - floor;
    putWord(packed, bit, value);
    if (width > 32) putWord(packed, bit + 32, Math.floor(value / TWO_32));
    bit += width;
  }
}

/** Ors the low 32 bits of `value` in at a bit; what is above the width must be zero. */
function putWord(packed: Int32Array, bit: number, value: number): void {
  const word = bit >>> 5;
  const shift = bit & 31;
  packed[word] = (packed[word] ?? 0) | (value << shift);
  if (shift > 0) packed[word + 1] = (packed[word + 1] ?? 0) | ((value | 0) >>> (32 - shift));
}

/** A block with differences beyond 2^52, in 64-bit arithmetic that wraps, as the format demands. */
function encodeWideBlock(sink: Sink, words: Int32Array, from: number, size: number): void {
  const deltas: bigint[] = [];
  for (let i = 0; i < size; i++) {
    const delta = wholeAt(words, from + i) - wholeAt(words, from + i - 1);
    deltas.push(BigInt.asIntN(64, delta));
  }
  const floor = deltas.reduce((least, delta) => (delta < least ? delta : least));
  sink.zigzag(floor);
  const minis = Math.ceil(size / MINIBLOCK);
  for (let mini = 0; mini < MINIBLOCKS; mini++) sink.byte(mini < minis ? 64 : 0);
  const packed = new BigUint64Array(minis * MINIBLOCK);
  deltas.forEach((delta, i) => (packed[i] = delta - floor));
  sink.append(new Uint8Array(packed.buffer));
}

function wholeAt(words: Int32Array, index: number): bigint {
  const high = BigInt(words[2 * index + 1] ?? 0);
  return (high << 32n) | BigInt((words[2 * index] ?? 0) >>> 0);
}
