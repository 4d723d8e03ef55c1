// An archive that is not what was put, or not there any more: found by reading, at every step, and
// repaired by a further attempt.
import { afterEach, describe, expect, it } from "vitest";
import type { CellarFault } from "../../sim/cellar/faults.ts";
import { BUCKET, type World } from "../../sim/world.ts";
import { DAY } from "../support/november.ts";
import {
  expectCloses,
  expectConverges,
  expectRun,
  failure,
  GRACE_OVER,
  hotPoints,
  keysOf,
  purgeable,
  purgeSays,
  staged,
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

  // The first byte leaves no JSON; a bit of a hash may leave a record that still reads.
  it.each([0, undefined])(
    "a seal (bit of byte %s): no receipt; withdrawn, it closes",
    async (at) => {
      world = await staged();
      const before = hotPoints(world);
      await expectRun(world, 0, "plan");
      world.cellar.faults.push(put("seals/", { kind: "corrupted", at }));
      expect((await expectRun(world, 3, "archive")).stdout).toContain("other bytes came back");
      await world.run("verify");
      expect(keysOf(world, "verified/")).toEqual([]);
      const [seal = ""] = keysOf(world, "seals/");
      await expectRun(world, 0, "withdraw", "world", seal, "--reason", "garbled");
      for (const hold of keysOf(world, "holds/")) {
        await expectRun(world, 0, "lift", "world", hold, "--reason", "archived again");
      }
      await expectCloses(world, before);
    },
  );

  it("a withdrawal: its key alone takes the seal out of the view", async () => {
    world = await staged();
    const before = hotPoints(world);
    await expectRun(world, 0, "plan");
    world.cellar.faults.push(put("seals/", { kind: "corrupted", at: 0 }));
    world.cellar.faults.push(put("withdrawn/", { kind: "corrupted", at: 0 }));
    await world.run("archive");
    const [seal = ""] = keysOf(world, "seals/");
    const said = await failure(world, "withdraw", "world", seal, "--reason", "garbled");
    expect(said).toMatchObject({ exit: 4, code: "mismatch" });
    await expectRun(world, 0, "withdraw", "world", seal, "--reason", "garbled");
    for (const hold of keysOf(world, "holds/")) {
      await expectRun(world, 0, "lift", "world", hold, "--reason", "archived again");
    }
    await expectCloses(world, before);
    const status = await expectRun(world, 0, "status", "world", "2025-11", "--json");
    expect(JSON.parse(status.stdout)).not.toHaveProperty("lost.0");
    expect((await expectRun(world, 0, "list", "world", "2025-11")).stdout).not.toContain(seal);
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
