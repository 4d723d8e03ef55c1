// The delete and after: answers that are lost, cut, refused, short or long; deletes that come
// later; recounts that crawl.
import { afterEach, describe, expect, it } from "vitest";
import type { FaultTarget, Warp10Fault } from "../../sim/warp10/faults.ts";
import type { World } from "../../sim/world.ts";
import { DAY, NOVEMBER_US } from "../support/november.ts";
import {
  expectCloses,
  expectNothingLost,
  expectRun,
  GRACE_OVER,
  hotPoints,
  keysOf,
  minutes,
  purgeable,
  purgeSays,
  recordOf,
  verified,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

/** Strikes the delete itself, no dry run. */
const theDelete = {
  path: "/api/v0/delete",
  match: ({ params }: FaultTarget) => !params.has("dryrun"),
};

const deletes = (): number =>
  world.warp10.requests.filter((r) => r.path === "/api/v0/delete" && !("dryrun" in r.params))
    .length;

describe("a delete that was carried out", () => {
  const LOST: readonly Warp10Fault[] = [
    { kind: "lostAnswer", ...theDelete },
    { kind: "cut", bytes: 40, ...theDelete },
  ];

  it.each(LOST)(
    "$kind of its answer: the recount tells, and it is not deleted twice",
    async (fault) => {
      world = await purgeable();
      const before = hotPoints(world);
      world.warp10.faults.push(fault);
      expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "purged" });
      expect(world.warp10.faults.struck).toHaveLength(1);
      expect(deletes()).toBe(1);
      await expectCloses(world, before);
      expect(deletes()).toBe(1);
    },
  );
});

describe("a delete that was not carried out", () => {
  const NOT: readonly Warp10Fault[] = [
    { kind: "reset", ...theDelete },
    { kind: "status503", ...theDelete },
    { kind: "status503", status: 500, ...theDelete },
    { kind: "status503", status: 403, ...theDelete },
  ];

  it.each(NOT)("$kind $status: stays purging, exit 3; the next run deletes", async (fault) => {
    world = await purgeable();
    const before = hotPoints(world);
    world.warp10.faults.push(fault);
    expect(await purgeSays(world)).toMatchObject({ exit: 3, outcome: "purging" });
    expect(hotPoints(world)).toEqual(before);
    expect(keysOf(world, "purged/")).toEqual([]);
    expect(keysOf(world, "intents/")).toHaveLength(1);
    expect((await world.run("status", "world", "2025-11")).stdout).toContain("purging");
    expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "purged" });
    await expectCloses(world, before);
  });

  it("and is carried out later by the server: the next run settles it", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.warp10.faults.push({ kind: "status503", ...theDelete });
    expect(await purgeSays(world)).toMatchObject({ exit: 3, outcome: "purging" });
    for (const series of world.warp10.store.all()) {
      series.remove(NOVEMBER_US, NOVEMBER_US + 30n * 86_400_000_000n - 1n);
    }
    world.warp10.requests.length = 0;
    expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "purged" });
    expect(deletes()).toBe(0);
    await expectCloses(world, before);
  });

  it("and is carried out in part: the rest goes by a gate of its own", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.warp10.faults.push({ kind: "status503", ...theDelete });
    expect(await purgeSays(world)).toMatchObject({ outcome: "purging" });
    const [series] = world.warp10.store.all();
    series?.remove(NOVEMBER_US, NOVEMBER_US + 300_000_000n);
    expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "purged" });
    expect(keysOf(world, "holds/")).toEqual([]);
    await expectCloses(world, before);
  });

  it("and points come late meanwhile: archived first, deleted only then", async () => {
    world = await purgeable();
    world.warp10.faults.push({ kind: "status503", ...theDelete });
    expect(await purgeSays(world)).toMatchObject({ outcome: "purging" });
    world.load("cpu.load", { host: "h1" }, minutes(3, 9, 500));
    const before = hotPoints(world);
    expect(await purgeSays(world)).toMatchObject({ outcome: "late" });
    expect(hotPoints(world)).toEqual(before);
    await expectCloses(world, before);
    expect(keysOf(world, "seals/")).toHaveLength(2);
  });
});

describe("a delete's complete answer", () => {
  it("that lacks a series: a hold on the server; lifted, it settles", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.warp10.faults.push({ kind: "missingLines", count: 1, ...theDelete });
    const said = await purgeSays(world);
    expect(said).toMatchObject({ exit: 3, outcome: "purging" });
    expect(said.note).toContain("lacks 1 series");
    const [hold = ""] = keysOf(world, "holds/server/");
    expect(String(recordOf(world, hold)["reason"])).toMatch(/lacks 1 series.*cpu\.load/);
    await expectRun(world, 0, "lift", "world", hold, "--reason", "looked into it");
    await expectCloses(world, before);
  });

  it("that has a series registered in those seconds: counted in the receipt", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    const run = (): void => {
      world.load(
        "cpu.load",
        { host: "newcomer" },
        { ...minutes(2), base: BigInt(world.now()) * 1000n },
      );
    };
    world.warp10.faults.push({ kind: "call", run, ...theDelete });
    expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "purged" });
    const [receipt = ""] = keysOf(world, "purged/");
    expect(JSON.stringify(recordOf(world, receipt)["registeredMeanwhile"])).toContain("newcomer");
    expect(keysOf(world, "holds/")).toEqual([]);
    await expectCloses(world, before);
  });

  it("that has a series with old points: a hold, and possible loss is said", async () => {
    world = await purgeable();
    const run = (): void => {
      world.load(
        "cpu.load",
        { host: "revived" },
        { ...minutes(2), base: NOVEMBER_US - 9_000_000_000n },
      );
    };
    world.warp10.faults.push({ kind: "call", run, ...theDelete });
    const said = await purgeSays(world);
    expect(said).toMatchObject({ exit: 3, outcome: "purging" });
    expect(said.note).toContain("possible loss");
    expect(said.note).toContain("revived");
    expect(keysOf(world, "holds/server/")).toHaveLength(1);
    expect((await world.run("report")).stdout).toContain("possible loss");
  });
});

describe("a recount that does not end in time", () => {
  const limits = { recountMs: 60 };

  it("leaves the batch purging and closes the server to purges until one does", async () => {
    world = await purgeable({ limits });
    const before = hotPoints(world);
    const crawl: Warp10Fault = { kind: "stall", path: "/api/v0/fetch", after: 1, times: Infinity };
    world.warp10.faults.push(crawl);
    const said = await purgeSays(world);
    expect(said).toMatchObject({ exit: 3, outcome: "purging" });
    expect(said.note).toContain("did not end in time");
    expect(world.hotPoints).toBe(0);
    expect(keysOf(world, "purged/")).toEqual([]);
    world.warp10.faults.clear();
    world.warp10.faults.push({ ...crawl, after: 0 });
    const again = await expectRun(world, 3, "purge");
    expect(again.stdout).toContain("compact LevelDB");
    world.warp10.faults.clear();
    expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "purged" });
    await expectCloses(world, before);
  });
});

describe("what makes no delete", () => {
  it("an empty batch ends as empty: no delete is ever sent", async () => {
    world = await verified();
    // A series without a point in November.
    for (const series of world.warp10.store.all()) {
      series.remove(NOVEMBER_US, NOVEMBER_US + 30n * 86_400_000_000n - 1n);
    }
    const [hold = ""] = keysOf(world, "holds/");
    expect(hold).toBe("");
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    // Hot lost what was archived, and no purge is on record: that is no "empty".
    expect(await purgeSays(world)).toMatchObject({ exit: 4, outcome: "quarantine" });
    expect(deletes()).toBe(0);
  });

  it("a batch that never held a point ends, and a late point opens the period again", async () => {
    world = await emptyNovember();
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    const said = await purgeSays(world);
    expect(said).toMatchObject({ exit: 0, outcome: "nothing" });
    expect(deletes()).toBe(0);
    expect(keysOf(world, "ended/")).toHaveLength(1);
    expect(keysOf(world, "intents/")).toEqual([]);
    world.load("cpu.load", { host: "h9" }, minutes(4));
    const before = hotPoints(world);
    for (let i = 0; i < 2; i++) {
      await world.run("plan");
      await world.run("purge");
      world.moveClock(DAY);
      await expectNothingLost(world, before);
    }
  });
});

async function emptyNovember(): Promise<World> {
  const { staged } = await import("../support/stage.ts");
  const one = await staged();
  for (const series of one.warp10.store.all()) {
    series.remove(NOVEMBER_US, NOVEMBER_US + 30n * 86_400_000_000n - 1n);
  }
  for (const step of ["plan", "archive", "verify"]) await expectRun(one, 0, step);
  return one;
}
