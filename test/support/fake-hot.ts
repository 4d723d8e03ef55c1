// A hot store that lists and prints what a test puts into it: one selector, no server.
import type { Point } from "../../src/archive/points.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import type { Hot, TokenFacts } from "../../src/warp10/hot.ts";
import type { ListedSeries } from "../../src/warp10/series.ts";
import { formatHeading, formatPoint } from "../../src/warp10/text/write.ts";

/** Series with their points; the test changes them as it likes. */
export type Held = { readonly series: ListedSeries; points: Point[] }[];

/** A read token that hides nothing. */
const READER: TokenFacts = {
  type: "READ",
  expiryMs: undefined,
  applications: [],
  owners: [],
  producers: [],
  attributes: {},
};

/** A `Hot` over held series. Points in the range are printed newest first, as `/fetch` does. */
export function fakeHot(held: Held): Hot {
  const inRange = (
    points: readonly Point[],
    { start, end }: { start: bigint; end: bigint },
  ): Point[] =>
    points
      .filter((p) => p.timestamp >= start && p.timestamp <= end)
      .toSorted((a, b) => (a.timestamp < b.timestamp ? 1 : -1));
  const unused = (): never => {
    throw new CellarmanError("internal", "this test's hot store has no such answer");
  };
  return {
    async *find() {
      for (const { series } of held) yield await Promise.resolve(series);
    },
    async *fetch(_, range) {
      for (const { series, points } of held) {
        const heading = formatHeading(series.className, series.labels);
        const lines = inRange(points, range).map((point, i) =>
          formatPoint(point, i === 0 ? heading : undefined),
        );
        if (lines.length > 0) yield await Promise.resolve(Buffer.from(`${lines.join("\n")}\n`));
      }
    },
    count(_, range) {
      const counts = held.map(({ points }) => BigInt(inRange(points, range).length));
      const points = counts.reduce((a, b) => a + b, 0n);
      return Promise.resolve({ series: BigInt(counts.filter((n) => n > 0n).length), points });
    },
    facts: unused,
    version: unused,
    tokenFacts: () => Promise.resolve(READER),
  };
}
