// Comparing series point by point, hot against the seals that hold them, in portions that fit in
// memory: for the rare series whose digests differ.
import type { Cold } from "../cellar/cold.ts";
import type { ViewOrder } from "../ledger/view.ts";
import type { Hot, ReadLimits } from "../warp10/hot.ts";
import type { Range } from "../warp10/range.ts";
import { readPoints } from "../warp10/text/read.ts";
import { diffSeries, type SeriesDiff } from "./diff.ts";
import { collectPoints, DIFF_POINTS_MAX } from "./points.ts";
import { type SealContents, sealPoints } from "./read-seal.ts";

/** What is compared, and where. */
export interface Comparison {
  readonly hot: Hot;
  readonly cold: Cold;
  readonly selector: string;
  readonly range: Range;
  readonly limits: ReadLimits | undefined;
  readonly order: ViewOrder;
}

/** Compares these series; reads hot and every seal once a portion. */
export async function diffPoints(
  comparison: Comparison,
  contents: readonly SealContents[],
  identities: readonly string[],
): Promise<SeriesDiff[]> {
  const { hot, cold, selector, range, limits, order } = comparison;
  const diffs: SeriesDiff[] = [];
  for (const portion of inPortions(identities, contents)) {
    const wanted = new Set(portion);
    const source = readPoints(hot.fetch(selector, range, limits), { where: "fetch" });
    const mine = await collectPoints(source, wanted, range);
    const seals = await Promise.all(
      contents.map(async ({ seal, manifest }) => ({
        key: seal.key,
        points: await collectPoints(sealPoints(cold, manifest), wanted, range),
      })),
    );
    for (const identity of portion) {
      const held = seals
        .map(({ key, points }) => ({ key, points: points.get(identity) ?? [] }))
        .filter(({ points }) => points.length > 0);
      diffs.push(diffSeries(identity, mine.get(identity) ?? [], held, order));
    }
  }
  return diffs;
}

/** The most points that any of the seals holds of a series. */
export const mostPoints = (contents: readonly SealContents[], identity: string): bigint =>
  contents.reduce((most, c) => {
    const points = BigInt(c.read.totals.get(identity)?.points ?? 0);
    return points > most ? points : most;
  }, 0n);

/** Cuts the series so that one portion's points stay below DIFF_POINTS_MAX. */
function* inPortions(
  identities: readonly string[],
  contents: readonly SealContents[],
): Generator<string[]> {
  let portion: string[] = [];
  let points = 0;
  for (const identity of identities) {
    const more = Number(mostPoints(contents, identity)) * (contents.length + 1);
    if (portion.length > 0 && points + more > DIFF_POINTS_MAX) {
      yield portion;
      portion = [];
      points = 0;
    }
    portion.push(identity);
    points += more;
  }
  if (portion.length > 0) yield portion;
}
