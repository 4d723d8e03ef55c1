// Values of one column chunk as bytes, in an encoding that is chosen by looking at them.
import zlib from "node:zlib";
import { type DeltaPacking, encodeDelta } from "./delta.ts";
import { buildDictionary, type Dictionary } from "./dictionary.ts";
import { ENCODING, type Encoding } from "./format.ts";
import { encodeHybrid, indexWidth } from "./hybrid.ts";
import { Sink } from "./sink.ts";

/**
 * Levels of zstd, measured (bench/formats.ts). Differences gain nothing from a search for
 * repetitions, which higher levels only make longer. Indexes do: 5 is 4 % smaller than 3, and no
 * slower than what is saved by level 1 elsewhere.
 */
const LEVEL = { fast: 1, middle: 3, thorough: 5 } as const;
export type Level = keyof typeof LEVEL;

/** Shorter bytes are stored as they are: a call of zstd costs 40 µs. */
const WORTH_COMPRESSING = 200;
/** zstd must save a twentieth, else reading is not slowed down by it. */
const WORTH_KEEPING = 0.95;

/** zstd of some bytes, or undefined where it is not worth it. */
export function compress(bytes: Uint8Array, level: Level): Buffer | undefined {
  if (bytes.length < WORTH_COMPRESSING) return undefined;
  const packed = zstd(bytes, level);
  return packed.length < bytes.length * WORTH_KEEPING ? packed : undefined;
}

/** zstd of some bytes. */
export function zstd(bytes: Uint8Array, level: Level): Buffer {
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL[level] };
  return zlib.zstdCompressSync(bytes, { params });
}

/** The values of a chunk that are not null, encoded. */
export interface EncodedValues {
  readonly encoding: Encoding;
  readonly bytes: Uint8Array;
  readonly level: Level;
  /** PLAIN values that the indexes in `bytes` are of. */
  readonly dictionary?: { readonly bytes: Uint8Array; readonly count: number };
}

/** 64-bit values as they lie in memory. */
export function plainWords(words: Int32Array, count: number): EncodedValues {
  const bytes = Buffer.from(words.buffer, words.byteOffset, count * 8);
  return { encoding: ENCODING.plain, bytes, level: "middle" };
}

/**
 * The first bytes of all values, then the second ones, and so on: for doubles that share their
 * exponents.
 */
export function splitWords(words: Int32Array, count: number): EncodedValues {
  const source = new Uint8Array(words.buffer, words.byteOffset, count * 8);
  const bytes = Buffer.allocUnsafe(count * 8);
  for (let byte = 0; byte < 8; byte++) {
    const target = byte * count;
    for (let i = 0; i < count; i++) bytes[target + i] = source[i * 8 + byte] ?? 0;
  }
  return { encoding: ENCODING.byteStreamSplit, bytes, level: "fast" };
}

/** Differences (delta.ts). */
export function deltaWords(words: Int32Array, count: number, packing: DeltaPacking): EncodedValues {
  const sink = new Sink(count);
  encodeDelta(sink, words, count, packing);
  return { encoding: ENCODING.delta, bytes: sink.view(), level: "fast" };
}

/** Most entries of a dictionary: more would not be repeated often enough to pay. */
const MOST_ENTRIES = 65_536;
/**
 * Up to so many entries are put in order of their values, so that like values have like indexes.
 */
const MOST_SORTED = 16_384;

/** How wide the indexes are: as few bits as they need, or whole bytes, which zstd packs better. */
export type IndexPacking = "tight" | "aligned";

/** A dictionary of the values; undefined when half of them or more are distinct. */
export function dictionaryOf(words: Int32Array, count: number, doubles: boolean) {
  const limit = Math.min(MOST_ENTRIES, Math.max(1, count >>> 1));
  const found = buildDictionary(words, count, limit);
  return found === undefined || found.distinct > MOST_SORTED ? found : sorted(found, doubles);
}

/** Indexes into a dictionary. */
export function dictionaryValues(dictionary: Dictionary, packing: IndexPacking): EncodedValues {
  const { words, distinct, indexes } = dictionary;
  const tight = indexWidth(distinct);
  const width = packing === "tight" ? tight : Math.ceil(tight / 8) * 8;
  const sink = new Sink(indexes.length * 2);
  sink.byte(width);
  encodeHybrid(sink, indexes, indexes.length, width);
  const { bytes } = plainWords(words, distinct);
  const entries = { bytes, count: distinct };
  return {
    encoding: ENCODING.dictionary,
    bytes: sink.view(),
    level: "thorough",
    dictionary: entries,
  };
}

function sorted(dictionary: Dictionary, doubles: boolean): Dictionary {
  const { words, distinct, indexes } = dictionary;
  const keys = sortKeys(words, distinct, doubles);
  const order = Uint32Array.from(keys, (_, index) => index);
  order.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  const ranks = new Uint32Array(distinct);
  const sortedWords = new Int32Array(distinct * 2);
  for (let rank = 0; rank < distinct; rank++) {
    const index = order[rank] ?? 0;
    ranks[index] = rank;
    sortedWords[2 * rank] = words[2 * index] ?? 0;
    sortedWords[2 * rank + 1] = words[2 * index + 1] ?? 0;
  }
  const ranked = new Uint32Array(indexes.length);
  for (let row = 0; row < indexes.length; row++) ranked[row] = ranks[indexes[row] ?? 0] ?? 0;
  return { words: sortedWords, distinct, indexes: ranked };
}

/**
 * Numbers in the order of the values, finite so that differences are; only the order's tightness
 * depends on them.
 */
function sortKeys(words: Int32Array, distinct: number, doubles: boolean): Float64Array {
  const keys = new Float64Array(distinct);
  const values = new Float64Array(words.slice(0, 2 * distinct).buffer);
  for (let index = 0; index < distinct; index++) {
    const high = words[2 * index + 1] ?? 0;
    const key = doubles
      ? (values[index] ?? 0)
      : high * 4_294_967_296 + ((words[2 * index] ?? 0) >>> 0);
    keys[index] = Number.isFinite(key) ? key / 4 : Math.sign(high) * Number.MAX_VALUE * 0.25;
  }
  return keys;
}
