// Packing legs: ceilings, fair shares, time on self-hosted runners.
import { describe, expect, it } from "vitest";
import {
  type FlowWork,
  HOSTED_LEG_MS,
  jobMinutes,
  LEGS_MAX,
  mayPurgeHere,
  packLegs,
} from "../../src/plan/legs.ts";
import { flowOf, GOOD } from "../flow/flows.ts";

const HOUR = 3_600_000;

describe("a purge in CI", () => {
  const runs = (archive: readonly string[] | null, purge: readonly string[] | null) => {
    const flow = flowOf(GOOD);
    return mayPurgeHere({
      run: { ...flow.run, runners: archive },
      purge: { ...flow.purge, runners: purge },
    });
  };

  it("is on machines that archive nothing of one's own, whatever their labels", () => {
    expect(runs(null, null)).toBe(true);
    expect(runs(["ubuntu-24.04"], null)).toBe(true);
    expect(runs(["self-hosted", "warp10"], null)).toBe(false);
    expect(runs(["warp10"], null)).toBe(false);
    expect(runs(["warp10"], ["purge"])).toBe(true);
  });
});

function work(flow: string, batches: number, rest: Partial<FlowWork> = {}): FlowWork {
  return {
    flow,
    environment: "cellarman-archive",
    runners: null,
    shards: 8,
    timeoutMs: 12 * HOUR,
    items: Array.from({ length: batches }, (_, i) => ({
      id: `${flow}-${i}`,
      period: "2025-11",
      cost: 1 + (i % 7),
    })),
    ...rest,
  };
}

const idsOf = (legs: ReturnType<typeof packLegs>): string[] =>
  legs.flatMap((leg) => leg.items.map((item) => item.id)).toSorted();

describe("packing legs", () => {
  it("gives every batch to exactly one leg of its own flow", () => {
    const legs = packLegs([work("a", 20), work("b", 3), work("c", 0)]);
    expect(legs.map((leg) => leg.name)).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `a-${n}`),
      "b-1",
      "b-2",
      "b-3",
    ]);
    const all = [...work("a", 20).items, ...work("b", 3).items].map((item) => item.id);
    expect(idsOf(legs)).toEqual(all.toSorted());
    expect(legs.every((leg) => leg.items.every((item) => item.id.startsWith(leg.flow)))).toBe(true);
  });

  it("packs ten thousand batches into 250 legs", () => {
    const legs = packLegs([work("big", 10_000, { shards: 256 })]);
    expect(legs).toHaveLength(LEGS_MAX);
    expect(idsOf(legs)).toHaveLength(10_000);
  });

  it("takes legs from the largest flows where all want too many", () => {
    const legs = packLegs([
      work("a", 500, { shards: 200 }),
      work("b", 500, { shards: 200 }),
      work("c", 2),
    ]);
    const of = (flow: string): number => legs.filter((leg) => leg.flow === flow).length;
    expect([of("a"), of("b"), of("c")]).toEqual([124, 124, 2]);
  });

  it("refuses more flows than a matrix has jobs, and says what to do", () => {
    const flows = Array.from({ length: LEGS_MAX + 1 }, (_, i) => work(`f${i}`, 1));
    expect(() => packLegs(flows)).toThrow(/251 flows have work, a matrix holds 250/);
    expect(packLegs(flows.slice(1))).toHaveLength(LEGS_MAX);
  });

  it("ends hosted legs before the runner is taken away", () => {
    const [leg] = packLegs([work("a", 1, { timeoutMs: 48 * HOUR })]);
    expect(leg?.deadlineMs).toBe(HOSTED_LEG_MS);
    expect(leg && jobMinutes(leg)).toBe(359);
  });

  it("lets a single self-hosted leg work as long as the flow says", () => {
    const [leg] = packLegs([
      work("a", 1, { runners: ["self-hosted", "warp10"], timeoutMs: 48 * HOUR }),
    ]);
    expect(leg?.deadlineMs).toBe(48 * HOUR);
  });

  it("has the last self-hosted leg begin within a day, though there be one runner", () => {
    const runners = ["self-hosted", "warp10"];
    const legs = packLegs([
      work("a", 100, { runners, shards: 100 }),
      work("b", 100, { runners: runners.toReversed(), shards: 4 }),
    ]);
    const jobsMs = legs.map((leg) => jobMinutes(leg) * 60_000);
    const lastBeginsMs = jobsMs.slice(1).reduce((sum, ms) => sum + ms, 0);
    expect(legs.length).toBeGreaterThan(10);
    expect(lastBeginsMs).toBeLessThanOrEqual(24 * HOUR);
  });
});
