// A hot store that answers and breaks off, lies by omission, or is overloaded: at every step,
// retried or refused.
import { afterEach, describe, expect, it } from "vitest";
import type { Warp10Fault } from "../../sim/warp10/faults.ts";
import type { World } from "../../sim/world.ts";
import {
  expectConverges,
  expectNothingLost,
  expectRun,
  failure,
  fill,
  hotPoints,
  keysOf,
  purgeable,
  purgeSays,
  staged,
  verified,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const FETCH = "/api/v0/fetch";
const FIND = "/api/v0/find";
const DELETE = "/api/v0/delete";
const EXEC = "/api/v0/exec";

/** Breaks that HTTP or the server's own words give away. */
const TOLD: readonly Warp10Fault[] = [
  { kind: "cut", path: FETCH, bytes: 600 },
  { kind: "reset", path: FETCH, bytes: 600 },
  { kind: "errorTrailer", path: FETCH, bytes: 600 },
  { kind: "status503", path: FETCH },
];

/** Well-formed answers that lack points: only another look tells. */
const UNTOLD: readonly Warp10Fault[] = [
  { kind: "cleanEnd", path: FETCH, bytes: 600 },
  { kind: "thin", path: FETCH, every: 7 },
];

describe("a fetch that breaks off while archiving", () => {
  it.each(TOLD)("$kind: is tried again under a fresh attempt", async (fault) => {
    world = await staged();
    await expectRun(world, 0, "plan");
    world.warp10.faults.push(fault);
    const { code, document } = await world.json("archive");
    expect(code).toBe(0);
    expect(JSON.stringify(document)).toContain('"attempts":2');
    expect(world.warp10.faults.struck).toHaveLength(1);
    expect(keysOf(world, "seals/")).toHaveLength(1);
    expect(keysOf(world, "data/").filter((k) => k.endsWith("failed.json"))).toHaveLength(1);
    expect((await expectRun(world, 0, "verify")).stdout).toContain("1 verified");
  });

  it.each(TOLD)("$kind, again and again: exit 3, no seal; later it converges", async (fault) => {
    world = await staged();
    await expectRun(world, 0, "plan");
    world.warp10.faults.push({ ...fault, times: Infinity });
    const said = await expectRun(world, 3, "archive");
    expect(said.stdout).toContain("failed after 5 attempts");
    expect(keysOf(world, "seals/")).toEqual([]);
    expect(keysOf(world, "markers/")).toEqual([]);
    world.warp10.faults.clear();
    await expectRun(world, 0, "archive");
    expect((await expectRun(world, 0, "verify")).stdout).toContain("1 verified");
  });

  it.each(UNTOLD)(
    "$kind: the second read finds more, a further attempt holds all",
    async (fault) => {
      world = await staged();
      await expectRun(world, 0, "plan");
      world.warp10.faults.push(fault);
      await expectRun(world, 0, "archive");
      expect(world.warp10.faults.struck).toHaveLength(1);
      expect((await expectRun(world, 0, "verify")).stdout).toContain("late");
      expect(keysOf(world, "verified/")).toEqual([]);
      await expectConverges(world);
      expect(keysOf(world, "seals/")).toHaveLength(2);
    },
  );

  it("ends at the same place in both reads: the gate still finds it", async () => {
    world = await staged();
    const before = hotPoints(world);
    await expectRun(world, 0, "plan");
    world.warp10.faults.push({ kind: "cleanEnd", path: FETCH, bytes: 600, times: 2 });
    for (const step of ["archive", "verify"]) await expectRun(world, 0, step);
    expect(keysOf(world, "verified/")).toHaveLength(1);
    world.moveClock(16 * 86_400_000);
    await expectRun(world, 0, "plan");
    expect(await purgeSays(world)).toMatchObject({ outcome: "late" });
    expect(hotPoints(world)).toEqual(before);
    await expectConverges(world);
  });

  it("says nothing more: the silence is noticed and tried again", async () => {
    world = await staged({ limits: { hotStallMs: 80 } });
    await expectRun(world, 0, "plan");
    world.warp10.faults.push({ kind: "stall", path: FETCH, bytes: 600 });
    await expectRun(world, 0, "archive");
    const [failed = ""] = keysOf(world, "data/").filter((k) => k.endsWith("failed.json"));
    expect(JSON.parse(String(world.cellar.objects("metrics-cold").get(failed)?.bytes)).code).toBe(
      "stalled",
    );
    await expectConverges(world);
  });
});

describe("a fetch that breaks off while verifying", () => {
  it.each(TOLD)("$kind: is read again", async (fault) => {
    world = await staged();
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    world.warp10.faults.push(fault);
    expect((await expectRun(world, 0, "verify")).stdout).toContain("1 verified");
    expect(world.warp10.faults.struck).toHaveLength(1);
  });

  it.each(UNTOLD)("$kind: quarantine with the way out, never a receipt", async (fault) => {
    world = await staged();
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    // What differs is read once more, point by point: a lie told once is found out there.
    world.warp10.faults.push({ ...fault, times: 2 });
    const said = await expectRun(world, 4, "verify");
    expect(said.stdout).toContain("hot lacks archived points");
    expect(keysOf(world, "verified/")).toEqual([]);
    const [hold = ""] = keysOf(world, "holds/");
    await expectRun(world, 0, "lift", "world", hold, "--reason", "the server lied");
    await expectConverges(world);
  });
});

describe("a server that breaks off at the gate", () => {
  const ANY: readonly (Warp10Fault & { failed: string })[] = [
    ...TOLD.map((fault) => ({ ...fault, failed: "hot read" })),
    ...UNTOLD.map((fault) => ({ ...fault, failed: "hot read is complete" })),
    // Unit (twice: the fence is waited for), token, three limits; the seventh script counts.
    { kind: "cleanEnd", path: EXEC, after: 7, bytes: 3, failed: "hot read" },
    { kind: "shortList", path: DELETE, count: 2, failed: "series of delete and read" },
    { kind: "shortList", path: FIND, count: 2, failed: "series of delete and read" },
    { kind: "cut", path: DELETE, bytes: 50, failed: "series of delete and read" },
    { kind: "errorTrailer", path: FIND, bytes: 150, failed: "series of delete and read" },
    { kind: "shortList", path: DELETE, after: 1, count: 2, failed: "last dry run" },
    { kind: "reset", path: DELETE, after: 1, failed: "last dry run" },
    { kind: "status503", path: EXEC, failed: "time unit and clocks" },
  ];

  it.each(ANY)("$kind at $path: nothing is deleted, the next purge goes on", async (row) => {
    const { failed, ...fault } = row;
    world = await purgeable();
    const before = hotPoints(world);
    // The fence's first probe is made by a gate before; this is about the second.
    await world.run("purge", "--dry-run");
    world.warp10.faults.push(fault);
    const said = await purgeSays(world);
    expect(world.warp10.faults.struck).toHaveLength(1);
    expect(said).toMatchObject({ failed });
    expect(["retry", "wait"]).toContain(said.outcome);
    expect(hotPoints(world)).toEqual(before);
    expect(keysOf(world, "intents/")).toEqual([]);
    expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "purged" });
    await expectNothingLost(world, before);
  });
});

describe("a storm of 503", () => {
  it("passes over plan, archive and verify by retries", async () => {
    world = await staged();
    for (const path of [FIND, FETCH, EXEC]) {
      world.warp10.faults.push({ kind: "status503", path, times: 2 });
    }
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    expect(world.warp10.faults.struck).toHaveLength(6);
    world.warp10.faults.clear();
    await expectConverges(world);
  });

  it("that does not end leaves a clear error and no half plan", async () => {
    world = await staged();
    world.warp10.faults.push({ kind: "status503", times: Infinity });
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 1, code: "server" });
    expect(said.message).toContain("503");
    expect(keysOf(world)).toEqual([]);
  });

  it("over purges: each ends as retry, none deletes without a whole gate", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.warp10.faults.push({ kind: "status503", chance: 0.3, times: 30 });
    for (let i = 0; i < 6; i++) {
      await world.run("purge");
      await expectNothingLost(world, before);
    }
    world.warp10.faults.clear();
    await expectConverges(world, before);
  });
});

describe("a listing that was cut while planning", () => {
  it("of the root: the groups prove it, no plan is written short", async () => {
    world = await staged();
    fill(world, 3, 20, "disk.used");
    world.warp10.faults.push({ kind: "shortList", path: FIND, count: 2 });
    const { document } = await world.json("plan");
    expect(world.warp10.faults.struck).toHaveLength(1);
    expect(JSON.stringify(document)).toContain('"rootSeries":"6"');
    await expectConverges(world);
  });

  it("of a group: no plan until the listings agree", async () => {
    world = await staged();
    world.warp10.faults.push({
      kind: "shortList",
      path: FIND,
      after: 1,
      count: 2,
      times: Infinity,
    });
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 4, code: "mismatch" });
    expect(said.message).toContain("series were listed, then 2");
    expect(keysOf(world, "plans/")).toEqual([]);
    world.warp10.faults.clear();
    await expectConverges(world);
  });

  it("of a batch while archiving: nothing is sealed that no list names", async () => {
    world = await staged();
    await expectRun(world, 0, "plan");
    world.warp10.faults.push({ kind: "shortList", path: FIND, count: 2 });
    await expectRun(world, 0, "archive");
    const failed = keysOf(world, "data/").filter((k) => k.endsWith("failed.json"));
    expect(failed).toHaveLength(1);
    await expectConverges(world);
  });
});

describe("an answer's end that is whole", () => {
  it("is needed of every read of a verified batch, too", async () => {
    world = await verified();
    world.warp10.faults.push({ kind: "cleanEnd", path: FETCH, bytes: 0, times: 1 });
    world.moveClock(16 * 86_400_000);
    await expectRun(world, 0, "plan");
    const before = hotPoints(world);
    expect(await purgeSays(world)).toMatchObject({ failed: "hot read is complete" });
    expect(hotPoints(world)).toEqual(before);
  });
});
