// The rows of one series that a read returns: range, count, skip, step, sample, boundaries.
import { seededRandom } from "../../faults.ts";
import type { Series } from "../store/series.ts";
import type { Slice } from "../store/chunk.ts";
import { LONG_MAX, LONG_MIN, NO_ELEVATION, NO_LOCATION } from "../values.ts";
import type { Value } from "../values.ts";
import type { ReadRange } from "./query.ts";

/** What of a range's rows is returned. */
export interface RowOptions {
  /** Newest points left out. */
  readonly skip?: number | undefined;
  /** Every n-th point. */
  readonly step?: number | undefined;
  /** At least so many units apart. */
  readonly timestep?: bigint | undefined;
  /** Fraction of points, in (0, 1). */
  readonly sample?: number | undefined;
  /** Points before the start and after the end. */
  readonly pre?: number | undefined;
  readonly post?: number | undefined;
}

/** Rows of a series as slices, ascending. */
export function rowsOf(series: Series, range: ReadRange, options: RowOptions): Slice[] {
  if (range.start > range.end) return [];
  let rows = series.slices(range.start, range.end);
  if (options.skip !== undefined && options.skip > 0) rows = withoutNewest(rows, options.skip);
  rows = thinned(rows, options);
  if (range.count !== undefined) rows = newest(rows, Number(range.count));
  const { pre = 0, post = 0 } = options;
  if (pre > 0 && range.start > LONG_MIN) {
    rows = [...newest(series.slices(LONG_MIN, range.start - 1n), pre), ...rows];
  }
  if (post > 0 && range.end < LONG_MAX) {
    rows = [...rows, ...oldest(series.slices(range.end + 1n, LONG_MAX), post)];
  }
  return rows;
}

/** How many rows slices hold. */
export function countRows(rows: readonly Slice[]): number {
  let sum = 0;
  for (const { from, to } of rows) sum += to - from;
  return sum;
}

function newest(rows: readonly Slice[], count: number): Slice[] {
  const kept: Slice[] = [];
  let left = count;
  for (let i = rows.length - 1; i >= 0 && left > 0; i--) {
    const slice = rows[i];
    if (slice === undefined) break;
    const from = Math.max(slice.from, slice.to - left);
    kept.unshift({ chunk: slice.chunk, from, to: slice.to });
    left -= slice.to - from;
  }
  return kept;
}

function oldest(rows: readonly Slice[], count: number): Slice[] {
  const kept: Slice[] = [];
  let left = count;
  for (const { chunk, from, to } of rows) {
    if (left <= 0) break;
    const end = Math.min(to, from + left);
    kept.push({ chunk, from, to: end });
    left -= end - from;
  }
  return kept;
}

function withoutNewest(rows: readonly Slice[], count: number): Slice[] {
  return oldest(rows, Math.max(0, countRows(rows) - count));
}

function thinned(rows: Slice[], { step = 1, timestep = 0n, sample = 1 }: RowOptions): Slice[] {
  if (step <= 1 && timestep <= 0n && sample >= 1) return rows;
  const random = seededRandom(1);
  const kept: Slice[] = [];
  let index = 0;
  let last: bigint | undefined;
  for (const { chunk, from, to } of rows.toReversed()) {
    for (let row = to - 1; row >= from; row--) {
      const ts = chunk.timestamp(row);
      const far = last === undefined || timestep <= 0n || last - ts >= timestep;
      const due = step <= 1 || index % step === 0;
      index += 1;
      if (!far || !due || (sample < 1 && random() >= sample)) continue;
      last = ts;
      kept.unshift({ chunk, from: row, to: row + 1 });
    }
  }
  return kept;
}

/**
 * `dedup`: runs of equal value and place shrink to their newest point; the oldest of all comes back
 * if it was one of a run.
 */
export function deduplicated(rows: readonly Slice[]): Slice[] {
  const kept: Slice[] = [];
  let previous: { location: bigint; elevation: bigint; value: Value | undefined } = {
    location: NO_LOCATION,
    elevation: NO_ELEVATION,
    value: undefined,
  };
  let dropped: Slice | undefined;
  for (const { chunk, from, to } of rows.toReversed()) {
    for (let row = to - 1; row >= from; row--) {
      const point = chunk.point(row);
      const same =
        previous.value !== undefined &&
        previous.location === point.location &&
        previous.elevation === point.elevation &&
        sameValue(previous.value, point.value);
      const slice = { chunk, from: row, to: row + 1 };
      if (!same) kept.unshift(slice);
      dropped = same ? slice : undefined;
      previous = point;
    }
  }
  return dropped === undefined ? kept : [dropped, ...kept];
}

function sameValue(a: Value, b: Value): boolean {
  if (typeof a === "object" && typeof b === "object")
    return JSON.stringify(a) === JSON.stringify(b);
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
