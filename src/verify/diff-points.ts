// Comparing series point by point, hot against the seals that hold them, in portions that fit in
// memory: for the rare series whose digests differ.
import { SeriesDigests } from "../archive/digest.ts";
import type { Point, PointBatch, PointStream } from "../archive/points.ts";
import type { Cold } from "../cellar/cold.ts";
import type { ViewOrder } from "../ledger/view.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Hot, ReadLimits } from "../warp10/hot.ts";
import type { Range } from "../warp10/range.ts";
import { readPoints } from "../warp10/text/read.ts";
import { diffSeries, type SeriesDiff } from "./diff.ts";
import { collectPoints, DIFF_POINTS_MAX } from "./points.ts";
import { type ReadTotals, totalsOf } from "./read-hot.ts";
import type { Manifest } from "../ledger/records.ts";
import type { HfileReading } from "./read-hfile.ts";
import { isHfile, type SealContents, sealPoints } from "./read-seal.ts";

/** What is compared, and where. */
export interface Comparison {
  readonly hot: Hot;
  readonly cold: Cold;
  readonly selector: string;
  readonly range: Range;
  readonly limits: ReadLimits | undefined;
  readonly order: ViewOrder;
  /** Hot by an earlier read of the same range: the points compared must be just those. */
  readonly totals: ReadTotals["totals"];
  readonly hfiles?: HfileReading | undefined;
}

/**
 * Compares these series; reads hot and every seal once a portion. Throws "incomplete-read" where
 * hot reads otherwise than before: a second read proves no more of itself than the first, which a
 * count of the server proved.
 */
export async function diffPoints(
  comparison: Comparison,
  contents: readonly SealContents[],
  identities: readonly string[],
): Promise<SeriesDiff[]> {
  const { hot, selector, range, limits, order, totals } = comparison;
  const diffs: SeriesDiff[] = [];
  for (const portion of inPortions(identities, contents)) {
    const wanted = new Set(portion);
    const source = readPoints(hot.fetch(selector, range, limits), { where: "fetch" });
    const digests = new SeriesDigests(source.series);
    const mine = await collectPoints(digested(source, digests), wanted, range);
    assertSame(totals, totalsOf(digests.finish()).totals, portion);
    const seals = await Promise.all(
      contents.map(async ({ seal, manifest }) => ({
        key: seal.key,
        points: await pointsOf(comparison, manifest, wanted),
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

/** A seal's points of some series in the compared range: out of the bucket, or by HFFETCH. */
async function pointsOf(
  { cold, range, hfiles }: Comparison,
  manifest: Manifest,
  wanted: ReadonlySet<string>,
): Promise<Map<string, Point[]>> {
  if (!isHfile(manifest)) return collectPoints(sealPoints(cold, manifest), wanted, range);
  if (manifest.points === "0") return new Map();
  const archive = hfiles?.archive;
  if (archive) return archive.points(manifest, wanted, range);
  throw new CellarmanError("blocked", "no store can read the points of an HFile", {
    hint: "Name export.store in the flow.",
  });
}

/** The same stream; what passes is digested. */
function digested(stream: PointStream, digests: SeriesDigests): PointStream {
  async function* batches(): AsyncGenerator<PointBatch, void, undefined> {
    for await (const batch of stream) {
      digests.add(batch);
      yield batch;
    }
  }
  return { series: stream.series, [Symbol.asyncIterator]: batches };
}

function assertSame(
  before: ReadTotals["totals"],
  now: ReadTotals["totals"],
  identities: readonly string[],
): void {
  const differing = identities.find((identity) => {
    const [a, b] = [before.get(identity), now.get(identity)];
    return a?.points !== b?.points || a?.digest !== b?.digest;
  });
  if (differing === undefined) return;
  const said = `${differing} was read twice, and differs from one read to the next`;
  throw new CellarmanError("incomplete-read", said, { retryable: true });
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
