// A plan is a value: the same survey, flow and id give the same bytes; a short plan is held (design
// §3, "Plans").
import { describe, expect, test } from "vitest";
import type { Flow } from "../../src/flow/flow.ts";
import { canonicalJson } from "../../src/ledger/canonical.ts";
import { type Plan, planRecord } from "../../src/ledger/records.ts";
import {
  BATCHES_MAX,
  holdReason,
  makePlan,
  type PlanInput,
  SLICE_POINTS,
} from "../../src/plan/make-plan.ts";
import { periodOf } from "../../src/plan/period.ts";
import { flowOf, GOOD } from "../flow/flows.ts";
import { planOf } from "../ledger/plans.ts";
import { caught, DAY_MS, hexHash, hexId } from "../support/values.ts";

const FLOW = flowOf(GOOD);
const sliced = (sliceMs: number | null): Flow => ({
  ...FLOW,
  batches: { ...FLOW.batches, sliceMs },
});
const DAY_US = BigInt(DAY_MS) * 1_000n;

const plan = (said: Partial<PlanInput> = {}): Plan =>
  makePlan({
    flow: FLOW,
    flowDigest: hexHash(1),
    purgeDigest: hexHash(2),
    period: periodOf("month", "2025-11"),
    unit: "us",
    id: "abcdef01",
    process: hexId(1),
    roots: ["~(.*){}"],
    groups: [
      { selector: "~(a){}", series: 10n },
      { selector: "~(b){}", series: 0n },
    ],
    coverage: planOf("aaaaaaaa").coverage,
    pointsPerSeries: 100,
    ...said,
  });

describe("a plan", () => {
  test("is a record that the ledger takes, and the same input gives the same bytes", () => {
    expect(planRecord.parse(plan())).toEqual(plan());
    expect(canonicalJson(plan())).toBe(canonicalJson(plan()));
  });

  test("spans the period in the server's unit, both ends inclusive", () => {
    expect(plan().range).toEqual({ start: "1761955200000000", end: "1764547199999999" });
    expect(plan({ unit: "ms" }).range).toEqual({ start: "1761955200000", end: "1764547199999" });
  });

  test("has a batch for every slice and group, also for groups that list nothing yet", () => {
    const { batches } = plan({ flow: sliced(10 * DAY_MS) });
    expect(batches.map((b) => b.id)).toEqual(
      Array.from({ length: 6 }, (_, i) => `abcdef01-0000${i}`),
    );
    expect(batches.filter((b) => b.selector === "~(b){}")).toHaveLength(3);
  });

  test("its batches tile the period for each group", () => {
    const made = plan({ flow: sliced(7 * DAY_MS) });
    for (const selector of ["~(a){}", "~(b){}"]) {
      const ranges = made.batches.filter((b) => b.selector === selector).map((b) => b.range);
      expect(ranges[0]?.start).toBe(made.range.start);
      expect(ranges.at(-1)?.end).toBe(made.range.end);
      const gaps = ranges.slice(1).map((r, i) => BigInt(r.start) - BigInt(ranges[i]?.end ?? 0));
      expect(gaps).toEqual(gaps.map(() => 1n));
    }
  });

  test("estimates points by series and share of the period; unknown is null, not zero", () => {
    const points = plan({ flow: sliced(15 * DAY_MS) }).batches.map((b) => b.points);
    expect(points).toEqual(["500", "0", "500", "0"]);
    const unknown = plan({ pointsPerSeries: undefined }).batches.map((b) => b.points);
    expect(unknown).toEqual([null, null]);
  });

  test("of more than ten thousand batches is an error that says what to raise", () => {
    const groups = Array.from({ length: 400 }, (_, i) => ({ selector: `~(${i}){}`, series: 1n }));
    const make = () => plan({ groups, flow: sliced(DAY_MS) });
    expect(caught(make)).toMatchObject({
      code: "limit",
      hint: expect.stringContaining("max-series"),
    });
    expect(
      plan({ groups: groups.slice(0, BATCHES_MAX / 30), flow: sliced(DAY_MS) }).batches,
    ).toHaveLength(9_990);
  });
});

describe("slices from the estimate", () => {
  const lengths = (said: Partial<PlanInput>): bigint[] =>
    plan({
      flow: sliced(null),
      groups: [{ selector: "~(a){}", series: 1_000n }],
      ...said,
    }).batches.map((b) => (BigInt(b.range.end) - BigInt(b.range.start) + 1n) / DAY_US);

  test("a period that is small enough is not cut", () => {
    expect(lengths({ pointsPerSeries: Number(SLICE_POINTS) / 1_000 })).toEqual([30n]);
  });

  test("a larger one is cut into whole days, so that each slice is small enough", () => {
    expect(lengths({ pointsPerSeries: (3 * Number(SLICE_POINTS)) / 1_000 })).toEqual([
      10n,
      10n,
      10n,
    ]);
    expect(lengths({ pointsPerSeries: (4 * Number(SLICE_POINTS)) / 1_000 })).toEqual([
      7n,
      7n,
      7n,
      7n,
      2n,
    ]);
  });

  test("never into less than a day", () => {
    expect(lengths({ pointsPerSeries: 1e9 })).toEqual(Array(30).fill(1n));
  });

  test("an unknown estimate cuts nothing", () => {
    expect(lengths({ pointsPerSeries: undefined })).toEqual([30n]);
  });
});

describe("a plan is held", () => {
  const withSeries = (rootSeries: string, period = "2025-11"): Plan => {
    const made = planOf("aaaaaaaa");
    return { ...made, period, coverage: { ...made.coverage, rootSeries } };
  };
  const before = withSeries("1000", "2025-10");

  test("without a series: a token of another owner looks just like that", () => {
    expect(holdReason(withSeries("0"), before)).toContain("no series");
    expect(holdReason(withSeries("0"), undefined)).toContain("no series");
  });

  test("with more than 30 % fewer series than the period before, both figures named", () => {
    const reason = holdReason(withSeries("699"), before);
    expect(reason).toContain("699");
    expect(reason).toContain("2025-10");
    expect(reason).toContain("1000");
  });

  test.each(["700", "1000", "5000"])("not with %s where there were 1000", (series) => {
    expect(holdReason(withSeries(series), before)).toBeUndefined();
  });

  test("not the first one ever", () => {
    expect(holdReason(withSeries("1"), undefined)).toBeUndefined();
  });
});
