// HFile generations under everything that goes wrong in hours: cuts, kills, wrong files, thin
// tokens.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { DAY } from "../support/november.ts";
import { type HfileWorld, startHfileWorld } from "../support/hfile-world.ts";
import { expectRun, fill, GRACE_OVER, keysOf, minutes, recordOf } from "../support/stage.ts";

let stage: HfileWorld;
afterEach(async () => stage.close());

const generations = (): string[] => keysOf(stage.world, "generations/");
const ended = (): Record<string, unknown>[] =>
  keysOf(stage.world, "generations-ended/").map((key) => recordOf(stage.world, key));
const manifests = (): Record<string, unknown>[] =>
  keysOf(stage.world, "data/")
    .filter((key) => key.endsWith("manifest.json"))
    .map((key) => recordOf(stage.world, key));
const results = (): unknown[] => manifests().map((m) => (m["hfile"] as { result: string }).result);

/** To the end: purged, nothing left in hot. */
async function expectPurged(batches: string): Promise<void> {
  const { world } = stage;
  await expectRun(world, 0, "verify");
  world.moveClock(GRACE_OVER);
  await expectRun(world, 0, "plan");
  expect((await expectRun(world, 0, "purge")).stdout).toContain(`${batches} batches purged`);
  expect(world.hotPoints).toBe(0);
}

const EVERY_FILE = /\.hfile$/;
const RETRY = "run: { retry: { interval: PT1S, max-attempts: 3 } }";
const REST = [
  "period: { first: 2025-11 }",
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D } }",
  RETRY,
].join("\n");

describe("a connection that drops", () => {
  it("at random moments of three slices × eight groups: one file each", async () => {
    let paced = 0;
    stage = await startHfileWorld({
      rest: [
        "batches: { slice: P10D, max-series: 1, max-hours: 120 }",
        "period: { first: 2025-11 }",
        "run: { parallel: 4, retry: { interval: PT1S, max-attempts: 3 } }",
        "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D }, " +
          "budget: { batches: 100 } }",
      ].join("\n"),
      hfiles: {
        chunkPoints: 10,
        // Ten chunks a batch, two minutes each: twenty minutes of a generation, on the world's
        // clock.
        pace: async () => {
          paced++;
          stage.world.moveClock(120_000);
        },
      },
      // Time that runs by leaps between a signature and its check must stay below their quarter of
      // an hour.
      world: { limits: { hfile: { pollMs: 1_000 } } },
    });
    const { world } = stage;
    for (let c = 0; c < 8; c++) {
      for (const slice of [0, 10, 20]) {
        world.load(`class.${c}`, { host: "a" }, minutes(100, c, slice * 1440));
      }
    }
    for (const chunks of [1, 4, 7, 10]) {
      const cut = { kind: "cutConnection", path: EVERY_FILE, chunks, chance: 0.3 } as const;
      world.warp10.hfiles?.faults.push({ ...cut, times: Infinity });
    }
    await expectRun(world, 0, "plan");
    const [plan = ""] = keysOf(world, "plans/").filter((key) => key.includes("/plan-"));
    const { batches } = recordOf(world, plan) as { batches: { series: string }[] };
    // Eight groups of one class each; further ones are for what nobody has written yet.
    expect(batches.filter((b) => b.series === "1")).toHaveLength(24);
    await expectRun(world, 0, "archive");
    expect(world.warp10.hfiles?.faults.struck.length).toBeGreaterThan(5);
    expect(paced).toBe(240);
    expect(generations()).toHaveLength(batches.length);
    expect(ended().map((e) => e["outcome"])).toEqual(Array(batches.length).fill("sealed"));
    expect(keysOf(world, "seals/")).toHaveLength(batches.length);
    expect(keysOf(world, "data/").filter((key) => EVERY_FILE.test(key))).toHaveLength(24);
    expect(new Set(results())).toEqual(new Set(["answered", "collected"]));
    expect(stage.dumped()).toEqual([]);
    await expectRun(world, 0, "verify");
    world.moveClock(GRACE_OVER);
    // A flow's first purge is one batch.
    for (let run = 0; run < 2; run++) {
      for (const step of ["plan", "purge"]) await expectRun(world, 0, step);
    }
    expect(world.hotPoints).toBe(0);
  });

  it("where sessions cannot be listed: waits until the deadline that it sent", async () => {
    stage = await startHfileWorld({ rest: REST, warp10: { stackps: false } });
    const { world } = stage;
    fill(world);
    world.warp10.hfiles?.faults.push({ kind: "cutConnection", path: EVERY_FILE });
    await expectRun(world, 0, "plan");
    const beganMs = world.now();
    await expectRun(world, 0, "archive");
    expect(world.now() - beganMs).toBeGreaterThan(6 * 3_600_000);
    expect(generations()).toHaveLength(1);
    expect(results()).toEqual(["collected"]);
    await expectPurged("1 of 1");
  });

  it("where no result is kept: what was dumped is read again", async () => {
    stage = await startHfileWorld({ rest: REST, warp10: { shm: false } });
    const { world } = stage;
    fill(world);
    world.warp10.hfiles?.faults.push({ kind: "cutConnection", path: EVERY_FILE });
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    expect(generations()).toHaveLength(1);
    expect(results()).toEqual(["recounted"]);
    await expectPurged("1 of 1");
  });
});

describe("a generation that fails", () => {
  it("in a server that is killed: its partial file stays, and another is made", async () => {
    stage = await startHfileWorld({ rest: REST, hfiles: { chunkPoints: 5 } });
    const { world } = stage;
    fill(world);
    world.warp10.hfiles?.faults.push({ kind: "crash", path: EVERY_FILE, chunks: 2 });
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    expect(ended().map((e) => e["outcome"])).toEqual(["failed", "sealed"]);
    const [left] = stage.dumped();
    expect(stage.dumped()).toHaveLength(1);
    expect(keysOf(world, "data/").some((key) => key.endsWith(left ?? "?"))).toBe(false);
    const { stdout } = await expectRun(world, 0, "status", "world", "2025-11");
    expect(stdout).toContain(left);
    await expectPurged("1 of 1");
    expect(stage.dumped()).toEqual([left]);
  });

  it("because its file exists: takes another name", async () => {
    stage = await startHfileWorld({ rest: REST });
    const { world, dumps } = stage;
    fill(world);
    const site = world.warp10.hfiles;
    let named = 0;
    if (site) {
      site.pathOf = (name) => {
        if (named++ === 0) writeFileSync(join(dumps, name), "somebody else's");
        return join(dumps, name);
      };
    }
    for (const step of ["plan", "archive"]) expect((await world.run(step)).code).toBeLessThan(4);
    if (keysOf(world, "seals/").length === 0) await expectRun(world, 0, "archive");
    expect(ended().map((e) => e["outcome"])).toEqual(["failed", "sealed"]);
    const [foreign] = stage.dumped();
    expect(readFileSync(join(dumps, foreign ?? ""), "utf8")).toBe("somebody else's");
    await expectPurged("1 of 1");
  });

  it("by its deadline: the batch is split, and the halves go the whole way", async () => {
    stage = await startHfileWorld({
      rest: REST,
      hfiles: { chunkPoints: 10, msPerChunk: 100 },
      world: { limits: { hfile: { timeboxMs: 1_500 } } },
    });
    const { world } = stage;
    for (const half of [0, 16]) world.load("cpu.load", { host: "a" }, minutes(100, 1, half * 1440));
    await expectRun(world, 0, "plan");
    const { stdout } = await expectRun(world, 0, "archive");
    expect(stdout).toContain("took too long and was split into");
    const [supplement = ""] = keysOf(world, "plans/").filter((key) => key.includes("supplement-"));
    expect(recordOf(world, supplement)).toMatchObject({ reason: "split" });
    // On a busy machine halves take too long as well.
    const sealed = keysOf(world, "seals/").length;
    expect(sealed).toBeGreaterThanOrEqual(2);
    await expectRun(world, 0, "verify");
    world.moveClock(GRACE_OVER);
    for (let run = 0; run < sealed + 2 && world.hotPoints > 0; run++) {
      for (const step of ["plan", "purge"]) await expectRun(world, 0, step);
    }
    expect(world.hotPoints).toBe(0);
    world.moveClock(DAY);
    expect((await expectRun(world, 0, "purge")).stdout).toContain("closed: 2025-11");
  });

  it("because it is stopped: killed on the server, and made anew by the next run", async () => {
    stage = await startHfileWorld({ rest: REST, hfiles: { chunkPoints: 5, msPerChunk: 40 } });
    const { world } = stage;
    fill(world, 3, 200);
    await expectRun(world, 0, "plan");
    const stop = new AbortController();
    world.signal = stop.signal;
    const stopped = world.run("archive");
    await untilDumping();
    stop.abort(new Error("stopped by a test"));
    await stopped;
    world.signal = undefined;
    // No catalogue file beside it: the dump did not come to its end, and does not go on.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stage.dumped()).toHaveLength(1);
    expect(keysOf(world, "seals/")).toEqual([]);
    await expectRun(world, 0, "archive");
    expect(ended().map((e) => e["outcome"])).toEqual(["failed", "sealed"]);
  });
});

async function untilDumping(): Promise<void> {
  while (readdirSync(stage.dumps).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
