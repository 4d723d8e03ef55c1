// The content digest: typed points in one canonical form, so that any two reads of the same points
// agree.
import { createHash } from "node:crypto";
import type { Range } from "../warp10/range.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { PointBatch, SeenSeries, SeriesTotals } from "./points.ts";
import { RecordHash } from "./record.ts";

/** Counts and digests the points of a stream, series by series. */
export class SeriesDigests {
  private readonly series: readonly SeenSeries[];
  private readonly range: Range | undefined;
  private readonly totals: SeriesTotals[] = [];
  private readonly records = new RecordHash();
  private current = -1;
  private points = 0;
  private first = 0n;
  private last = 0n;

  /**
   * `series`: the list that the stream fills while it is read. With `range` only the points inside
   * count: the digest of a sub-range out of a larger read.
   */
  constructor(series: readonly SeenSeries[], range?: Range) {
    this.series = series;
    this.range = range;
  }

  /**
   * Takes the next batch of the stream. Throws "internal" when series do not come one after the
   * other, or when one is not in the stream's list.
   */
  add(batch: PointBatch): void {
    let from = 0;
    while (from < batch.rows) {
      const number = batch.series[from] ?? 0;
      let to = from + 1;
      while (to < batch.rows && batch.series[to] === number) to++;
      if (number !== this.current) this.begin(number);
      this.addRun(batch, from, to);
      from = to;
    }
  }

  /** Totals of every series that has a point (inside the range), in the order of the stream. */
  finish(): SeriesTotals[] {
    this.end();
    return this.totals;
  }

  private begin(number: number): void {
    if (number < this.current) {
      throw new CellarmanError("internal", `series ${number} came after series ${this.current}`);
    }
    this.end();
    this.current = number;
  }

  private end(): void {
    if (this.points === 0) return;
    const series = this.series[this.current];
    if (!series) throw new CellarmanError("internal", `no series ${this.current} was listed`);
    this.totals.push({
      identity: series.identity,
      points: this.points,
      first: this.first,
      last: this.last,
      digest: this.records.finish(),
    });
    this.points = 0;
  }

  /**
   * Takes rows [from, to), all of the running series, newest first: those inside the range lie
   * together.
   */
  private addRun(batch: PointBatch, from: number, to: number): void {
    const { timestamp } = batch;
    let start = from;
    let end = to;
    if (this.range !== undefined) {
      const { start: oldest, end: newest } = this.range;
      while (start < end && (timestamp[start] ?? 0n) > newest) start++;
      while (end > start && (timestamp[end - 1] ?? 0n) < oldest) end--;
    }
    if (start === end) return;
    if (this.points === 0) this.last = timestamp[start] ?? 0n;
    this.first = timestamp[end - 1] ?? 0n;
    this.points += end - start;
    this.records.add(batch, start, end);
  }
}

/** What a read says of all its series together. */
export interface CombinedTotals {
  /** Series that hold a point. */
  readonly series: number;
  readonly points: number;
  /** Oldest and newest timestamp of all, platform units; undefined where there is no point. */
  readonly first: bigint | undefined;
  readonly last: bigint | undefined;
  /** Hex SHA-256 over one line a series, below. */
  readonly digest: string;
}

/**
 * The totals of a batch: independent of the order of the series. The digest is over the canonical
 * JSON `["identity",points,"first","last","digest"]` and a newline for each series that holds
 * points, sorted by identity (UTF-16 code units). Throws "internal" when one series comes twice.
 */
export function combineTotals(totals: Iterable<SeriesTotals>): CombinedTotals {
  const held = [...totals].filter((one) => one.points > 0);
  // No two are alike: that throws, below.
  held.sort((a, b) => (a.identity < b.identity ? -1 : 1));
  const hash = createHash("sha256");
  let points = 0;
  let first: bigint | undefined;
  let last: bigint | undefined;
  let before: string | undefined;
  for (const one of held) {
    if (one.identity === before) {
      throw new CellarmanError("internal", `the totals hold the series ${one.identity} twice`);
    }
    before = one.identity;
    points += one.points;
    if (first === undefined || one.first < first) first = one.first;
    if (last === undefined || one.last > last) last = one.last;
    const line = [one.identity, one.points, String(one.first), String(one.last), one.digest];
    hash.update(`${JSON.stringify(line)}\n`);
  }
  return { series: held.length, points, first, last, digest: hash.digest("hex") };
}
