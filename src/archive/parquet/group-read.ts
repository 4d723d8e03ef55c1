// A row group of points back into a batch: exactly one value a row, place whole or not at all.
import { allocateBatch, KIND, NO_ELEVATION, type PointBatch, wordsOf } from "../points.ts";
import type { GroupPlace } from "./footer-read.ts";
import { type ChunkPages, readPages } from "./page-read.ts";
import { expect, unreadableObject } from "./unreadable.ts";
import {
  decodeBlobs,
  decodeEntries,
  decodeFlags,
  decodeIndexes,
  decodeWords,
} from "./values-read.ts";

/** A decoded row group: a batch whose series are still pairs of names. */
export interface GroupPoints {
  readonly batch: PointBatch;
  readonly classes: NameIndexes;
  readonly labels: NameIndexes;
}

/** Distinct names of a row group, and which of them each row has. */
export interface NameIndexes {
  readonly entries: readonly Buffer[];
  readonly indexes: Uint32Array;
}

/** Decodes row groups, into the same batch while it is large enough. */
export class GroupReader {
  private batch = allocateBatch(0);
  /** Whether the batch holds places of the last row group. */
  private placed = false;

  /** Throws "unreadable" on anything but what the writer makes. */
  read(file: Buffer, place: GroupPlace): GroupPoints {
    const { rows } = place;
    const pages = new Map(
      place.chunks.map((chunk) => [chunk.column.name, readPages(file, chunk, rows)]),
    );
    const batch = this.emptyBatch(rows);
    batch.rows = rows;
    decodeWords(pagesOf(pages, "timestamp"), wordsOf(batch.timestamp));
    readValues(pages, batch);
    this.readPlaces(pages, batch);
    return { batch, classes: namesIn(pages, "class"), labels: namesIn(pages, "labels") };
  }

  private emptyBatch(rows: number): PointBatch {
    if (this.batch.series.length < rows) this.batch = allocateBatch(rows);
    else if (this.placed) {
      this.batch.latitude.fill(Number.NaN);
      this.batch.longitude.fill(Number.NaN);
      this.batch.elevation.fill(NO_ELEVATION);
    }
    this.placed = false;
    this.batch.blobs.length = 0;
    return this.batch;
  }

  private readPlaces(pages: ReadonlyMap<string, ChunkPages>, batch: PointBatch): void {
    const latitude = pagesOf(pages, "latitude");
    const longitude = pagesOf(pages, "longitude");
    const elevation = pagesOf(pages, "elevation");
    this.placed = latitude.count > 0 || elevation.count > 0;
    scatter(latitude, wordsOf(batch.latitude), batch.rows);
    scatter(longitude, wordsOf(batch.longitude), batch.rows);
    scatter(elevation, wordsOf(batch.elevation), batch.rows);
    expect(sameRows(latitude.defined, longitude.defined), "a row has half a place");
  }
}

function pagesOf(pages: ReadonlyMap<string, ChunkPages>, name: string): ChunkPages {
  const found = pages.get(name);
  if (!found) throw unreadableObject(`column "${name}" is missing`);
  return found;
}

function namesIn(pages: ReadonlyMap<string, ChunkPages>, name: string): NameIndexes {
  const found = pagesOf(pages, name);
  return { entries: decodeEntries(found), indexes: decodeIndexes(found) };
}

/** Reads the five value columns; every row must have a value in exactly one. */
function readValues(pages: ReadonlyMap<string, ChunkPages>, batch: PointBatch): void {
  const { rows } = batch;
  const target = wordsOf(batch.bits);
  let values = 0;
  batch.kind.fill(0, 0, rows);
  for (const [name, kind] of Object.entries(KIND)) {
    const column = pagesOf(pages, name);
    if (column.count === 0) continue;
    values += column.count;
    markKind(batch.kind, column.defined, rows, kind);
    if (column.defined === 1) decodeKind(column, kind, batch, target);
    else {
      const dense = new Int32Array(2 * column.count);
      decodeKind(column, kind, batch, dense);
      spread(dense, column.defined, target, rows);
    }
  }
  expect(values === rows && !batch.kind.subarray(0, rows).includes(0), "a row has not one value");
}

function decodeKind(column: ChunkPages, kind: number, batch: PointBatch, target: Int32Array): void {
  if (kind === KIND.boolean) decodeFlags(column, target);
  else if (kind === KIND.string || kind === KIND.binary) {
    let number = batch.blobs.length;
    for (const [index, blob] of decodeBlobs(column, kind === KIND.string).entries()) {
      batch.blobs.push(blob);
      target[2 * index] = number++;
      target[2 * index + 1] = 0;
    }
  } else decodeWords(column, target);
}

function markKind(
  kinds: Uint8Array,
  defined: ChunkPages["defined"],
  rows: number,
  kind: number,
): void {
  if (defined === 1) kinds.fill(kind, 0, rows);
  else if (defined !== 0) {
    for (let row = 0; row < rows; row++) if (defined[row] === 1) kinds[row] = kind;
  }
}

/** Decodes an optional column of 64-bit values into the rows that have one. */
function scatter(column: ChunkPages, target: Int32Array, rows: number): void {
  if (column.count === 0) return;
  if (column.defined === 1) return decodeWords(column, target);
  const dense = new Int32Array(2 * column.count);
  decodeWords(column, dense);
  spread(dense, column.defined, target, rows);
}

function spread(
  dense: Int32Array,
  defined: ChunkPages["defined"],
  target: Int32Array,
  rows: number,
): void {
  if (typeof defined === "number") return;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    if (defined[row] !== 1) continue;
    target[2 * row] = dense[at++] ?? 0;
    target[2 * row + 1] = dense[at++] ?? 0;
  }
}

function sameRows(a: ChunkPages["defined"], b: ChunkPages["defined"]): boolean {
  if (typeof a === "number" || typeof b === "number") return a === b;
  return a.every((value, row) => value === b[row]);
}
