// The Warp 10 is a process of its own and is killed: in the middle of an export, and at a delete,
// before it took effect and after. What a real one would have kept on disk is written to the new
// process. Nothing that was cut is sealed, and no point is lost.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { World, worldFlow } from "../../sim/world.ts";
import { archivedPoints, expectRun, keysOf } from "../support/stage.ts";
import { type Passing, startPipe, Warp10Process } from "../support/warp10-process.ts";

let world: World;
let hot: Warp10Process;
let pipe: { url: string; close(): Promise<void> };
const passing: { current: Passing | undefined } = { current: undefined };

afterEach(async () => {
  passing.current = undefined;
  await pipe.close();
  await hot.kill();
  await world.close();
});

const now = new Date();
/** The month that became due last; all clocks are the machine's. */
const FROM = BigInt(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 4)) * 1000n;
const TO = BigInt(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 3)) * 1000n - 1n;
const PERIOD = new Date(Number(FROM / 1000n)).toISOString().slice(0, 7);
const SERIES = 4;
const POINTS = 20_000;

const LINES = Array.from({ length: SERIES * POINTS }, (_, i) => {
  const [series, n] = [Math.floor(i / POINTS), i % POINTS];
  return `${FROM + BigInt(n) * 1_000_000n}// killed{host=h${series}} ${(n * 7 + series) % 1_001}`;
});

const FLOW = [
  `period: { first: ${PERIOD} }`,
  "run: { retry: { type: constant, interval: PT1S, max-attempts: 1 } }",
  "purge: { mode: automatic, grace: PT0S, write-fence: { accept-risk: no writer in this test } }",
].join("\n");

async function begin(): Promise<void> {
  world = await World.start({ limits: { gcWaitMs: 0, reconcileMs: 0 } });
  hot = await Warp10Process.start(world.folder);
  pipe = await startPipe(() => hot.target, passing);
  const flow = worldFlow({ warp10: pipe, cellar: world.cellar }, FLOW);
  await writeFile(join(world.flows, "world.yaml"), flow);
  await hot.update(LINES);
}

/** Kills the server when so many bytes of the answer to such a request have passed. */
function killAt(isIt: (request: string) => boolean, bytes: number): { killed: () => boolean } {
  let dead: Promise<void> | undefined;
  passing.current = (request, passed) => {
    if (!dead && passed >= bytes && isIt(request)) dead = hot.kill();
  };
  return { killed: () => dead !== undefined };
}

const isFetch = (request: string): boolean => request.startsWith("POST /api/v0/fetch");
const isDelete = (request: string): boolean =>
  request.startsWith("POST /api/v0/delete") && !request.includes("dryrun");

const STEPS = ["plan", "archive", "verify", "plan", "purge"];

/** The store tells its time in seconds: what was just sealed must be older than that. */
const SECONDS_MS = 2_000;

async function expectClosed(): Promise<void> {
  let said = "";
  for (let i = 0; i < 4 && keysOf(world, `closed/world/${PERIOD}`).length === 0; i++) {
    for (const step of STEPS) {
      world.moveClock(SECONDS_MS);
      said = (await world.run(step)).stdout;
    }
  }
  expect({ closed: keysOf(world, `closed/world/${PERIOD}`).length, said }).toMatchObject({
    closed: 1,
  });
  expect(await hot.points(FROM, TO)).toEqual([]);
  const archived = await archivedPoints(world);
  expect(archived.size).toBe(LINES.length);
}

describe("a Warp 10 that is killed", () => {
  it("in the middle of an export: nothing is sealed; started again, it converges", async () => {
    await begin();
    await expectRun(world, 0, "plan");
    const { killed } = killAt(isFetch, 100_000);
    await expectRun(world, 3, "archive");
    expect(killed()).toBe(true);
    expect(keysOf(world, "seals/")).toEqual([]);
    await hot.up();
    await hot.update(LINES);
    await expectRun(world, 0, "archive");
    await expectClosed();
  });

  it.each([
    ["before it took effect", 0],
    ["after it took effect", 1],
  ])("at a delete, %s: it is no answer, and the next runs settle it", async (_when, bytes) => {
    await begin();
    for (const step of STEPS.slice(0, -1)) {
      world.moveClock(SECONDS_MS);
      await expectRun(world, 0, step);
    }
    const { killed } = killAt(isDelete, bytes);
    const { stdout } = await world.run("purge");
    expect({ killed: killed(), stdout }).toMatchObject({ killed: true });
    expect(stdout).not.toContain("1 of 1 batches purged");
    expect(keysOf(world, "intents/")).toHaveLength(1);
    expect(keysOf(world, "purged/")).toEqual([]);
    await hot.up();
    if (bytes === 0) await hot.update(LINES);
    await expectClosed();
  });
});
