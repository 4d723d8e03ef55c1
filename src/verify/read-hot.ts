// One full read of a batch's hot points: totals and digest per series, nothing kept.
import { SeriesDigests } from "../archive/digest.ts";
import type { SeriesTotals } from "../archive/points.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Counted, Hot, ReadLimits } from "../warp10/hot.ts";
import type { Range } from "../warp10/range.ts";
import { readPoints } from "../warp10/text/read.ts";

/** What a read holds, by identity; only series with points. */
export interface ReadTotals {
  readonly totals: ReadonlyMap<string, SeriesTotals>;
  readonly points: bigint;
  /** The same points as the server digested them, where a seal's digests are the server's. */
  readonly byServer?: ReadonlyMap<string, SeriesTotals>;
}

/** Reads hot and digests it. Memory: one batch of points, and about 300 bytes a series. */
export async function readHot(
  hot: Hot,
  selector: string,
  range: Range,
  limits?: ReadLimits,
): Promise<ReadTotals> {
  const stream = readPoints(hot.fetch(selector, range, limits), { where: "the hot store's fetch" });
  const digests = new SeriesDigests(stream.series);
  for await (const batch of stream) digests.add(batch);
  return totalsOf(digests.finish());
}

/** Whether a count over another path of the server says what was read. */
export const isConfirmed = ({ totals, points }: ReadTotals, counted: Counted): boolean =>
  counted.points === points && counted.series === BigInt(totals.size);

/** Totals by identity, and their sum. */
export function totalsOf(all: Iterable<SeriesTotals>): ReadTotals {
  const totals = new Map<string, SeriesTotals>();
  let points = 0n;
  for (const one of all) {
    if (one.points === 0) continue;
    totals.set(one.identity, one);
    points += BigInt(one.points);
  }
  return { totals, points };
}

/**
 * The second of two reads of the same points, by another path of the server, if each series holds
 * as many points between the same bounds in both. Throws "incomplete-read".
 */
export function assertCountsAlike(one: ReadTotals, two: ReadTotals): ReadTotals {
  for (const identity of new Set([...one.totals.keys(), ...two.totals.keys()])) {
    const [a, b] = [one.totals.get(identity), two.totals.get(identity)];
    if (a?.points === b?.points && a?.first === b?.first && a?.last === b?.last) continue;
    const counts = `${a?.points ?? 0} points by one way and ${b?.points ?? 0} by another`;
    const said = `${identity} holds ${counts}`;
    throw new CellarmanError("incomplete-read", said, { retryable: true });
  }
  return two;
}
