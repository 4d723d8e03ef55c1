// An archive that is not what was put, or not there any more: found by reading, at every step, and
// repaired by a further attempt; listings that forget permit nothing.
import { afterEach, describe, expect, it } from "vitest";
import type { CellarFault } from "../../sim/cellar/faults.ts";
import { BUCKET, type World } from "../../sim/world.ts";
import { DAY, MINUTE_US, NOVEMBER_US } from "../support/november.ts";
import {
  expectConverges,
  expectNothingLost,
  expectRun,
  failure,
  GRACE_OVER,
  hotPoints,
  keysOf,
  purgeable,
  purgeSays,
  recordOf,
  staged,
  verified,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const put = (role: string, rest: object): CellarFault =>
  ({ op: "PutObject", path: new RegExp(`^/${BUCKET}/${role}`), ...rest }) as CellarFault;

/** Withdraws the only seal and lifts the tool's hold, as status says. */
async function withdrawAndLift(): Promise<void> {
  const [seal = ""] = keysOf(world, "seals/");
  const [hold = ""] = keysOf(world, "holds/");
  await expectRun(world, 0, "withdraw", "world", seal, "--reason", "unreadable");
  await expectRun(world, 0, "lift", "world", hold, "--reason", "archived again");
}

describe("what is stored is not what was put", () => {
  it.each(["data/.*points-", "data/.*series"])(
    "one bit of %s: found by reading back, and it converges",
    async (role) => {
      world = await staged();
      const before = hotPoints(world);
      world.cellar.faults.push(put(role, { kind: "corrupted" }));
      await expectConverges(world, before);
      expect(world.cellar.faults.struck).toHaveLength(1);
    },
  );

  it.each([{ kind: "corrupted" }, { kind: "dropped" }])(
    "the manifest, $kind: verify finds it, exit 4; withdrawn and lifted, it converges",
    async (fault) => {
      world = await staged();
      const before = hotPoints(world);
      await expectRun(world, 0, "plan");
      world.cellar.faults.push(put("data/.*manifest", fault));
      await world.run("archive");
      if (keysOf(world, "seals/").length > 0) {
        expect((await expectRun(world, 4, "verify")).stdout).toContain("archive");
        expect(keysOf(world, "verified/")).toEqual([]);
        await withdrawAndLift();
      }
      await expectConverges(world, before);
    },
  );

  it("a seal: no receipt; withdrawn, it converges", async () => {
    world = await staged();
    const before = hotPoints(world);
    await expectRun(world, 0, "plan");
    world.cellar.faults.push(put("seals/", { kind: "corrupted" }));
    expect((await expectRun(world, 3, "archive")).stdout).toContain("other bytes came back");
    await world.run("verify");
    expect(keysOf(world, "verified/")).toEqual([]);
    const [seal = ""] = keysOf(world, "seals/");
    await expectRun(world, 0, "withdraw", "world", seal, "--reason", "garbled");
    for (const hold of keysOf(world, "holds/")) {
      await expectRun(world, 0, "lift", "world", hold, "--reason", "archived again");
    }
    await expectConverges(world, before);
  });

  it("a plan: it rules nothing that is deleted; taken away by hand, it converges", async () => {
    world = await staged();
    const before = hotPoints(world);
    world.cellar.faults.push(put("plans/.*/plan-", { kind: "corrupted" }));
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 4, code: "mismatch" });
    const [garbled = ""] = keysOf(world, "plans/");
    expect(said.message).toContain(garbled);
    expect(keysOf(world, "plans/world/2025-11/ruling/")).toEqual([]);
    world.cellar.lose(BUCKET, garbled);
    await expectConverges(world, before);
  });

  it("a numbered record that was garbled blocks the purge: unknown means no", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.cellar.faults.push(put("holds/", { kind: "corrupted" }));
    await world.run("hold", "world", "--reason", "a restore is under way");
    const [hold] = keysOf(world, "holds/");
    expect(hold).toBeDefined();
    const said = await purgeSays(world);
    expect(["retry", "wait"]).toContain(said.outcome);
    expect(hotPoints(world)).toEqual(before);
  });

  it("a hold that was acknowledged and not stored is no success", async () => {
    world = await purgeable();
    world.cellar.faults.push(put("holds/", { kind: "dropped" }));
    const said = await world.run("hold", "world", "--reason", "a restore is under way");
    expect(said.code).not.toBe(0);
    expect(said.stdout).not.toContain("Held");
    await expectRun(world, 0, "hold", "world", "--reason", "a restore is under way");
    expect(keysOf(world, "holds/")).toEqual(["holds/flow/world/1"]);
    expect(await purgeSays(world)).toMatchObject({ outcome: "wait", failed: "no hold" });
  });
});

describe("an object that HEAD and LIST find, and GET does not", () => {
  it("before verify: exit 4, no receipt; withdrawn and lifted, it converges", async () => {
    world = await staged();
    const before = hotPoints(world);
    await expectRun(world, 0, "plan");
    world.cellar.faults.push(put("data/.*points-", { kind: "vanish", afterMs: 3_600_000 }));
    await expectRun(world, 0, "archive");
    world.moveClock(2 * 3_600_000);
    const said = await expectRun(world, 4, "verify");
    expect(said.stdout).toContain("cannot be read");
    expect(keysOf(world, "verified/")).toEqual([]);
    await withdrawAndLift();
    await expectConverges(world, before);
  });

  it.each(["data/.*points-", "data/.*manifest"])(
    "%s, after verify: the gate quarantines, and deletes after a further attempt",
    async (role) => {
      world = await staged();
      const before = hotPoints(world);
      world.cellar.faults.push(put(role, { kind: "vanish", afterMs: 2 * DAY }));
      for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
      world.moveClock(GRACE_OVER);
      await expectRun(world, 0, "plan");
      expect(await purgeSays(world)).toMatchObject({
        exit: 4,
        outcome: "quarantine",
        failed: "archive read back",
      });
      expect(hotPoints(world)).toEqual(before);
      await withdrawAndLift();
      await expectConverges(world, before);
      expect(keysOf(world, "seals/")).toHaveLength(2);
    },
  );

  it("the seal itself, after verify: nothing is deleted", async () => {
    world = await staged();
    const before = hotPoints(world);
    world.cellar.faults.push(put("seals/", { kind: "vanish", afterMs: 2 * DAY }));
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(GRACE_OVER);
    await world.run("plan");
    await world.run("purge");
    expect(hotPoints(world)).toEqual(before);
    expect(keysOf(world, "intents/")).toEqual([]);
  });

  it("lost by the store after the purge: reconciling says so", async () => {
    world = await purgeable();
    await expectRun(world, 0, "purge");
    const [points = ""] = keysOf(world, "data/").filter((k) => k.includes("points-"));
    world.cellar.lose(BUCKET, points);
    world.moveClock(DAY);
    const said = await world.run("purge");
    expect(said.code).not.toBe(0);
    expect(said.stdout + said.stderr).toContain(points);
    expect(keysOf(world, "reconciled/")).toEqual([]);
    expect(keysOf(world, "closed/")).toEqual([]);
  });
});

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
