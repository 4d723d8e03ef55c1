// Approval by command: a person says yes to exactly some seals, for thirty days; grace and the
// store's wait stay.
import { afterEach, describe, expect, it } from "vitest";
import type { World } from "../../sim/world.ts";
import { DAY } from "../support/november.ts";
import {
  expectConverges,
  expectRun,
  failure,
  GRACE_OVER,
  hotPoints,
  keysOf,
  minutes,
  purgeSays,
  recordOf,
  verified,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const flowOf = (mode: string, more = ""): string =>
  [
    "period: { first: 2025-11 }",
    `purge: { mode: ${mode}, ${more}write-fence: { max-past: P45D } }`,
  ].join("\n");
const APPROVE = flowOf("approve");
const HOUR = 3_600_000;

/** The digest that approve asks for. */
async function digest(): Promise<string> {
  const { stderr } = await world.run("approve", "world", "2025-11");
  return /Digest: ([0-9a-f]{64})/.exec(stderr)?.[1] ?? "";
}

async function approve(): Promise<void> {
  const chars = (await digest()).slice(0, 8);
  await expectRun(world, 0, "approve", "world", "2025-11", "--digest", chars);
}

async function planAndPurge(): Promise<{ outcome: string; note: string }> {
  await expectRun(world, 0, "plan");
  return purgeSays(world);
}

describe("a flow that a person must approve", () => {
  it("waits for approval however long ago its grace was over", async () => {
    world = await verified({ flow: APPROVE });
    world.moveClock(100 * DAY);
    expect((await planAndPurge()).outcome).toBe("none");
    expect((await world.run("status", "world", "2025-11")).stdout).toContain("approval");
    expect(world.hotPoints).toBe(60);
  });

  it.each(["deadbeef", "", "abc"])(
    "takes no wrong digest (%j): nothing is recorded",
    async (chars) => {
      world = await verified({ flow: APPROVE });
      const said = await failure(world, "approve", "world", "2025-11", "--digest", chars);
      expect(said).toMatchObject({ exit: 1, code: "blocked" });
      expect(said.hint).toContain("--digest");
      expect(keysOf(world, "approved/")).toEqual([]);
    },
  );

  it("takes no digest cut to less than eight characters", async () => {
    world = await verified({ flow: APPROVE });
    const chars = (await digest()).slice(0, 7);
    expect(await failure(world, "approve", "world", "2025-11", "--digest", chars)).toMatchObject({
      code: "blocked",
    });
    expect(keysOf(world, "approved/")).toEqual([]);
  });

  it("approves nothing that is not verified", async () => {
    world = await verified({ flow: APPROVE });
    world.load("cpu.load", { host: "h0" }, minutes(2, 5, 300));
    world.moveClock(GRACE_OVER);
    await approve();
    expect((await planAndPurge()).outcome).toBe("late");
    await expectRun(world, 0, "archive");
    expect(await digest()).toBe("");
    expect(keysOf(world, "approved/")).toHaveLength(1);
  });

  it("is purged when approved and cooled, and not before", async () => {
    world = await verified({ flow: APPROVE });
    const before = hotPoints(world);
    await approve();
    expect((await planAndPurge()).outcome).toBe("none");
    world.moveClock(13 * DAY);
    expect((await planAndPurge()).outcome).toBe("none");
    expect(hotPoints(world)).toEqual(before);
    world.moveClock(2 * DAY);
    expect((await planAndPurge()).outcome).toBe("purged");
    const [intent = ""] = keysOf(world, "intents/");
    expect(recordOf(world, intent)["approvals"]).toEqual(keysOf(world, "approved/"));
  });

  it("does not take an old yes for a new seal: late points are approved again", async () => {
    world = await verified({ flow: APPROVE });
    await approve();
    world.load("cpu.load", { host: "h0" }, minutes(2, 5, 300));
    const before = hotPoints(world);
    world.moveClock(GRACE_OVER);
    expect((await planAndPurge()).outcome).toBe("late");
    for (const step of ["archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(GRACE_OVER);
    const waits = await planAndPurge();
    expect(["none", "wait"]).toContain(waits.outcome);
    expect(hotPoints(world)).toEqual(before);
    await approve();
    expect((await planAndPurge()).outcome).toBe("purged");
    await expectConverges(world, before);
  });

  it("forgets an approval after thirty days", async () => {
    world = await verified({ flow: APPROVE });
    await approve();
    world.moveClock(31 * DAY);
    expect((await planAndPurge()).outcome).toBe("none");
    expect(world.hotPoints).toBe(60);
    await approve();
    expect((await planAndPurge()).outcome).toBe("purged");
  });

  it("keeps an approval that an intent rests on beyond thirty days", async () => {
    world = await verified({ flow: APPROVE });
    world.moveClock(GRACE_OVER);
    await approve();
    world.warp10.faults.push({
      kind: "status503",
      path: "/api/v0/delete",
      match: ({ params }) => !params.has("dryrun"),
    });
    expect((await planAndPurge()).outcome).toBe("purging");
    world.moveClock(40 * DAY);
    expect((await planAndPurge()).outcome).toBe("purged");
  });

  it("says when there is nothing to approve, and that a period is unknown", async () => {
    world = await verified({ flow: APPROVE });
    await approve();
    expect((await expectRun(world, 0, "approve", "world", "2025-11")).stdout).toContain(
      "nothing to",
    );
    expect(await failure(world, "approve", "world", "2024-01")).toMatchObject({ exit: 2 });
  });
});

describe("grace and the store's wait", () => {
  it("a grace of zero still waits a day for the store's collection", async () => {
    world = await verified({ flow: flowOf("automatic", "grace: PT0S, ") });
    world.moveClock(23 * HOUR);
    expect((await planAndPurge()).outcome).toBe("none");
    world.moveClock(2 * HOUR);
    expect((await planAndPurge()).outcome).toBe("purged");
  });

  it("the wait may be said to be shorter, never below four hours", async () => {
    world = await verified({ flow: flowOf("automatic", "grace: PT0S, ") });
    world.moveClock(5 * HOUR);
    expect(await failure(world, "plan", "--gc-wait", "PT3H")).toMatchObject({ exit: 2 });
    await expectRun(world, 0, "plan", "--gc-wait", "PT4H");
    // The gate judges by its own wait, whatever is on the list.
    expect(["none", "wait"]).toContain((await purgeSays(world)).outcome);
    expect(world.hotPoints).toBe(60);
    expect((await expectRun(world, 0, "purge", "--gc-wait", "PT4H")).stdout).toContain("1 of 1");
  });
});
