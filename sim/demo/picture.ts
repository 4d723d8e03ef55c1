// The hot store by month, as a picture of bars.
import type { Store } from "../warp10/store/store.ts";
import { MONTHS } from "./fill.ts";
import { count } from "./stage.ts";

/** A range of platform units (µs), inclusive. */
export interface MonthRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** The range of a month named `2025-11`, µs. */
export function monthRange(month: string): MonthRange {
  const from = new Date(`${month}-01T00:00:00Z`);
  const to = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1);
  return { start: BigInt(from.getTime()) * 1000n, end: BigInt(to) * 1000n - 1n };
}

/** Points that the store holds in each month. */
export function pointsByMonth(store: Store): Map<string, number> {
  return new Map(
    MONTHS.map((month) => {
      const { start, end } = monthRange(month);
      let points = 0;
      for (const series of store.all()) {
        for (const { from, to } of series.slices(start, end)) points += to - from;
      }
      return [month, points];
    }),
  );
}

const BAR_WIDTH = 40;

/** One bar a month. */
export function barsOf(months: ReadonlyMap<string, number>): string {
  const most = Math.max(1, ...months.values());
  const widest = Math.max(...[...months.values()].map((n) => count(n).length));
  return [...months]
    .map(([month, points]) => {
      const bar = "#".repeat(Math.round((points / most) * BAR_WIDTH));
      return `${month}  ${bar.padEnd(BAR_WIDTH)}  ${count(points).padStart(widest)} points`;
    })
    .join("\n");
}
