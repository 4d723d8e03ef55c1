// Comparing hot and archive: first by totals per series, then, where those differ, point by point.
// Pure.
import type { Point, SeriesTotals } from "../archive/points.ts";
import { maximal, type ViewOrder } from "../ledger/view.ts";
import { describePoint, samePoint } from "./points.ts";

/** What one seal holds in a range, by series. */
export interface HeldTotals {
  readonly key: string;
  readonly totals: ReadonlyMap<string, SeriesTotals>;
  /** Digests are the server's: they are held against hot as the server digested it. */
  readonly byServer?: boolean;
}

/** A first comparison: which series need a look at their points. */
export interface TotalsJudged {
  /** Series of which every hot point is held, with the view's value, by the named seals. */
  readonly heldBy: ReadonlyMap<string, readonly string[]>;
  /** Series to compare point by point. */
  readonly unclear: readonly string[];
  /** Series with hot points that no seal holds at all. */
  readonly unarchived: readonly string[];
  /** Series with archived points and no hot point. */
  readonly gone: readonly string[];
}

/**
 * Compares totals: where every seal that holds a series agrees with hot, its points need no look.
 * `byServer`: hot as the server digested it, where a seal's digests are the server's.
 */
export function judgeTotals(
  hot: ReadonlyMap<string, SeriesTotals>,
  seals: readonly HeldTotals[],
  byServer: ReadonlyMap<string, SeriesTotals> = hot,
): TotalsJudged {
  const heldBy = new Map<string, readonly string[]>();
  const unclear: string[] = [];
  const unarchived: string[] = [];
  for (const [identity, mine] of hot) {
    const holders = seals.filter((s) => s.totals.has(identity));
    if (holders.length === 0) {
      unarchived.push(identity);
      continue;
    }
    const hers = byServer.get(identity);
    const proven = holders.every((s) => same(s.totals.get(identity), s.byServer ? hers : mine));
    if (!proven) unclear.push(identity);
    else {
      const keys = holders.map((s) => s.key);
      heldBy.set(identity, keys);
    }
  }
  const gone = new Set<string>();
  for (const seal of seals) {
    for (const identity of seal.totals.keys()) if (!hot.has(identity)) gone.add(identity);
  }
  return { heldBy, unclear, unarchived, gone: [...gone] };
}

const same = (a: SeriesTotals | undefined, b: SeriesTotals | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.points === b.points &&
  a.digest === b.digest &&
  a.first === b.first &&
  a.last === b.last;

/** What a comparison of one series' points says. */
export interface SeriesDiff {
  readonly identity: string;
  /** Hot points that the view lacks, or holds with another value. */
  readonly late: number;
  /** Archived points that hot lacks. */
  readonly lacking: number;
  /** Points on which seals that did not see each other differ. */
  readonly conflicts: number;
  /**
   * Seals, each set enough for some hot point: every hot point needs a qualified one of its set.
   */
  readonly needs: readonly (readonly string[])[];
  /** The first difference, in words. */
  readonly example: string | undefined;
}

/** One seal's points of a series, newest first. */
export interface HeldPoints {
  readonly key: string;
  readonly points: readonly Point[];
}

/** Compares one series point by point against the view. */
export function diffSeries(
  identity: string,
  hot: readonly Point[],
  seals: readonly HeldPoints[],
  order: ViewOrder,
): SeriesDiff {
  const held = holdersByTime(seals);
  const needs = new Map<string, readonly string[]>();
  let [late, conflicts, matched] = [0, 0, 0];
  let example: string | undefined;
  for (const point of hot) {
    const holders = held.get(point.timestamp) ?? [];
    if (holders.length > 0) matched++;
    const tops = maximal(
      order,
      holders.map((h) => h.key),
    );
    const equal = holders.filter((h) => samePoint(h.point, point)).map((h) => h.key);
    const agreeing = tops.filter((key) => equal.includes(key));
    if (agreeing.length > 0 && agreeing.length < tops.length) conflicts++;
    if (agreeing.length === tops.length && tops.length > 0) needs.set(equal.join(" "), equal);
    else {
      late++;
      example ??= differenceText(point, holders.find((h) => tops.includes(h.key))?.point);
    }
  }
  const lacking = held.size - matched;
  return { identity, late, lacking, conflicts, needs: [...needs.values()], example };
}

interface Holder {
  readonly key: string;
  readonly point: Point;
}

function holdersByTime(seals: readonly HeldPoints[]): Map<bigint, Holder[]> {
  const held = new Map<bigint, Holder[]>();
  for (const { key, points } of seals) {
    for (const point of points) {
      const at = held.get(point.timestamp);
      if (at) at.push({ key, point });
      else held.set(point.timestamp, [{ key, point }]);
    }
  }
  return held;
}

const differenceText = (hot: Point, archived: Point | undefined): string =>
  `hot ${describePoint(hot)}, archive ${archived ? describePoint(archived) : "nothing"}`;
