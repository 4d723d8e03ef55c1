// The hot store of a history: a few series of a few points each, as they really are.
import { compileSelector, labelsMatch, parseSelector } from "../../sim/warp10/selector.ts";
import type { Value } from "../../src/archive/points.ts";
import type { Range } from "../../src/warp10/range.ts";
import { identityOf, type ListedSeries } from "../../src/warp10/series.ts";

/** A series and everything that it holds. */
export interface ModelSeries extends ListedSeries {
  readonly identity: string;
  /** Listed by the directory; a series can hold points that no listing knows of. */
  registered: boolean;
  /** What each token sees. */
  readable: boolean;
  deletable: boolean;
  readonly points: Map<bigint, Value>;
}

/** A point that was acknowledged and cannot be read yet. */
export interface PendingWrite {
  readonly series: ModelSeries;
  readonly timestamp: bigint;
  readonly value: Value;
  readonly visibleAtMs: number;
}

/** Points by series and time, as one read saw them. */
export type PointsSeen = ReadonlyMap<string, Value>;

/** A delete that the server took. */
export interface QueuedDelete {
  readonly series: readonly ModelSeries[];
  readonly range: Range;
  /** What the gate had read of the range. */
  readonly seen: PointsSeen;
  /** How often it will still be applied. */
  times: number;
}

/** One point's name. */
export const pointName = (identity: string, timestamp: bigint): string =>
  `${identity} ${timestamp}`;

/** A value with its type, as text. */
export function valueName(value: Value): string {
  if (typeof value === "number") return Number.isInteger(value) ? value.toFixed(1) : String(value);
  return typeof value === "string" ? `'${value}'` : String(value);
}

/** The hot store's contents; nothing here lies. */
export class HotStore {
  readonly series: ModelSeries[];
  readonly pending: PendingWrite[] = [];
  readonly queued: QueuedDelete[] = [];
  /** `series`: what it holds from the beginning; copied. */
  constructor(series: readonly ModelSeries[] = []) {
    this.series = series.map((one) => ({ ...one, points: new Map(one.points) }));
  }

  private readonly matched = new Map<string, Map<string, boolean>>();

  add(className: string, labels: Readonly<Record<string, string>>, registered = true): ModelSeries {
    const series: ModelSeries = {
      className,
      labels: { ...labels, ".app": "m" },
      attributes: {},
      identity: identityOf({ className, labels: { ...labels, ".app": "m" } }),
      registered,
      readable: true,
      deletable: true,
      points: new Map(),
    };
    this.series.push(series);
    return series;
  }

  /** Registered series of a selector, as the server's own rules have it. */
  matching(selector: string, view: "readable" | "deletable"): ModelSeries[] {
    return this.series.filter((s) => s.registered && s[view] && this.matches(selector, s));
  }

  private matches(selector: string, series: ModelSeries): boolean {
    const known = this.matched.get(selector) ?? new Map<string, boolean>();
    this.matched.set(selector, known);
    const before = known.get(series.identity);
    if (before !== undefined) return before;
    const text = parseSelector(selector);
    if (!text) throw new Error(`not a selector: ${selector}`);
    const compiled = compileSelector(text);
    const labels = new Map(Object.entries(series.labels));
    const fits =
      compiled.classMatcher.test(series.className) &&
      labelsMatch(compiled, labels, new Map(), true);
    known.set(series.identity, fits);
    return fits;
  }
}

/** The points of a series in a range, newest first. */
export function pointsIn(series: ModelSeries, { start, end }: Range): [bigint, Value][] {
  return [...series.points]
    .filter(([timestamp]) => timestamp >= start && timestamp <= end)
    .sort(([a], [b]) => (a < b ? 1 : -1));
}
