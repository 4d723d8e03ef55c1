// Parquet objects of points back into points, by decoders that share nothing with the encoders but
// the format's numbers.
import { identityOf, type Labels } from "../../warp10/series.ts";
import { POINT_BATCH_ROWS, type PointBatch, type PointStream, type SeenSeries } from "../points.ts";
import { readLayout } from "./footer-read.ts";
import { POINT_COLUMNS, POINTS_FORMAT } from "./format.ts";
import { type GroupPoints, GroupReader } from "./group-read.ts";
import { parseLabels, textOf } from "./labels-read.ts";
import { expect, unreadableObject } from "./unreadable.ts";

/** An object's points, and what its metadata says. */
export interface ParquetPoints extends PointStream {
  /** Key-value metadata; empty until the iteration has begun. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads one object that PointsWriter made, a row group at a time. Memory: one row group (about 8 MB
 * and its strings). The batches are reused; their strings are not.
 *
 * The iteration throws "unreadable" on everything else: another schema, a wrong checksum or length,
 * bytes that belong to nothing, a row with no or two values or half a place, series that are not
 * contiguous, timestamps that do not descend, labels that are not canonical JSON. It does not throw
 * where bytes were changed so that they are right again: the object's SHA-256 and the digest of its
 * points tell that.
 */
export function readParquetPoints(bytes: Uint8Array): ParquetPoints {
  const series: SeenSeries[] = [];
  const metadata = new Map<string, string>();
  return {
    series,
    metadata,
    [Symbol.asyncIterator]: () => readBatches(bytes, series, metadata),
  };
}

async function* readBatches(
  bytes: Uint8Array,
  series: SeenSeries[],
  metadata: Map<string, string>,
): AsyncGenerator<PointBatch, void, undefined> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const layout = readLayout(file, POINT_COLUMNS, POINTS_FORMAT);
  for (const [key, value] of layout.metadata) metadata.set(key, value);
  const groups = new GroupReader();
  const names = new SeriesNames(series);
  for (const place of layout.groups) {
    expect(place.rows > 0 && place.rows <= POINT_BATCH_ROWS, "a row group has too many rows");
    const group = groups.read(file, place);
    names.number(group);
    yield group.batch;
  }
}

/** Turns pairs of names into series, and holds every point against the one before it. */
class SeriesNames {
  private readonly series: SeenSeries[];
  private readonly identities = new Set<string>();
  private lastLow = 0;
  private lastHigh = 0;

  constructor(series: SeenSeries[]) {
    this.series = series;
  }

  /** Fills the batch's series column. */
  number({ batch, classes, labels }: GroupPoints): void {
    const { rows, timestamp } = batch;
    const times = new Int32Array(timestamp.buffer, timestamp.byteOffset, 2 * rows);
    const parsed = labels.entries.map(parseLabels);
    let from = 0;
    while (from < rows) {
      const classIndex = classes.indexes[from];
      const labelsIndex = labels.indexes[from];
      let to = from + 1;
      while (
        to < rows &&
        classes.indexes[to] === classIndex &&
        labels.indexes[to] === labelsIndex
      ) {
        to++;
      }
      const className = textOf(classes.entries[classIndex ?? 0]);
      const goesOn = this.begin(className, parsed[labelsIndex ?? 0] ?? {}, from === 0);
      batch.series.fill(this.series.length - 1, from, to);
      this.checkTimes(times, goesOn ? from : from + 1, from, to);
      from = to;
    }
  }

  /** Begins a series; true when it is the last one of the row group before, which may go on. */
  private begin(className: string, labels: Labels, mayGoOn: boolean): boolean {
    const identity = identityOf({ className, labels });
    if (mayGoOn && this.series.at(-1)?.identity === identity) return true;
    expect(!this.identities.has(identity), `the series ${identity} is in two places`);
    this.identities.add(identity);
    this.series.push({ className, labels, identity });
    return false;
  }

  private checkTimes(times: Int32Array, checked: number, from: number, to: number): void {
    let low = (checked === from ? this.lastLow : (times[2 * from] ?? 0)) >>> 0;
    let high = checked === from ? this.lastHigh : (times[2 * from + 1] ?? 0);
    for (let row = checked; row < to; row++) {
      const nextLow = (times[2 * row] ?? 0) >>> 0;
      const nextHigh = times[2 * row + 1] ?? 0;
      if (nextHigh > high || (nextHigh === high && nextLow >= low)) {
        throw unreadableObject("timestamps do not descend");
      }
      low = nextLow;
      high = nextHigh;
    }
    this.lastLow = low;
    this.lastHigh = high;
  }
}
