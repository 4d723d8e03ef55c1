// An interruption at any step, in the middle of any wait: exit 130 at once, nothing half-written
// counts, and the same commands converge. (process.test.ts does some of these with real processes
// and signals.)
import { afterEach, describe, expect, it } from "vitest";
import type { CellarFault } from "../../sim/cellar/faults.ts";
import type { Warp10Fault } from "../../sim/warp10/faults.ts";
import type { World } from "../../sim/world.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { until } from "../support/process.ts";
import {
  expectConverges,
  expectNothingLost,
  expectRun,
  GRACE_OVER,
  hotPoints,
  keysOf,
  staged,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

/** Runs a command, interrupts it when a fault has struck, and gives what it said. */
async function interruptedRun(...argv: string[]): Promise<{ code: number; stderr: string }> {
  const { warp10, cellar } = world;
  const controller = new AbortController();
  world.signal = controller.signal;
  const running = world.run(...argv);
  const struck = () => warp10.faults.struck.length + cellar.faults.struck.length > 0;
  await until(struck, `${argv.join(" ")} to reach its fault`);
  controller.abort(new CellarmanError("interrupted", "stopped by SIGTERM"));
  const said = await running;
  world.signal = undefined;
  warp10.faults.clear();
  cellar.faults.clear();
  return said;
}

async function upTo(verb: string): Promise<void> {
  world = await staged();
  for (const step of ["plan", "archive", "verify"]) {
    if (step === verb) return;
    await expectRun(world, 0, step);
  }
  world.moveClock(GRACE_OVER);
  await expectRun(world, 0, "plan");
}

const stallAt = (path: string, bytes?: number): Warp10Fault => ({
  kind: "stall",
  path,
  ...(bytes === undefined ? {} : { bytes }),
});

describe("an interruption while hot says nothing", () => {
  const ROWS: readonly [verb: string, fault: Warp10Fault][] = [
    ["plan", stallAt("/api/v0/find", 50)],
    ["archive", { kind: "slow", path: "/api/v0/fetch", bytesPerSecond: 20 }],
    ["verify", stallAt("/api/v0/fetch", 600)],
    ["purge", stallAt("/api/v0/update")],
    ["purge", stallAt("/api/v0/delete")],
    ["purge", stallAt("/api/v0/fetch", 600)],
    ["purge", { ...stallAt("/api/v0/fetch"), after: 1 }],
  ];

  it.each(ROWS)("%s, %o", async (verb, fault) => {
    await upTo(verb);
    const before = hotPoints(world);
    world.warp10.faults.push(fault);
    const { code, stderr } = await interruptedRun(verb);
    expect({ code, stderr }).toMatchObject({ code: 130 });
    expect(stderr).toContain("stopped by SIGTERM");
    await expectNothingLost(world, before);
    await expectConverges(world, before);
  });
});

describe("an interruption while the store says nothing", () => {
  const put = (path: RegExp): CellarFault => ({ kind: "stall", op: "PutObject", path });
  const late = (path: RegExp): CellarFault => ({ kind: "late-answer", op: "PutObject", path });
  const ROWS: readonly [verb: string, fault: CellarFault][] = [
    ["plan", put(/plan-/)],
    ["plan", late(/ruling/)],
    ["archive", put(/points-/)],
    ["archive", late(/seals/)],
    ["verify", late(/verified/)],
    ["purge", put(/intents/)],
    ["purge", late(/intents/)],
    ["purge", late(/purged/)],
  ];

  it.each(ROWS)("%s, %o", async (verb, fault) => {
    await upTo(verb);
    const before = hotPoints(world);
    world.cellar.faults.push(fault);
    const { code, stderr } = await interruptedRun(verb);
    expect({ code, stderr }).toMatchObject({ code: 130 });
    await expectNothingLost(world, before);
    await expectConverges(world, before);
  });

  it("a seal's marker alone is no seal: nothing was verified or purged by it", async () => {
    await upTo("archive");
    world.cellar.faults.push(late(/markers/));
    expect((await interruptedRun("archive")).code).toBe(130);
    expect(keysOf(world, "markers/")).toHaveLength(1);
    expect(keysOf(world, "seals/")).toEqual([]);
    await expectRun(world, 0, "verify");
    expect(keysOf(world, "verified/")).toEqual([]);
  });
});
