// Two runs at once, of whatever: they converge, nothing is deleted that is not archived, no plan is
// made twice.
import { afterEach, describe, expect, it } from "vitest";
import type { World } from "../../sim/world.ts";
import { DAY, START } from "../support/november.ts";
import {
  expectCloses,
  expectNothingLost,
  expectRun,
  fill,
  GRACE_OVER,
  hotPoints,
  keysOf,
  minutes,
  purgeable,
  recordOf,
  staged,
  verified,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const flow = [
  "period: { first: 2025-11 }",
  "batches: { by-label: host, max-series: 1 }",
  "purge: { mode: automatic, write-fence: { max-past: P45D }, budget: { batches: 100 } }",
].join("\n");

/** Runs the same (or several) commands at once, and gives their exit codes. */
async function atOnce(...verbs: string[]): Promise<number[]> {
  const said = await Promise.all(verbs.map((verb) => world.run(verb)));
  return said.map((s) => s.code);
}

describe("two at once", () => {
  it("plan: one plan rules, by a numbered record", async () => {
    world = await staged({ flow });
    expect(await atOnce("plan", "plan", "plan")).toEqual([0, 0, 0]);
    const [first = ""] = keysOf(world, "plans/world/2025-11/ruling/");
    const { plan } = recordOf(world, first) as { plan: { key: string } };
    await expectRun(world, 0, "archive");
    const batches = new Set(keysOf(world, "seals/").map((k) => k.split("/")[3]?.split("-")[0]));
    expect([...batches]).toEqual([(recordOf(world, plan.key) as { id: string }).id]);
    await expectCloses(world);
  });

  it("archive: each under its own attempts, each seal whole", async () => {
    world = await staged({ flow });
    const before = hotPoints(world);
    await expectRun(world, 0, "plan");
    expect(await atOnce("archive", "archive")).toEqual([0, 0]);
    await expectRun(world, 0, "verify");
    await expectCloses(world, before);
  });

  it("archive, with a value rewritten in between: the seals differ", async () => {
    world = await staged();
    await expectRun(world, 0, "plan");
    world.warp10.faults.push({
      kind: "call",
      path: "/api/v0/fetch",
      after: 1,
      run: () => world.load("cpu.load", { host: "h1" }, minutes(3, 50)),
    });
    expect(await atOnce("archive", "archive")).toEqual([0, 0]);
    const before = hotPoints(world);
    await expectCloses(world, before);
  });

  it("verify: two receipts do no harm", async () => {
    world = await staged({ flow });
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    expect(await atOnce("verify", "verify")).toEqual([0, 0]);
    await expectCloses(world);
  });

  it("archive and verify of the same batches", async () => {
    world = await staged({ flow });
    await expectRun(world, 0, "plan");
    await atOnce("archive", "verify", "archive", "verify");
    await expectCloses(world);
  });

  it("purge: both gates may go; every point is archived, every batch ends purged", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    const codes = await atOnce("purge", "purge");
    expect(codes.filter((code) => code !== 0 && code !== 3)).toEqual([]);
    await expectNothingLost(world, before);
    expect(keysOf(world, "holds/")).toEqual([]);
    await expectCloses(world, before);
  });

  it("purge of several batches, three times at once", async () => {
    world = await verified({ flow });
    const before = hotPoints(world);
    world.moveClock(GRACE_OVER);
    for (const step of ["plan", "purge", "plan"]) await expectRun(world, 0, step);
    await atOnce("purge", "purge", "purge");
    await expectNothingLost(world, before);
    expect(keysOf(world, "holds/")).toEqual([]);
    await expectCloses(world, before);
  });

  it("purge and hold: a hold that was there before the gate began always counts", async () => {
    world = await purgeable();
    await world.run("purge", "--dry-run");
    await expectRun(world, 0, "hold", "world", "--reason", "now");
    await atOnce("purge", "purge");
    expect(world.hotPoints).toBe(60);
  });

  it("purge and replan: either the plan is retired or the purge goes on, never half", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    await Promise.all([
      world.run("purge"),
      world.run("replan", "world", "2025-11", "--reason", "x"),
    ]);
    await expectNothingLost(world, before);
    await expectCloses(world, before);
  });

  it("reconcile and close: one period is closed, with the same receipts' hash", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    await expectRun(world, 0, "purge");
    world.moveClock(DAY);
    await atOnce("purge", "purge");
    await expectRun(world, 0, "purge");
    expect(keysOf(world, "closed/").length).toBeGreaterThan(0);
    expect((await expectRun(world, 0, "plan")).stdout).toContain("nothing is due");
    await expectNothingLost(world, before);
  });

  it("all steps by two daily runs, again and again", async () => {
    world = await staged({ startMs: START, flow });
    fill(world, 2, 10, "disk.used");
    const before = hotPoints(world);
    for (let round = 0; round < 3; round++) {
      await atOnce("plan", "archive", "verify", "purge", "plan", "archive", "verify", "purge");
      world.moveClock(8 * DAY);
      await expectNothingLost(world, before);
    }
    await expectCloses(world, before);
  });
});
