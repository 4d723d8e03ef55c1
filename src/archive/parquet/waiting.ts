// Rows that wait until they are a row group: copies, because batches are reused by who makes them.
import {
  allocateBatch,
  KIND,
  POINT_BATCH_ROWS,
  type PointBatch,
  type SeenSeries,
} from "../points.ts";

/** Bytes of names, strings and binaries after which a row group ends, however few its rows. */
export const GROUP_TEXT_BYTES = 8 * 1024 * 1024;
const FIRST_ROWS = 256;

/** Up to POINT_BATCH_ROWS rows. Grows as it is filled: a tiny batch costs little memory. */
export class WaitingRows {
  batch = allocateBatch(0);
  private textBytes = 0;
  private lastSeries = -1;

  get isFull(): boolean {
    return this.batch.rows === POINT_BATCH_ROWS || this.textBytes >= GROUP_TEXT_BYTES;
  }

  clear(): void {
    this.batch.rows = 0;
    this.batch.blobs.length = 0;
    this.textBytes = 0;
    this.lastSeries = -1;
  }

  /**
   * Copies rows of one series, from row `from` on, and returns the first row that was not taken.
   */
  take(batch: PointBatch, from: number, series: readonly SeenSeries[]): number {
    const number = batch.series[from] ?? 0;
    if (number !== this.lastSeries) {
      this.lastSeries = number;
      this.textBytes += series[number]?.identity.length ?? 0;
    }
    const last = Math.min(batch.rows, from + POINT_BATCH_ROWS - this.batch.rows);
    let to = from + 1;
    while (to < last && batch.series[to] === number) to++;
    if (batch.blobs.length > 0) to = this.takeBlobs(batch, from, to);
    this.copy(batch, from, to);
    return to;
  }

  /** Takes the strings of rows [from, to), and returns where there were enough of them. */
  private takeBlobs(batch: PointBatch, from: number, to: number): number {
    let row = from;
    while (row < to && this.textBytes < GROUP_TEXT_BYTES) {
      if ((batch.kind[row] ?? 0) >= KIND.string) {
        const blob = batch.blobs[Number(batch.bits[row])] ?? new Uint8Array();
        this.batch.blobs.push(blob);
        this.textBytes += blob.length;
      }
      row++;
    }
    return row;
  }

  private copy(batch: PointBatch, from: number, to: number): void {
    const at = this.batch.rows;
    this.reserve(at + to - from);
    const target = this.batch;
    target.series.set(batch.series.subarray(from, to), at);
    target.timestamp.set(batch.timestamp.subarray(from, to), at);
    target.kind.set(batch.kind.subarray(from, to), at);
    target.bits.set(batch.bits.subarray(from, to), at);
    target.latitude.set(batch.latitude.subarray(from, to), at);
    target.longitude.set(batch.longitude.subarray(from, to), at);
    target.elevation.set(batch.elevation.subarray(from, to), at);
    target.rows = at + to - from;
    if (batch.blobs.length > 0) this.renumberBlobs(at);
  }

  /** Strings keep their order: the rows from `at` on get the numbers of the last ones taken. */
  private renumberBlobs(at: number): void {
    const { batch } = this;
    let number = batch.blobs.length;
    for (let row = batch.rows - 1; row >= at; row--) {
      if ((batch.kind[row] ?? 0) >= KIND.string) batch.bits[row] = BigInt(--number);
    }
  }

  private reserve(rows: number): void {
    const { batch } = this;
    if (rows <= batch.series.length) return;
    const capacity = Math.max(
      FIRST_ROWS,
      rows,
      Math.min(2 * batch.series.length, POINT_BATCH_ROWS),
    );
    const larger = allocateBatch(Math.min(capacity, POINT_BATCH_ROWS));
    larger.rows = batch.rows;
    larger.blobs.push(...batch.blobs);
    larger.series.set(batch.series);
    larger.timestamp.set(batch.timestamp);
    larger.kind.set(batch.kind);
    larger.bits.set(batch.bits);
    larger.latitude.set(batch.latitude);
    larger.longitude.set(batch.longitude);
    larger.elevation.set(batch.elevation);
    this.batch = larger;
  }
}
