// The whole way of an HFile flow on the stand-ins: dumped, handed over, sealed, read back by
// HFFETCH, purged, reconciled, closed.
import { afterEach, describe, expect, it } from "vitest";
import { DAY, MINUTE_US, NOVEMBER_US, fillNovember } from "../support/november.ts";
import { type HfileWorld, startHfileWorld } from "../support/hfile-world.ts";
import { expectRun, keysOf, recordOf } from "../support/stage.ts";

let stage: HfileWorld;
afterEach(async () => stage.close());

describe("a month goes from hot to HFiles", () => {
  it("is purged only after grace, and closes", async () => {
    stage = await startHfileWorld();
    const { world } = stage;
    fillNovember(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    expect(stage.dumped()).toEqual([]);
    const [manifest] = keysOf(world, "data/").filter((key) => key.endsWith("manifest.json"));
    expect(recordOf(world, manifest ?? "")).toMatchObject({
      format: "cellarman/hfile/1",
      hfile: { result: "answered", proof: "hffetch", infosField: "datapoints" },
    });
    world.moveClock(16 * DAY);
    await expectRun(world, 0, "plan");
    const { stdout } = await expectRun(world, 0, "purge");
    expect(stdout).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(0);
    world.moveClock(DAY);
    expect((await expectRun(world, 0, "purge")).stdout).toContain("closed: 2025-11");
  });

  it("sends a late point and a rewritten value back to archive, deleting nothing", async () => {
    stage = await startHfileWorld();
    const { world } = stage;
    const november = fillNovember(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(16 * DAY);
    const late = { timestamps: [NOVEMBER_US + 7n], longs: Float64Array.of(424_242) };
    world.load("cpu.load", { host: "h1" }, late);
    const rewritten = {
      timestamps: [NOVEMBER_US + 3n * MINUTE_US],
      longs: Float64Array.of(-1),
    };
    world.load("cpu.load", { host: "h2" }, rewritten);
    await expectRun(world, 0, "plan");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("late");
    expect(world.hotPoints).toBe(november + 1);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(16 * DAY);
    await expectRun(world, 0, "plan");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(0);
  });
});
