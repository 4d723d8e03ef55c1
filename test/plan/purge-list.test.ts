// The purge list is cut to the budgets in one place; the first purge ever of a flow is one batch
// (design §3, "The gate").
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Budget } from "../../src/flow/flow.ts";
import { type Candidate, cutToBudget, HISTORY_FACTOR } from "../../src/plan/purge-list.ts";

fc.configureGlobal({ seed: 4 });

const NO_BUDGET: Budget = { series: null, points: null, batches: null };

const candidate = (n: number, more: Partial<Candidate> = {}): Candidate => ({
  period: "2025-11",
  batch: `b${n}`,
  series: 10n,
  points: 100n,
  free: false,
  ...more,
});
const many = (count: number): Candidate[] => Array.from({ length: count }, (_, i) => candidate(i));
const ids = (list: { entries: readonly Candidate[] }): string[] => list.entries.map((e) => e.batch);

describe("the first purge ever of a flow", () => {
  test("is one batch, the oldest, whatever the budget allows", () => {
    const generous: Budget = { series: 1_000_000, points: 1_000_000, batches: 1_000 };
    const cut = cutToBudget(many(50), generous, 0);
    expect(ids(cut)).toEqual(["b0"]);
    expect(cut).toMatchObject({ leftOut: 49, runs: 50 });
  });

  test("is as many as a person says, within the budget", () => {
    expect(ids(cutToBudget(many(50), NO_BUDGET, 0, 3))).toEqual(["b0", "b1", "b2"]);
    const two: Budget = { ...NO_BUDGET, batches: 2 };
    expect(ids(cutToBudget(many(50), two, 0, 3))).toEqual(["b0", "b1"]);
    const few: Budget = { ...NO_BUDGET, points: 150 };
    expect(ids(cutToBudget(many(50), few, 0, 3))).toEqual(["b0"]);
  });

  test("what a person says of it says nothing of later ones", () => {
    expect(ids(cutToBudget(many(50), NO_BUDGET, 1, 40))).toHaveLength(HISTORY_FACTOR);
  });

  test("is not joined by a second batch while it is not settled", () => {
    const cut = cutToBudget([candidate(0, { free: true }), ...many(5)], NO_BUDGET, 0);
    expect(ids(cut)).toEqual(["b0"]);
    expect(cut).toMatchObject({ leftOut: 5, runs: 0 });
  });
});

describe("an empty batch", () => {
  test("is ended beside the first purge: nothing of it is deleted", () => {
    const empty = [
      candidate(7, { free: true, points: 0n }),
      candidate(8, { free: true, points: 0n }),
    ];
    expect(ids(cutToBudget([...empty, ...many(5)], NO_BUDGET, 0))).toEqual(["b7", "b8", "b0"]);
  });
});

describe("without a budget", () => {
  test("history decides: so many times the batches purged so far", () => {
    expect(cutToBudget(many(50), NO_BUDGET, 1).entries).toHaveLength(HISTORY_FACTOR);
    expect(cutToBudget(many(50), NO_BUDGET, 3).entries).toHaveLength(3 * HISTORY_FACTOR);
    expect(cutToBudget(many(50), NO_BUDGET, 9)).toMatchObject({ leftOut: 0, runs: 1 });
  });
});

describe("a budget", () => {
  test.each<[string, Partial<Budget>, number]>([
    ["batches", { batches: 7 }, 7],
    ["series", { batches: 99, series: 35 }, 3],
    ["series, to the last one", { batches: 99, series: 30 }, 3],
    ["points", { batches: 99, points: 250 }, 2],
    ["points, to the last one", { batches: 99, points: 300 }, 3],
    ["the narrowest of several", { batches: 5, series: 60, points: 100 }, 1],
  ])("of %s is never exceeded", (_, budget, expected) => {
    const cut = cutToBudget(many(20), { ...NO_BUDGET, ...budget }, 100);
    expect(cut.entries).toHaveLength(expected);
    expect(cut.leftOut).toBe(20 - expected);
  });

  test("says how many runs the rest needs at this pace", () => {
    expect(cutToBudget(many(20), { ...NO_BUDGET, batches: 6 }, 100).runs).toBe(4);
  });

  test("stops at the first batch that does not fit: a younger one does not overtake it", () => {
    const list = [candidate(0), candidate(1, { points: 900n }), candidate(2)];
    expect(ids(cutToBudget(list, { ...NO_BUDGET, points: 500 }, 100))).toEqual(["b0"]);
  });

  test("sums hold over any candidates: points and series on the list are within it", () => {
    const list = fc.array(
      fc.record({
        series: fc.bigInt({ min: 0n, max: 50n }),
        points: fc.bigInt({ min: 0n, max: 500n }),
      }),
    );
    fc.assert(
      fc.property(list, fc.nat({ max: 200 }), fc.nat({ max: 2_000 }), (sizes, series, points) => {
        const cut = cutToBudget(
          sizes.map((size, i) => candidate(i, size)),
          { series, points, batches: null },
          1_000,
        );
        const total = (of: "series" | "points") => cut.entries.reduce((n, e) => n + e[of], 0n);
        expect(total("series")).toBeLessThanOrEqual(BigInt(series));
        expect(total("points")).toBeLessThanOrEqual(BigInt(points));
        expect(ids(cut)).toEqual(sizes.slice(0, cut.entries.length).map((_, i) => `b${i}`));
        expect(cut.entries.length + cut.leftOut).toBe(sizes.length);
      }),
    );
  });
});

describe("a batch that is purging", () => {
  const purging = [candidate(90, { free: true }), candidate(91, { free: true })];

  test("is always on the list and costs nothing: its recount must not wait for a budget", () => {
    const cut = cutToBudget([...many(5), ...purging], { ...NO_BUDGET, batches: 2 }, 100);
    expect(ids(cut)).toEqual(["b90", "b91", "b0", "b1"]);
    expect(cut.leftOut).toBe(3);
  });

  test("is on the list even where the budget is used up by the first batch", () => {
    expect(ids(cutToBudget(purging, { ...NO_BUDGET, points: 1 }, 100))).toEqual(["b90", "b91"]);
  });
});

test("nothing to purge is an empty list", () => {
  expect(cutToBudget([], NO_BUDGET, 0)).toEqual({ entries: [], leftOut: 0, runs: 0 });
});
