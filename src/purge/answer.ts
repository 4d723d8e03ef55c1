// Holding the delete's answer against the last dry run (design §3, "The delete and after").
import { encodeSelector } from "../warp10/selector.ts";
import type { Hot, ReadLimits } from "../warp10/hot.ts";
import { identityOf, type ListedSeries } from "../warp10/series.ts";
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
 * Whether a series holds any point in a range. Its exact selector matches more (facts warp10 §3):
 * identities decide.
 */
export async function holdsPoints(
  hot: Hot,
  series: ListedSeries,
  range: Range,
  limits?: ReadLimits,
): Promise<boolean> {
  const labels = Object.fromEntries(
    Object.entries(series.labels)
      .filter(([name]) => !name.startsWith("."))
      .map(([name, exact]) => [name, { exact }]),
  );
  const selector = encodeSelector({ class: { exact: series.className }, labels });
  const wanted = identityOf(series);
  const stream = readPoints(hot.fetch(selector, range, limits), { where: "the hot store's fetch" });
  for await (const batch of stream) {
    for (let row = 0; row < batch.rows; row++) {
      if (stream.series[batch.series[row] ?? 0]?.identity === wanted) return true;
    }
  }
  return false;
}
