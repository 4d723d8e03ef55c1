// The value, place and elevation columns of a row group: which rows have one, and the values of
// those.
import { KIND, type PointBatch, wordsOf } from "../points.ts";
import { encodeBlobs, encodeFlags } from "./blobs.ts";
import { blobBounds, doubleBounds, longBounds } from "./bounds.ts";
import { encodeDoubles, encodeLongs } from "./choose.ts";
import type { ChunkSource } from "./chunk.ts";
import type { Column } from "./format.ts";

/** Per row 1 where there is a value, else 0; one number where it is the same for all. */
type Defined = ChunkSource["defined"];

/** Which rows have which parts. */
export interface DefinedParts {
  /** By kind. */
  readonly values: readonly Defined[];
  readonly place: Defined;
  readonly elevation: Defined;
}

/** Looks through the rows once for each part. */
export function definedIn(batch: PointBatch): DefinedParts {
  return {
    values: [0, ...Object.values(KIND).map((kind) => kindDefined(batch, kind))],
    place: placeDefined(batch),
    elevation: elevationDefined(batch),
  };
}

function kindDefined({ rows, kind }: PointBatch, wanted: number): Defined {
  let count = 0;
  for (let row = 0; row < rows; row++) count += kind[row] === wanted ? 1 : 0;
  if (count === 0 || count === rows) return count === 0 ? 0 : 1;
  const defined = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) defined[row] = kind[row] === wanted ? 1 : 0;
  return defined;
}

function placeDefined({ rows, latitude }: PointBatch): Defined {
  let count = 0;
  for (let row = 0; row < rows; row++) count += latitude[row] === latitude[row] ? 1 : 0;
  if (count === 0 || count === rows) return count === 0 ? 0 : 1;
  const defined = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) defined[row] = latitude[row] === latitude[row] ? 1 : 0;
  return defined;
}

/** The high word of NO_ELEVATION; its low word is 0. */
const NONE_HIGH = -2_147_483_648;

function elevationDefined({ rows, elevation }: PointBatch): Defined {
  const words = wordsOf(elevation);
  let none = 0;
  for (let at = 0; at < 2 * rows; at += 2) {
    none += words[at + 1] === NONE_HIGH && words[at] === 0 ? 1 : 0;
  }
  if (none === 0 || none === rows) return none === 0 ? 1 : 0;
  const defined = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    defined[row] = words[2 * row + 1] === NONE_HIGH && words[2 * row] === 0 ? 0 : 1;
  }
  return defined;
}

/** The chunk of any column behind the timestamp. */
export function valueChunk(column: Column, batch: PointBatch, parts: DefinedParts): ChunkSource {
  const { rows } = batch;
  if (column.name === "latitude" || column.name === "longitude") {
    return doubleChunk(column, rows, parts.place, wordsOf(batch[column.name]));
  }
  if (column.name === "elevation") {
    return longChunk(column, rows, parts.elevation, wordsOf(batch.elevation));
  }
  const kind = new Map<string, number>(Object.entries(KIND)).get(column.name) ?? 0;
  const defined = parts.values[kind] ?? 0;
  const words = wordsOf(batch.bits);
  if (kind === KIND.long) return longChunk(column, rows, defined, words);
  if (kind === KIND.double) return doubleChunk(column, rows, defined, words);
  const kept = compact(words, defined, rows);
  if (kind === KIND.boolean) {
    return { column, rows, defined, encode: () => encodeFlags(kept, kept.length / 2) };
  }
  const blobs = blobsOf(batch, kept);
  return { column, rows, defined, encode: () => encodeBlobs(blobs), bounds: blobBounds(blobs) };
}

function longChunk(column: Column, rows: number, defined: Defined, words: Int32Array): ChunkSource {
  const kept = compact(words, defined, rows);
  const count = kept.length / 2;
  const bounds = longBounds(kept, count);
  return { column, rows, defined, encode: () => encodeLongs(kept, count), bounds };
}

function doubleChunk(
  column: Column,
  rows: number,
  defined: Defined,
  words: Int32Array,
): ChunkSource {
  const kept = compact(words, defined, rows);
  const count = kept.length / 2;
  const bounds = doubleBounds(kept, count);
  return { column, rows, defined, encode: () => encodeDoubles(kept, count), bounds };
}

function blobsOf(batch: PointBatch, words: Int32Array): Uint8Array[] {
  const blobs: Uint8Array[] = [];
  for (let at = 0; at < words.length; at += 2) {
    blobs.push(batch.blobs[words[at] ?? 0] ?? new Uint8Array());
  }
  return blobs;
}

/** The words of the rows that have a value. */
function compact(words: Int32Array, defined: Defined, rows: number): Int32Array {
  if (typeof defined === "number") return words.subarray(0, 2 * rows * defined);
  let count = 0;
  for (let row = 0; row < rows; row++) count += defined[row] ?? 0;
  const kept = new Int32Array(2 * count);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    if (defined[row] !== 1) continue;
    kept[at++] = words[2 * row] ?? 0;
    kept[at++] = words[2 * row + 1] ?? 0;
  }
  return kept;
}
