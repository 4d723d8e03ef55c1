// Hot read in the same way as a seal is: as text, or digested by the server; and compared point by
// point where digests differ.
import type { Cold } from "../cellar/cold.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Hot, ReadLimits } from "../warp10/hot.ts";
import type { Range } from "../warp10/range.ts";
import type { SeriesDiff } from "./diff.ts";
import { type Comparison, diffPoints } from "./diff-points.ts";
import type { HfileReading } from "./read-hfile.ts";
import { assertCountsAlike, type ReadTotals, readHot } from "./read-hot.ts";
import { isHfile, type SealContents } from "./read-seal.ts";

/** What is read with. */
interface Reading {
  readonly hot: Hot;
  readonly cold: Cold;
  readonly hfiles?: HfileReading | undefined;
}

/** Hot in the kind of digests that the seal has. */
export async function readHotAlike(
  run: Reading,
  { manifest }: SealContents,
  selector: string,
  range: Range,
  limits: ReadLimits | undefined,
): Promise<ReadTotals> {
  if (!isHfile(manifest)) return readHot(run.hot, selector, range, limits);
  const points = BigInt(manifest.points);
  if (run.hfiles) return run.hfiles.hotDigests(selector, range, limits, points);
  throw new CellarmanError("internal", "an HFile was read without anything to read it with");
}

/** Compares point by point what differs; of HFiles, hot is read once more as text for that. */
export async function diffUnclear(
  run: Reading,
  reading: Pick<Comparison, "selector" | "range" | "limits">,
  contents: SealContents,
  unclear: readonly string[],
  hot: ReadTotals,
): Promise<SeriesDiff[]> {
  if (unclear.length === 0) return [];
  const { selector, range, limits } = reading;
  const asText = isHfile(contents.manifest)
    ? assertCountsAlike(hot, await readHot(run.hot, selector, range, limits))
    : hot;
  const comparison = { ...run, ...reading, totals: asText.totals, order: NO_ORDER };
  return diffPoints(comparison, [contents], unclear);
}

/** One seal alone: there is nothing that it could override. */
const NO_ORDER = { overrides: () => false };
