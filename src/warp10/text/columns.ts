// The batch that the text reader fills, with the views that let it write 64-bit values as two
// words.
import {
  allocateBatch,
  KIND,
  NO_ELEVATION,
  POINT_BATCH_ROWS,
  type PointBatch,
  wordsOf,
} from "../../archive/points.ts";

/** Rows of the first batch of a read: a tiny series must not cost a full one's memory. */
const FIRST_ROWS = 256;
/** How much larger each following batch is, up to POINT_BATCH_ROWS. */
const GROWTH = 8;
/** Bytes of strings and binaries that end a batch early. */
export const BATCH_BLOB_BYTES = 4 * 1024 * 1024;

/** A batch in the making. */
export class Columns {
  batch: PointBatch;
  timestampWords: Int32Array;
  bitsWords: Int32Array;
  bitsDoubles: Float64Array;
  private elevationWords: Int32Array;
  /** Bytes of strings and binaries in the batch. */
  blobBytes = 0;
  private placed = false;

  constructor() {
    this.batch = allocateBatch(FIRST_ROWS);
    this.timestampWords = wordsOf(this.batch.timestamp);
    this.bitsWords = wordsOf(this.batch.bits);
    this.bitsDoubles = new Float64Array(this.batch.bits.buffer);
    this.elevationWords = wordsOf(this.batch.elevation);
  }

  get capacity(): number {
    return this.batch.series.length;
  }

  get isFull(): boolean {
    return this.batch.rows >= this.capacity || this.blobBytes >= BATCH_BLOB_BYTES;
  }

  /**
   * Makes room again after the batch was handed on: the same arrays, or larger ones while the read
   * is young.
   */
  reset(): void {
    if (this.capacity < POINT_BATCH_ROWS) {
      this.batch = allocateBatch(Math.min(this.capacity * GROWTH, POINT_BATCH_ROWS));
      this.timestampWords = wordsOf(this.batch.timestamp);
      this.bitsWords = wordsOf(this.batch.bits);
      this.bitsDoubles = new Float64Array(this.batch.bits.buffer);
      this.elevationWords = wordsOf(this.batch.elevation);
    } else if (this.placed) {
      this.batch.latitude.fill(Number.NaN);
      this.batch.longitude.fill(Number.NaN);
      this.batch.elevation.fill(NO_ELEVATION);
    }
    this.placed = false;
    this.batch.rows = 0;
    this.batch.blobs.length = 0;
    this.blobBytes = 0;
  }

  setLocation(row: number, latitude: number, longitude: number): void {
    this.batch.latitude[row] = latitude;
    this.batch.longitude[row] = longitude;
    this.placed = true;
  }

  setElevation(row: number, low: number, high: number): void {
    this.elevationWords[2 * row] = low;
    this.elevationWords[2 * row + 1] = high;
    this.placed = true;
  }

  setWords(row: number, kind: number, low: number, high: number): void {
    this.batch.kind[row] = kind;
    this.bitsWords[2 * row] = low;
    this.bitsWords[2 * row + 1] = high;
  }

  setDouble(row: number, value: number): void {
    // One NaN for all: the text has only one, and an engine may store any of its bit patterns.
    if (Number.isNaN(value)) return this.setWords(row, KIND.double, 0, 0x7ff8_0000);
    this.batch.kind[row] = KIND.double;
    this.bitsDoubles[row] = value;
  }

  setBlob(row: number, kind: number, bytes: Uint8Array): void {
    this.setWords(row, kind, this.batch.blobs.length, 0);
    this.batch.blobs.push(bytes);
    this.blobBytes += bytes.length;
  }
}
