// Plans that are retired, seals that are withdrawn: the old stays in the view, and no delete rests
// on it.
import { afterEach, describe, expect, it } from "vitest";
import { BUCKET, type World } from "../../sim/world.ts";
import {
  expectCloses,
  expectNothingLost,
  expectRun,
  failure,
  GRACE_OVER,
  hotPoints,
  keysOf,
  minutes,
  purgeable,
  purgeSays,
  recordOf,
  staged,
  verified,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const replan = (code: number) =>
  expectRun(world, code, "replan", "world", "2025-11", "--reason", "selector was widened");

describe("replan", () => {
  it("is refused while a batch is purging, and allowed when that is settled", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.warp10.faults.push({
      kind: "status503",
      path: "/api/v0/delete",
      match: ({ params }) => !params.has("dryrun"),
    });
    expect(await purgeSays(world)).toMatchObject({ outcome: "purging" });
    const said = await failure(world, "replan", "world", "2025-11", "--reason", "x");
    expect(said).toMatchObject({ exit: 1, code: "blocked" });
    expect(said.message).toContain("is purging");
    expect(keysOf(world, "plans/world/2025-11/retired/")).toEqual([]);
    await expectCloses(world, before);
  });

  it("takes the ground from under a purge list, until archived anew", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    await replan(0);
    await expectRun(world, 0, "purge");
    await expectRun(world, 0, "plan");
    await expectRun(world, 0, "purge");
    expect(hotPoints(world)).toEqual(before);
    expect(keysOf(world, "intents/")).toEqual([]);
    await expectCloses(world, before);
    const [first, second] = keysOf(world, "plans/world/2025-11/ruling/");
    expect([first, second]).not.toContain(undefined);
    const seals = keysOf(world, "seals/");
    expect(seals).toHaveLength(2);
    // The old seal is in the view that the delete was made from, but it is the new one that it
    // rests on.
    const [intent = ""] = keysOf(world, "intents/");
    const { view } = recordOf(world, intent) as { view: { key: string }[] };
    expect(view.map((q) => q.key).toSorted()).toEqual(seals.toSorted());
  });

  it("with old seals that hold another value: the newer one, which saw them, wins", async () => {
    world = await verified();
    await replan(0);
    // Rewritten in place after the old seal: hot's value is only in the new one.
    const [name, seed] = [{ host: "h1" }, 77] as const;
    world.load("cpu.load", name, minutes(2, seed));
    const before = hotPoints(world);
    await expectCloses(world, before);
  });

  it("does not count approvals that old seals were given", async () => {
    const flow = [
      "period: { first: 2025-11 }",
      "purge: { mode: approve, write-fence: { max-past: P45D } }",
    ].join("\n");
    world = await verified({ flow });
    world.moveClock(GRACE_OVER);
    const { stderr } = await world.run("approve", "world", "2025-11");
    const digest = /Digest: ([0-9a-f]{8})/.exec(stderr)?.[1] ?? "";
    await expectRun(world, 0, "approve", "world", "2025-11", "--digest", digest);
    await replan(0);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    await expectRun(world, 0, "purge");
    expect(world.hotPoints).toBe(60);
    expect(keysOf(world, "intents/")).toEqual([]);
  });

  it("twice is two retirements; of what was never planned it is a usage error", async () => {
    world = await verified();
    await replan(0);
    expect(await failure(world, "replan", "world", "2025-11", "--reason", "x")).toMatchObject({
      exit: 2,
    });
    await expectRun(world, 0, "plan");
    await replan(0);
    expect(keysOf(world, "plans/world/2025-11/retired/")).toHaveLength(2);
    await expectCloses(world);
  });
});

describe("withdraw", () => {
  it("of a good seal costs a further attempt, nothing else", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    const [seal = ""] = keysOf(world, "seals/");
    await expectRun(world, 0, "withdraw", "world", seal, "--reason", "wrong key was used");
    await expectRun(world, 0, "purge");
    expect(hotPoints(world)).toEqual(before);
    await expectCloses(world, before);
    expect(keysOf(world, "seals/")).toHaveLength(2);
  });

  it("of a seal that is gone works too: a marker names it", async () => {
    world = await verified();
    const before = hotPoints(world);
    const [seal = ""] = keysOf(world, "seals/");
    world.cellar.lose(BUCKET, seal);
    await expectRun(world, 0, "withdraw", "world", seal, "--reason", "the store lost it");
    await expectCloses(world, before);
  });

  it("is refused for a seal that a purge rests on", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    await expectRun(world, 0, "purge");
    const [seal = ""] = keysOf(world, "seals/");
    const said = await failure(world, "withdraw", "world", seal, "--reason", "x");
    expect(said).toMatchObject({ exit: 1, code: "blocked" });
    expect(said.message).toContain("rests on");
    expect(keysOf(world, "withdrawn/")).toEqual([]);
    await expectNothingLost(world, before);
  });

  it("of a seal that never was is a usage error", async () => {
    world = await verified();
    const [seal = ""] = keysOf(world, "seals/");
    const other = seal.replace(/[0-9a-f]{32}/, "0".repeat(32));
    expect(await failure(world, "withdraw", "world", other, "--reason", "x")).toMatchObject({
      exit: 2,
    });
  });
});

describe("series that come after the plan", () => {
  const flow = [
    "period: { first: 2025-11 }",
    "batches: { max-series: 2, by-label: host }",
    "purge: { mode: automatic, write-fence: { max-past: P45D }, budget: { batches: 100 } }",
  ].join("\n");

  it("a new value falls into a group, and is archived with it", async () => {
    world = await verified({ flow });
    world.load("cpu.load", { host: "h0-new" }, minutes(5));
    world.load("cpu.load", { host: "unheard-of" }, minutes(5));
    world.load("cpu.load", {}, minutes(5));
    const before = hotPoints(world);
    await expectCloses(world, before);
    expect(keysOf(world, "plans/world/2025-11/plan-")).toHaveLength(1);
    expect(keysOf(world, "plans/world/2025-11/supplement-")).toEqual([]);
  });

  it("a new value before the first attempt is in that attempt", async () => {
    world = await staged({ flow });
    await expectRun(world, 0, "plan");
    const { batches } = recordOf(world, keysOf(world, "plans/")[0] ?? "") as { batches: object[] };
    world.load("cpu.load", { host: "unheard-of" }, minutes(5));
    world.load("cpu.load", {}, minutes(5));
    await expectCloses(world, hotPoints(world));
    expect(keysOf(world, "seals/")).toHaveLength(batches.length);
  });
});
