// Values of a column chunk, decoded from each encoding that is written.
import { isUtf8 } from "node:buffer";
import { decodeDelta } from "./delta-read.ts";
import { ENCODING } from "./format.ts";
import { decodeHybrid } from "./hybrid-read.ts";
import type { ChunkPages } from "./page-read.ts";
import { expect, unreadableObject } from "./unreadable.ts";

/** Decodes the 64-bit values that are not null, in order, into low and high words in turn. */
export function decodeWords(pages: ChunkPages, target: Int32Array): void {
  const { bytes, from, to, count, encoding } = pages;
  if (encoding === ENCODING.delta) decodeDelta(bytes, from, to, target, count);
  else if (encoding === ENCODING.dictionary) decodeIndexed(pages, target);
  else if (encoding === ENCODING.byteStreamSplit) decodeSplit(pages, target);
  else {
    expect(encoding === ENCODING.plain && to - from === count * 8, "its plain values are cut");
    bytesOf(target).set(bytes.subarray(from, to));
  }
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function decodeIndexed(pages: ChunkPages, target: Int32Array): void {
  const { bytes: stored, count: entries } = dictionaryOf(pages);
  expect(stored.length === entries * 8, "its dictionary is cut");
  const words = new Int32Array(entries * 2);
  bytesOf(words).set(stored);
  const indexes = decodeIndexes(pages);
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] ?? 0;
    target[2 * i] = words[2 * index] ?? 0;
    target[2 * i + 1] = words[2 * index + 1] ?? 0;
  }
}

function decodeSplit({ bytes, from, to, count }: ChunkPages, target: Int32Array): void {
  expect(to - from === count * 8, "its split values are cut");
  const out = bytesOf(target);
  for (let byte = 0; byte < 8; byte++) {
    const source = from + byte * count;
    for (let i = 0; i < count; i++) out[i * 8 + byte] = bytes[source + i] ?? 0;
  }
}

/** The dictionary indexes of the values that are not null, each below the dictionary's size. */
export function decodeIndexes(pages: ChunkPages): Uint32Array {
  const { bytes, from, to, count } = pages;
  const { count: entries } = dictionaryOf(pages);
  const indexes = new Uint32Array(count);
  expect(from < to, "its indexes have no width");
  decodeHybrid(bytes, from + 1, to, bytes[from] ?? 0, indexes, count);
  let most = 0;
  for (let i = 0; i < count; i++) if ((indexes[i] ?? 0) > most) most = indexes[i] ?? 0;
  expect(most < entries, "an index is beyond its dictionary");
  return indexes;
}

function dictionaryOf({ dictionary }: ChunkPages) {
  if (!dictionary) throw unreadableObject("a dictionary is missing");
  return dictionary;
}

/** The byte strings of a chunk's dictionary. */
export function decodeEntries(pages: ChunkPages): Buffer[] {
  const { bytes, count } = dictionaryOf(pages);
  return decodePlainBlobs(bytes, 0, bytes.length, count);
}

/** The byte strings that are not null, in order; UTF-8 is checked where they are text. */
export function decodeBlobs(pages: ChunkPages, text: boolean): Buffer[] {
  const { bytes, from, to, count, encoding } = pages;
  if (encoding === ENCODING.plain) {
    const blobs = decodePlainBlobs(bytes, from, to, count);
    expect(!text || blobs.every(isUtf8), "a text is no UTF-8");
    return blobs;
  }
  expect(encoding === ENCODING.dictionary, "its byte strings are encoded otherwise");
  const entries = decodeEntries(pages);
  expect(!text || entries.every(isUtf8), "a text is no UTF-8");
  return Array.from(decodeIndexes(pages), (index) => entries[index] ?? Buffer.alloc(0));
}

function decodePlainBlobs(bytes: Buffer, from: number, to: number, count: number): Buffer[] {
  const blobs: Buffer[] = [];
  let at = from;
  for (let i = 0; i < count; i++) {
    expect(at + 4 <= to, "its byte strings are cut");
    const start = at + 4;
    at = start + bytes.readUInt32LE(at);
    expect(at <= to, "its byte strings are cut");
    blobs.push(bytes.subarray(start, at));
  }
  expect(at === to, "its byte strings are followed by something");
  return blobs;
}

/** Booleans, one bit a value, into the low words. */
export function decodeFlags(pages: ChunkPages, target: Int32Array): void {
  const { bytes, from, to, count, encoding } = pages;
  const fits = encoding === ENCODING.plain && to - from === Math.ceil(count / 8);
  expect(fits, "its booleans are cut");
  for (let i = 0; i < count; i++) {
    target[2 * i] = ((bytes[from + (i >>> 3)] ?? 0) >>> (i & 7)) & 1;
    target[2 * i + 1] = 0;
  }
}
