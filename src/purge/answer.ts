// Holding the delete's answer against the last dry run (design §3, "The delete and after").
import { CellarmanError } from "../runtime/errors.ts";
import { encodeSelector } from "../warp10/selector.ts";
import type { Hot, ReadLimits } from "../warp10/hot.ts";
import { identityOf, type ListedSeries } from "../warp10/series.ts";
import { isConfirmed, readHot } from "../verify/read-hot.ts";
import type { Range } from "../warp10/range.ts";
import { readPoints } from "../warp10/text/read.ts";

/** What a complete answer says beside what was expected. */
export interface AnswerJudged {
  /** Expected and not answered: the delete did not see them. */
  readonly lacking: readonly string[];
  /** Answered and not expected: registered in those seconds, if they hold nothing old. */
  readonly extra: readonly ListedSeries[];
}

/** Compares a complete answer with the series that the warrant expected. Pure. */
export function judgeAnswer(
  answered: readonly ListedSeries[],
  expected: ReadonlySet<string>,
): AnswerJudged {
  const seen = new Set(answered.map(identityOf));
  return {
    lacking: [...expected].filter((identity) => !seen.has(identity)).toSorted(),
    extra: answered.filter((series) => !expected.has(identityOf(series))),
  };
}

/** The oldest timestamp that there is (facts warp10 §7). */
export const LONG_MIN = -(2n ** 63n);

/** The newest. */
export const LONG_MAX = 2n ** 63n - 1n;

/**
 * Whether a series holds any point in a range, proven as the gate's hot read is: a read that ends
 * early shows no point, and only a count over another path of the server tells.
 * @throws CellarmanError "incomplete-read" where the two differ.
 */
export async function surelyHoldsPoints(
  hot: Hot,
  series: ListedSeries,
  range: Range,
  limits?: ReadLimits,
): Promise<boolean> {
  const selector = exactSelector(series);
  const read = await readHot(hot, selector, range, limits);
  const counted = await hot.count(selector, range, limits);
  if (!isConfirmed(read, counted)) {
    const said = `read ${read.points} points of ${selector}, counted ${counted.points}`;
    throw new CellarmanError("incomplete-read", said, { retryable: true });
  }
  return read.totals.has(identityOf(series));
}

function exactSelector({ className, labels }: ListedSeries): string {
  const exact = Object.entries(labels)
    .filter(([name]) => !name.startsWith("."))
    .map(([name, value]) => [name, { exact: value }]);
  return encodeSelector({ class: { exact: className }, labels: Object.fromEntries(exact) });
}

/**
 * Whether a series holds any point in a range. Its exact selector matches more (facts warp10 §3):
 * identities decide.
 */
export async function holdsPoints(
  hot: Hot,
  series: ListedSeries,
  range: Range,
  limits?: ReadLimits,
): Promise<boolean> {
  const selector = exactSelector(series);
  const wanted = identityOf(series);
  const stream = readPoints(hot.fetch(selector, range, limits), { where: "the hot store's fetch" });
  for await (const batch of stream) {
    for (let row = 0; row < batch.rows; row++) {
      if (stream.series[batch.series[row] ?? 0]?.identity === wanted) return true;
    }
  }
  return false;
}
