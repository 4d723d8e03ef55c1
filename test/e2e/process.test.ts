// The command line as real processes: every step one of its own, and SIGINT or SIGTERM at any time.
import { describe, expect, it } from "vitest";
import type { Warp10Fault } from "../../sim/warp10/faults.ts";
import type { CellarFault } from "../../sim/cellar/faults.ts";
import type { World } from "../../sim/world.ts";
import { DAY } from "../support/november.ts";
import { startCli, until } from "../support/process.ts";
import {
  expectConverges,
  expectNothingLost,
  expectRun,
  GRACE_OVER,
  hotPoints,
  keysOf,
  recordOf,
  staged,
} from "../support/stage.ts";

/** How soon a signalled process must be gone, ms. */
const SOON_MS = 7_000;

async function inWorld(world: World, work: (world: World) => Promise<void>): Promise<void> {
  try {
    await work(world);
  } finally {
    await world.close();
  }
}

/**
 * Starts a step, waits until its fault holds it, signals, and expects 130 soon and nothing visible.
 */
async function interrupted(world: World, verb: string, signal: NodeJS.Signals): Promise<void> {
  const { warp10, cellar } = world;
  const started = startCli(world, verb);
  const struck = () => warp10.faults.struck.length + cellar.faults.struck.length > 0;
  await until(struck, `${verb} to reach its fault: ${started.said().stderr}`);
  const sentMs = Date.now();
  started.child.kill(signal);
  const { code, stderr } = await started.ended;
  expect({ verb, code, stderr }).toMatchObject({ verb, code: 130 });
  expect(Date.now() - sentMs).toBeLessThan(SOON_MS);
  expect(stderr).toContain(`stopped by ${signal}`);
  warp10.faults.clear();
  cellar.faults.clear();
}

/** Processes start slowly where a machine is busy. */
const PATIENT_MS = 90_000;

const steps = ["plan", "archive", "verify"];

/** A world up to, not including, a step. */
async function upTo(verb: string): Promise<World> {
  const world = await staged();
  for (const step of steps.slice(0, verb === "purge" ? 3 : steps.indexOf(verb))) {
    await expectRun(world, 0, step);
  }
  if (verb !== "purge") return world;
  world.moveClock(GRACE_OVER);
  await expectRun(world, 0, "plan");
  // The first of the fence's two probes was made a lag ago: a real process would wait for it.
  world.warp10.faults.push({ kind: "status503", path: "/api/v0/fetch", times: Infinity });
  await world.run("purge");
  world.warp10.faults.clear();
  world.warp10.faults.struck.length = 0;
  return world;
}

/** What holds a step. */
interface Faults {
  readonly hot?: Warp10Fault;
  readonly cold?: CellarFault;
}

describe("a signal", () => {
  const intents: CellarFault = { kind: "late-answer", op: "PutObject", path: /intents/ };
  const ROWS: readonly [verb: string, signal: NodeJS.Signals, faults: Faults][] = [
    ["archive", "SIGTERM", { hot: { kind: "stall", path: "/api/v0/fetch", bytes: 600 } }],
    ["verify", "SIGINT", { hot: { kind: "stall", path: "/api/v0/fetch" } }],
    ["purge", "SIGTERM", { cold: intents }],
  ];

  it.each(ROWS)("to %s, %s", { timeout: PATIENT_MS }, async (verb, signal, { hot, cold }) => {
    await inWorld(await upTo(verb), async (world) => {
      const before = hotPoints(world);
      if (hot) world.warp10.faults.push(hot);
      if (cold) world.cellar.faults.push(cold);
      await interrupted(world, verb, signal);
      expect(hotPoints(world)).toEqual(before);
      await expectConverges(world, before);
    });
  });

  it(
    "while the delete is under way: it is purging, and the next run settles it",
    { timeout: PATIENT_MS },
    async () => {
      await inWorld(await upTo("purge"), async (world) => {
        const before = hotPoints(world);
        world.warp10.faults.push({
          kind: "stall",
          path: "/api/v0/delete",
          match: ({ params }) => !params.has("dryrun"),
        });
        await interrupted(world, "purge", "SIGTERM");
        expect(keysOf(world, "intents/")).toHaveLength(1);
        expect(keysOf(world, "purged/")).toEqual([]);
        await expectNothingLost(world, before);
        await expectConverges(world, before);
      });
    },
  );

  it("to run ends the step that is running, too", { timeout: PATIENT_MS }, async () => {
    await inWorld(await upTo("archive"), async (world) => {
      world.warp10.faults.push({ kind: "stall", path: "/api/v0/fetch", bytes: 600 });
      await interrupted(world, "run", "SIGTERM");
      const asked = world.warp10.requests.length;
      expect(keysOf(world, "seals/")).toEqual([]);
      await expectConverges(world);
      expect(world.warp10.requests.length).toBeGreaterThan(asked);
    });
  });
});

describe("run", () => {
  it(
    "goes the whole way in processes of their own: who verifies never exported",
    { timeout: PATIENT_MS },
    async () => {
      await inWorld(await staged(), async (world) => {
        const before = hotPoints(world);
        const first = await startCli(world, "run", "--json").ended;
        expect(first).toMatchObject({ code: 0 });
        expect(JSON.parse(first.stdout)).toMatchObject({
          schema: "cellarman/run/1",
          exitCode: 0,
          steps: { plan: 0, archive: 0, verify: 0, purge: 0, report: 0 },
        });
        expect(hotPoints(world)).toEqual(before);
        const [seal = ""] = keysOf(world, "seals/");
        const [receipt = ""] = keysOf(world, "verified/");
        const [plan = ""] = keysOf(world, "plans/world/2025-11/plan-");
        const processes = [plan, seal, receipt].map((key) => recordOf(world, key)["process"]);
        expect(new Set(processes).size).toBe(3);
        world.moveClock(GRACE_OVER + DAY);
        await expectConverges(world, before);
      });
    },
  );

  it(
    "fails where a step fails, reports all the same, and says so by its exit code",
    { timeout: PATIENT_MS },
    async () => {
      await inWorld(await staged(), async (world) => {
        world.env.set("READ_TOKEN", "no-such-token");
        const { code, stdout, stderr } = await startCli(world, "run").ended;
        expect(code).toBe(12);
        expect(stdout).toContain("plan: exit 12, report: exit 0");
        expect(stderr).toContain("not-authorised");
        expect(keysOf(world)).toEqual([]);
      });
    },
  );
});
