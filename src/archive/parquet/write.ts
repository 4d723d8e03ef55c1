// Points into Parquet objects of bounded size, as a stream (design §4).
import { POINT_BATCH_ROWS, type PointBatch, type SeenSeries } from "../points.ts";
import { FORMAT_KEY, POINT_COLUMNS, POINTS_FORMAT } from "./format.ts";
import { encodeGroup, OpenFile } from "./object.ts";
import { pointChunks } from "./row-group.ts";
import { GROUP_TEXT_BYTES, WaitingRows } from "./waiting.ts";

/**
 * Bytes of an object after which it is finished. With it, and whatever the size of the batch, a
 * writer holds at most
 *
 *   3 × OBJECT_BYTES: the object, and its copy while its buffer doubles
 *   + 2 × GROUP_TEXT_BYTES + one line of text
 *   + POINT_BATCH_ROWS × 120 bytes: columns 45, indexes, levels and encoded values 75
 *   ≈ 48 + 16 + 16 MB
 *
 * Far below the 64 MiB that one plain PUT may have: several copies of an object are in memory while
 * it is uploaded and read back, and engines read 16 MiB objects as well as larger ones.
 */
export const OBJECT_BYTES = 16 * 1024 * 1024;
/** Rows of an object at most: 256 row groups, so that its footer stays below 1 MB. */
export const OBJECT_ROWS = 256 * POINT_BATCH_ROWS;

/** A finished object. */
export interface ParquetObject {
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** Numbers of the first and the last series in it; a series may go on in the next object. */
  readonly firstSeries: number;
  readonly lastSeries: number;
}

/** How points are written. */
export interface ParquetWriteOptions {
  /**
   * Key-value metadata of every object: the time unit (TIME_UNIT_KEY), flow, period, batch,
   * attempt. The format's own key is added.
   */
  readonly metadata: Readonly<Record<string, string>>;
  /** Default OBJECT_BYTES. An object holds at least one row group, whatever its size. */
  readonly maxBytes?: number;
  /** Default OBJECT_ROWS. */
  readonly maxRows?: number;
}

/**
 * Writes a stream of points: `add` every batch, then `end`; both return the objects finished by
 * then.
 */
export class PointsWriter {
  private readonly series: readonly SeenSeries[];
  private readonly options: ParquetWriteOptions;
  private readonly waiting = new WaitingRows();
  private file: OpenFile | undefined;
  private firstSeries = 0;
  private lastSeries = 0;

  /** `series`: the list that the stream fills while it is read. */
  constructor(series: readonly SeenSeries[], options: ParquetWriteOptions) {
    this.series = series;
    this.options = options;
  }

  /**
   * Takes a batch. Its columns are not kept, its strings may be until their row group is written.
   */
  add(batch: PointBatch): ParquetObject[] {
    const done: ParquetObject[] = [];
    if (batch.rows === POINT_BATCH_ROWS && isLight(batch)) {
      this.flush(done);
      this.writeGroup(batch, done);
      return done;
    }
    let from = 0;
    while (from < batch.rows) {
      from = this.waiting.take(batch, from, this.series);
      if (this.waiting.isFull) this.flush(done);
    }
    return done;
  }

  /** Ends the stream: the last object, if any. No point makes no object. */
  end(): ParquetObject[] {
    const done: ParquetObject[] = [];
    this.flush(done);
    this.finish(done);
    return done;
  }

  private flush(done: ParquetObject[]): void {
    if (this.waiting.batch.rows > 0) this.writeGroup(this.waiting.batch, done);
    this.waiting.clear();
  }

  private writeGroup(batch: PointBatch, done: ParquetObject[]): void {
    const group = encodeGroup(batch.rows, pointChunks(batch, this.series));
    const { maxBytes = OBJECT_BYTES, maxRows = OBJECT_ROWS } = this.options;
    const rows = (this.file?.rows ?? 0) + batch.rows;
    if (this.file && (rows > maxRows || this.file.bytesWith(group) > maxBytes)) this.finish(done);
    if (!this.file) {
      this.file = new OpenFile(POINT_COLUMNS);
      this.firstSeries = batch.series[0] ?? 0;
    }
    this.file.add(group);
    this.lastSeries = batch.series[batch.rows - 1] ?? 0;
  }

  private finish(done: ParquetObject[]): void {
    const { file, firstSeries, lastSeries } = this;
    if (!file) return;
    const metadata = { [FORMAT_KEY]: POINTS_FORMAT, ...this.options.metadata };
    done.push({ bytes: file.finish(metadata), rows: file.rows, firstSeries, lastSeries });
    this.file = undefined;
  }
}

/** Series in a full batch up to which its names are no matter. */
const FEW_SERIES = 2_048;

/** Whether a full batch is a row group as it is. */
function isLight(batch: PointBatch): boolean {
  const series = (batch.series[batch.rows - 1] ?? 0) - (batch.series[0] ?? 0);
  const text = batch.blobs.reduce((sum, blob) => sum + blob.length, 0);
  return series < FEW_SERIES && text < GROUP_TEXT_BYTES;
}
