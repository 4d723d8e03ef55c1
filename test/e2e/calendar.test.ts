// Other calendars, units and cuts: weeks and days, ms and ns platforms, labels with "any other" and
// "absent".
import { afterEach, describe, expect, it } from "vitest";
import { World } from "../../sim/world.ts";
import { UNITS_PER_MS } from "../../src/warp10/range.ts";
import { DAY, START } from "../support/november.ts";
import {
  expectNothingLost,
  expectRun,
  fill,
  GRACE_OVER,
  hotPoints,
  keysOf,
  recordOf,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const purge =
  "purge: { mode: automatic, write-fence: { max-past: P45D }, budget: { batches: 500 } }";

/** One point an hour from one instant to another, both ms, in the world's unit. */
function hourly(unit: keyof typeof UNITS_PER_MS, host: string, fromMs: number, toMs: number): void {
  const hours = Math.floor((toMs - fromMs) / 3_600_000);
  const perHour = 3_600_000 * Number(UNITS_PER_MS[unit]);
  world.load(
    "cpu.load",
    { host },
    {
      base: BigInt(fromMs) * UNITS_PER_MS[unit],
      offsets: Float64Array.from({ length: hours }, (_, i) => i * perHour),
      longs: Float64Array.from({ length: hours }, (_, i) => i),
    },
  );
}

/** All steps until nothing more is purged; what is left in hot. */
async function runThrough(rounds: number): Promise<Set<string>> {
  const before = hotPoints(world);
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  world.moveClock(GRACE_OVER);
  for (let i = 0; i < rounds; i++) {
    for (const step of ["plan", "purge"]) await expectRun(world, 0, step);
  }
  world.moveClock(DAY);
  await expectRun(world, 0, "purge");
  await expectNothingLost(world, before);
  return hotPoints(world);
}

const closed = (): string[] => keysOf(world, "closed/").map((key) => key.split("/")[2] ?? "");
const at = (date: string): number => Date.parse(`${date}T00:00:00Z`);

describe("periods", () => {
  it("weeks: Monday to Monday in UTC, across the turn of the year", async () => {
    const flow = ["period: { every: week, first: 2025-W47 }", purge].join("\n");
    world = await World.start({ startMs: at("2026-03-03"), flow });
    hourly("us", "h0", at("2025-11-17") - 5 * 3_600_000, at("2025-12-01") + 5 * 3_600_000);
    const left = await runThrough(2);
    expect(closed()).toEqual(["2025-W47", "2025-W48"]);
    const times = [...left].map((p) => Number(BigInt(p.split(" ").at(-3) ?? 0) / 3_600_000_000n));
    const monday = (date: string): number => at(date) / 3_600_000;
    expect(times.every((h) => h < monday("2025-11-17") || h >= monday("2025-12-01"))).toBe(true);
    expect(times).toHaveLength(10);
  });

  it("days: each its own plan; the hours before and after stay", async () => {
    const flow = ["period: { every: day, first: 2025-12-02 }", purge].join("\n");
    world = await World.start({ startMs: at("2026-03-04"), flow });
    hourly("us", "h0", at("2025-12-01"), at("2025-12-05"));
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    expect(keysOf(world, "seals/").map((k) => k.split("/")[2])).toEqual([
      "2025-12-02",
      "2025-12-03",
    ]);
    const ranges = keysOf(world, "seals/").map((k) => recordOf(world, k)["range"]);
    const us = (date: string): string => String(at(date) * 1000);
    expect(ranges).toMatchObject([{ start: us("2025-12-02") }, { start: us("2025-12-03") }]);
    expect(ranges[0]).toEqual({
      start: us("2025-12-02"),
      end: String(at("2025-12-03") * 1000 - 1),
    });
  });

  it("a month is not due a minute too early", async () => {
    const flow = ["period: { first: 2025-11 }", purge].join("\n");
    world = await World.start({ startMs: at("2026-03-01") - 60_000, flow });
    fill(world);
    expect((await expectRun(world, 0, "plan")).stdout).toContain("nothing is due");
    expect(keysOf(world)).toEqual([]);
    world.moveClock(60_001);
    await expectRun(world, 0, "plan");
    expect(keysOf(world, "plans/world/2025-11/ruling/")).toHaveLength(1);
  });
});

describe("platforms", () => {
  it.each(["ms", "ns"] as const)(
    "%s: the bounds are its own, and the way is the same",
    async (unit) => {
      const flow = ["period: { first: 2025-11 }", "batches: { slice: P10D }", purge].join("\n");
      world = await World.start({ startMs: START, unit, flow });
      hourly(unit, "h0", at("2025-11-01") - 2 * 3_600_000, at("2025-12-01") + 3 * 3_600_000);
      const left = await runThrough(3);
      expect(left.size).toBe(5);
      expect(closed()).toContain("2025-11");
      const [seal = ""] = keysOf(world, "seals/");
      const { range } = recordOf(world, seal) as { range: { start: string; end: string } };
      expect(BigInt(range.end) % UNITS_PER_MS[unit]).toBe(UNITS_PER_MS[unit] - 1n);
    },
  );
});

describe("groups by label", () => {
  it("hold every value, any other, and series without it, once each", async () => {
    const flow = [
      "period: { first: 2025-11 }",
      "batches: { by-label: host, max-series: 1 }",
      purge,
    ].join("\n");
    world = await World.start({ startMs: START, flow });
    fill(world, 4);
    fill(world, 1, 7, "weird~class with blanks+é");
    const odd = ["h", "h0.x", "h 1", "é=ü,{}", "h%2B", "(.*)"];
    for (const host of odd) world.load("odd", { host }, few());
    world.load("odd", { zone: "no host" }, few());
    const left = await runThrough(3);
    expect([...left]).toEqual([]);
    expect(closed()).toContain("2025-11");
  });
});

const few = () => ({
  base: BigInt(at("2025-11-03")) * 1000n,
  offsets: Float64Array.of(0, 60e6, 120e6),
  doubles: Float64Array.of(0.1, -0, 1e300),
});
