// Hot against the view: by totals first, then point by point (design §3, "hot ⊆ archive by
// content").
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Point, SeriesTotals, Value } from "../../src/archive/points.ts";
import { orderView } from "../../src/ledger/view.ts";
import { diffSeries, type HeldPoints, judgeTotals } from "../../src/verify/diff.ts";
import { samePoint } from "../../src/verify/points.ts";
import { sealOf } from "../ledger/seals.ts";

fc.configureGlobal({ seed: 4 });

const totals = (
  identity: string,
  digest = "d",
  more: Partial<SeriesTotals> = {},
): SeriesTotals => ({
  identity,
  points: 3,
  first: 1n,
  last: 9n,
  digest,
  ...more,
});
const read = (...all: SeriesTotals[]): Map<string, SeriesTotals> =>
  new Map(all.map((one) => [one.identity, one]));
const held = (key: string, ...all: SeriesTotals[]) => ({ key, totals: read(...all) });

describe("totals", () => {
  test("where every seal that holds a series agrees with hot, its points need no look", () => {
    const judged = judgeTotals(read(totals("a")), [
      held("s1", totals("a")),
      held("s2", totals("a")),
    ]);
    expect(judged).toMatchObject({ unclear: [], unarchived: [], gone: [] });
    expect(judged.heldBy.get("a")).toEqual(["s1", "s2"]);
  });

  test.each<[string, Partial<SeriesTotals>]>([
    ["digest", { digest: "other" }],
    ["count", { points: 4 }],
    ["first", { first: 0n }],
    ["last", { last: 10n }],
  ])("another %s in one of the seals means a look at every point", (_, other) => {
    const judged = judgeTotals(read(totals("a")), [
      held("s1", totals("a")),
      held("s2", totals("a", "d", other)),
    ]);
    expect(judged.unclear).toEqual(["a"]);
    expect(judged.heldBy.size).toBe(0);
  });

  test("equal counts are never enough: a rewritten point keeps the count", () => {
    const judged = judgeTotals(read(totals("a", "new")), [held("s1", totals("a", "old"))]);
    expect(judged.unclear).toEqual(["a"]);
  });

  test("a series in hot only is unarchived, one in the archive only is gone", () => {
    const judged = judgeTotals(read(totals("new")), [
      held("s1", totals("old")),
      held("s2", totals("old")),
    ]);
    expect(judged).toMatchObject({ unarchived: ["new"], gone: ["old"], unclear: [] });
  });

  test("nothing anywhere is nothing to say", () => {
    const judged = judgeTotals(read(), []);
    expect([judged.heldBy.size, judged.unclear, judged.unarchived, judged.gone]).toEqual([
      0,
      [],
      [],
      [],
    ]);
  });
});

const point = (timestamp: number, value: Value = 1n): Point => ({
  timestamp: BigInt(timestamp),
  value,
});
const FREE = { overrides: () => false };
const SECOND_WINS = { overrides: (a: string, b: string) => a === "s2" && b === "s1" };

describe("points of one series", () => {
  test("equal points are held; the needs name every seal that holds the value", () => {
    const diff = diffSeries(
      "a",
      [point(2), point(1)],
      [
        { key: "s1", points: [point(2), point(1)] },
        { key: "s2", points: [point(2)] },
      ],
      FREE,
    );
    expect(diff).toMatchObject({ late: 0, lacking: 0, conflicts: 0, example: undefined });
    expect(diff.needs).toEqual([["s1", "s2"], ["s1"]]);
  });

  test("a hot point that no seal holds is late, and the example says so", () => {
    const diff = diffSeries("a", [point(5, 7n)], [{ key: "s1", points: [] }], FREE);
    expect(diff).toMatchObject({ late: 1, lacking: 0, needs: [] });
    expect(diff.example).toBe("hot 5 = 7, archive nothing");
  });

  test("a rewritten point is late though the count is the same", () => {
    const diff = diffSeries("a", [point(5, 7n)], [{ key: "s1", points: [point(5, 6n)] }], FREE);
    expect(diff).toMatchObject({ late: 1, lacking: 0, conflicts: 0 });
    expect(diff.example).toBe("hot 5 = 7, archive 5 = 6");
  });

  test("a point rewritten and rewritten back is late: a bare union would pass it", () => {
    const seals = [
      { key: "s1", points: [point(5, 1n)] },
      { key: "s2", points: [point(5, 2n)] },
    ];
    expect(diffSeries("a", [point(5, 1n)], seals, SECOND_WINS)).toMatchObject({
      late: 1,
      conflicts: 0,
    });
    expect(diffSeries("a", [point(5, 2n)], seals, SECOND_WINS)).toMatchObject({
      late: 0,
      needs: [["s2"]],
    });
  });

  test("seals that did not see each other and differ are a conflict, whichever hot equals", () => {
    const seals = [
      { key: "s1", points: [point(5, 1n)] },
      { key: "s2", points: [point(5, 2n)] },
    ];
    for (const value of [1n, 2n]) {
      expect(diffSeries("a", [point(5, value)], seals, FREE)).toMatchObject({
        late: 1,
        conflicts: 1,
      });
    }
    expect(diffSeries("a", [point(5, 3n)], seals, FREE)).toMatchObject({ late: 1, conflicts: 0 });
  });

  test("an overridden seal that holds the same value may serve as well: either is enough", () => {
    const seals = [
      { key: "s1", points: [point(5, 1n)] },
      { key: "s2", points: [point(5, 1n)] },
    ];
    expect(diffSeries("a", [point(5, 1n)], seals, SECOND_WINS).needs).toEqual([["s1", "s2"]]);
  });

  test("archived points that hot lacks are counted once, however many seals hold them", () => {
    const seals = [
      { key: "s1", points: [point(3), point(2), point(1)] },
      { key: "s2", points: [point(3)] },
    ];
    expect(diffSeries("a", [point(2)], seals, FREE)).toMatchObject({ late: 0, lacking: 2 });
  });

  test("differences of type, zero's sign, place and height count; NaN equals NaN", () => {
    const differs: [Point, Point][] = [
      [point(1, 1n), point(1, 1)],
      [point(1, 0), point(1, -0)],
      [point(1, "T"), point(1, true)],
      [point(1, "a"), point(1, Buffer.from("a"))],
      [point(1), { ...point(1), elevation: 0n }],
      [point(1), { ...point(1), location: { latitude: 0, longitude: 0 } }],
      [
        { ...point(1), location: { latitude: 0, longitude: 1 } },
        { ...point(1), location: { latitude: 0, longitude: 2 } },
      ],
    ];
    for (const [a, b] of differs) {
      expect([samePoint(a, b), samePoint(b, a)]).toEqual([false, false]);
      expect(diffSeries("a", [a], [{ key: "s1", points: [b] }], FREE).late).toBe(1);
    }
    expect(samePoint(point(1, Number.NaN), point(1, Number.NaN))).toBe(true);
    expect(samePoint(point(1, Buffer.from("x")), point(1, new Uint8Array([120])))).toBe(true);
  });
});

describe("against a naive model", () => {
  const small = fc.uniqueArray(fc.record({ at: fc.nat({ max: 5 }), value: fc.nat({ max: 2 }) }), {
    selector: (p) => p.at,
  });
  const points = small.map((all) => all.map((p) => point(p.at, BigInt(p.value))));
  /** Up to four seals; each may have seen any that came before it. */
  const archive = fc.array(fc.record({ points, saw: fc.array(fc.nat({ max: 3 })) }), {
    maxLength: 4,
  });

  test("late, lacking, conflicts and needs are what counting each point by hand gives", () => {
    fc.assert(
      fc.property(points, archive, (hot, made) => {
        const seals = made.map(({ saw }, i) =>
          sealOf(`s${i}`, { saw: saw.filter((n) => n < i).map((n) => sealOf(`s${n}`).key) }),
        );
        const order = orderView(
          seals.map((s) => ({ quote: s, seal: s.value })),
          [],
        );
        const all = made.map((m, i): HeldPoints => ({
          key: seals[i]?.key ?? "",
          points: m.points,
        }));
        const diff = diffSeries("a", hot, all, order);
        expect(diff).toMatchObject(naive(hot, all, order.overrides));
        for (const p of hot) {
          const isHeld = diff.needs.some((need) => need.every((key) => holds(all, key, p)));
          if (diff.late === 0) expect(isHeld).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const holds = (all: readonly HeldPoints[], key: string, p: Point): boolean =>
  all.some((s) => s.key === key && s.points.some((q) => samePoint(p, q)));

function naive(
  hot: readonly Point[],
  all: readonly HeldPoints[],
  overrides: (a: string, b: string) => boolean,
): { late: number; lacking: number; conflicts: number } {
  let [late, conflicts, lacking] = [0, 0, 0];
  for (let t = 0n; t <= 5n; t++) {
    const mine = hot.find((p) => p.timestamp === t);
    const holders = all.filter((s) => s.points.some((p) => p.timestamp === t));
    if (!mine) {
      if (holders.length > 0) lacking++;
      continue;
    }
    const tops = holders.filter((s) => !holders.some((o) => o !== s && overrides(o.key, s.key)));
    const agreeing = tops.filter((s) => holds(all, s.key, mine));
    if (tops.length === 0 || agreeing.length < tops.length) late++;
    if (agreeing.length > 0 && agreeing.length < tops.length) conflicts++;
  }
  return { late, lacking, conflicts };
}
