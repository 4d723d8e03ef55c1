// Listings that forget permit nothing.
import { afterEach, describe, expect, it } from "vitest";
import type { CellarFault } from "../../sim/cellar/faults.ts";
import type { World } from "../../sim/world.ts";
import { DAY, MINUTE_US, NOVEMBER_US } from "../support/november.ts";
import {
  expectConverges,
  expectNothingLost,
  expectRun,
  GRACE_OVER,
  hotPoints,
  keysOf,
  purgeable,
  purgeSays,
  recordOf,
  verified,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

describe("listings that forget", () => {
  const FORGETFUL: readonly CellarFault[] = [
    { kind: "list-short", op: "ListObjects", times: Infinity },
    { kind: "list-stale", staleMs: 400 * DAY, op: "ListObjects", times: Infinity },
    { kind: "list-stale", staleMs: 10 * DAY, op: "ListObjects", times: Infinity },
  ];

  it.each(FORGETFUL)("$kind at the purge: at worst nothing is done", async (fault) => {
    world = await purgeable();
    const before = hotPoints(world);
    world.cellar.faults.push(fault);
    await world.run("purge");
    await expectNothingLost(world, before);
    for (const step of ["plan", "archive", "verify", "purge"]) await world.run(step);
    await expectNothingLost(world, before);
    world.cellar.faults.clear();
    await expectConverges(world, before);
  });

  it("a later seal that the listing forgets still counts: its marker is found by key", async () => {
    world = await verified();
    const value = (long: number) => ({
      timestamps: [NOVEMBER_US + 3n * MINUTE_US],
      longs: Float64Array.of(long),
    });
    const [old] = [...hotPoints(world)].filter(
      (p) => p.includes('"h0"') && p.includes(String(NOVEMBER_US + 3n * MINUTE_US)),
    );
    world.load("cpu.load", { host: "h0" }, value(424_242));
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    expect(await purgeSays(world)).toMatchObject({ outcome: "late" });
    for (const step of ["archive", "verify"]) await expectRun(world, 0, step);
    // Rewritten back: the union of both seals holds hot's value, but the view's value is the later
    // one.
    world.load("cpu.load", { host: "h0" }, value(Number(old?.split(" ").at(-1))));
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    world.cellar.faults.push({
      kind: "list-stale",
      staleMs: 20 * DAY,
      op: "ListObjects",
      times: Infinity,
    });
    const before = hotPoints(world);
    await world.run("purge");
    expect(hotPoints(world)).toEqual(before);
    world.cellar.faults.clear();
    await expectConverges(world, before);
    expect(keysOf(world, "seals/").length).toBeGreaterThan(2);
    expect(recordOf(world, keysOf(world, "intents/")[0] ?? "")).toMatchObject({
      period: "2025-11",
    });
  });
});
