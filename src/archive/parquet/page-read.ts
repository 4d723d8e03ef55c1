// The pages of a column chunk: checksum, decompression, levels.
import zlib from "node:zlib";
import type { ChunkPlace } from "./footer-read.ts";
import { type Encoding, ENCODING, PAGE } from "./format.ts";
import { decodeHybrid } from "./hybrid-read.ts";
import { countIn, structIn, ThriftReader, type ThriftStruct } from "./thrift-read.ts";
import { expect, unreadableObject } from "./unreadable.ts";

/** Largest page after decompression: a row group's text, generously. */
const PAGE_BYTES = 256 * 1024 * 1024;
/** Zeros behind a page, so that reading eight bytes at its last one stays inside. */
export const PADDING = 8;

/** A chunk's values as bytes. */
export interface ChunkPages {
  readonly encoding: Encoding;
  /** Values that are not null: bytes [from, to) of a buffer with PADDING behind. */
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** How many values are not null. */
  readonly count: number;
  /** Per row 1 where there is a value; or one number for all rows. */
  readonly defined: Uint32Array | 0 | 1;
  readonly dictionary: { readonly bytes: Buffer; readonly count: number } | undefined;
}

interface Page {
  readonly type: number;
  readonly header: ThriftStruct;
  readonly body: Buffer;
  /** Length of the body without its padding. */
  readonly length: number;
  readonly next: number;
}

/** Reads a chunk: perhaps a dictionary page, then exactly one data page. Throws "unreadable". */
export function readPages(file: Buffer, place: ChunkPlace, rows: number): ChunkPages {
  const { name, optional } = place.column;
  let page = readPage(file, place, place.from);
  let dictionary: ChunkPages["dictionary"];
  if (page.type === PAGE.dictionary) {
    const header = structIn(page.header, 7);
    expect(countIn(header, 2) === ENCODING.plain, `a dictionary of "${name}" is encoded otherwise`);
    dictionary = { bytes: page.body.subarray(0, page.length), count: countIn(header, 1) };
    page = readPage(file, place, page.next);
  }
  expect(page.type === PAGE.data && page.next === place.to, `"${name}" has other pages`);
  const header = structIn(page.header, 5);
  expect(countIn(header, 1) === rows, `a page of "${name}" has other rows than its group`);
  const encoding = encodingOf(countIn(header, 2));
  expect((encoding === ENCODING.dictionary) === (dictionary !== undefined), `"${name}" is mixed`);
  const { body: bytes, length: to } = page;
  if (!optional) return { encoding, bytes, from: 0, to, count: rows, defined: 1, dictionary };
  return { encoding, bytes, to, dictionary, ...readLevels(bytes, to, rows) };
}

function encodingOf(number: number): Encoding {
  const known = Object.values(ENCODING).find((encoding) => encoding === number);
  if (known === undefined) throw unreadableObject(`a page has encoding ${number}`);
  return known;
}

function readPage(file: Buffer, place: ChunkPlace, from: number): Page {
  const { name } = place.column;
  expect(from < place.to && place.to <= file.length, `a chunk of "${name}" ends too early`);
  const reader = new ThriftReader(file, from, place.to);
  const header = reader.struct();
  const length = countIn(header, 2);
  const packed = countIn(header, 3);
  const next = reader.at + packed;
  expect(next <= place.to, `a page of "${name}" is longer than its chunk`);
  const stored = file.subarray(reader.at, next);
  const checksum = header.get(4);
  expect(checksum === (zlib.crc32(stored) | 0), `a page of "${name}" has another checksum`);
  return { type: countIn(header, 1), header, body: inflate(stored, place, length), length, next };
}

/** The page's body, with PADDING behind it. */
function inflate(stored: Buffer, { compressed, column }: ChunkPlace, length: number): Buffer {
  expect(length <= PAGE_BYTES, `a page of "${column.name}" has ${length} bytes`);
  const plain = compressed ? decompress(stored, length) : stored;
  expect(plain.length === length, `a page of "${column.name}" has another length`);
  const padded = Buffer.allocUnsafe(length + PADDING);
  plain.copy(padded);
  padded.fill(0, length);
  return padded;
}

function decompress(stored: Buffer, length: number): Buffer {
  try {
    return zlib.zstdDecompressSync(stored, { maxOutputLength: Math.max(1, length) });
  } catch (cause) {
    throw unreadableObject(`a page does not decompress (${String(cause)})`);
  }
}

function readLevels(bytes: Buffer, end: number, rows: number) {
  expect(end >= 4, "a page has no levels");
  const from = 4 + bytes.readUInt32LE(0);
  expect(from <= end, "a page's levels are longer than the page");
  const one = singleRun(bytes, 4, from, rows);
  if (one !== undefined) return { from, count: one * rows, defined: one } as const;
  const levels = new Uint32Array(rows);
  decodeHybrid(bytes, 4, from, 1, levels, rows);
  let count = 0;
  for (let row = 0; row < rows; row++) count += levels[row] ?? 0;
  return { from, count, defined: count === rows ? 1 : count === 0 ? 0 : levels } as const;
}

/** The level of all rows, where the levels are one run; the usual case, without a number a row. */
function singleRun(bytes: Buffer, from: number, to: number, rows: number): 0 | 1 | undefined {
  let head = 0;
  let at = from;
  for (let shift = 0; at < to - 1 && shift < 35; shift += 7) {
    head += ((bytes[at] ?? 0) & 127) * 2 ** shift;
    if ((bytes[at++] ?? 0) < 128) break;
  }
  const level = bytes[at];
  if (at !== to - 1 || head !== rows * 2) return undefined;
  return level === 0 || level === 1 ? level : undefined;
}
