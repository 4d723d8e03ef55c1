// How often a purged point was read from hot, by the stand-in's own counters: in one process, with
// a clock that is moved over the grace.
import { World } from "../sim/world.ts";
import { type Bench, rounded, type Row } from "./figures.ts";
import { loadSet, PERIOD, type SetSpec, sizeOf } from "./sets.ts";

const DAY_MS = 86_400_000;
/** Behind the grace of the world's flow, and the store's garbage collection. */
const GRACE_OVER_MS = 16 * DAY_MS;
/** The world begins when its month is due. */
const START_MS = Date.parse("2026-03-05T00:00:00Z");
const FLOW = [
  `period: { first: ${PERIOD} }`,
  "batches: { by-label: hostname, max-series: 10, slice: P31D }",
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D } }",
].join("\n");

/** Takes a set through the whole way and counts after each step. */
export const benchReads: Bench = async ({ small, tell }) => {
  const set: SetSpec = { kind: "tsbs", hosts: small ? 2 : 4, points: 10_000 };
  const { points } = sizeOf(set);
  const world = await World.start({ startMs: START_MS, flow: FLOW });
  try {
    loadSet(world.warp10.store, set);
    const rows: Row[] = [];
    const step = async (what: string, ...argv: string[]): Promise<void> => {
      const before = countersOf(world);
      const { code, stdout, stderr } = await world.run(...argv);
      if (code !== 0) throw new Error(`${argv.join(" ")}: exit ${code}\n${stdout}${stderr}`);
      rows.push(rowOf(what, before, countersOf(world), points));
      tell(`  ${what}`);
    };
    await step("plan", "plan");
    await step("archive", "archive");
    await step("verify", "verify");
    world.moveClock(GRACE_OVER_MS);
    await step("plan again", "plan");
    // A flow's first purge is one batch; the others follow in the next run.
    await step("purge, the first batch", "purge");
    world.moveClock(DAY_MS);
    await step("plan again", "plan");
    await step("purge, the others", "purge");
    if (world.hotPoints !== 0) throw new Error(`${world.hotPoints} points are left in hot`);
    rows.push(rowOf("all", NOTHING, countersOf(world), points));
    const notes = [
      `${points} points in ${set.hosts} batches, all purged`,
      "reads a point: points that left the server ÷ points that were purged",
      "by fetch: /fetch; by script: the gate's count, and the plan's sample",
    ];
    return [{ title: "how often a purged point was read from hot", rows, notes }];
  } finally {
    await world.close();
  }
};

interface Counted {
  readonly fetch: number;
  readonly script: number;
  readonly hot: number;
  readonly cold: number;
}

const NOTHING: Counted = { fetch: 0, script: 0, hot: 0, cold: 0 };

function countersOf({ warp10, cellar }: World): Counted {
  const { fetchPoints, scriptPoints, requests } = warp10.counters;
  const hot = Object.values(requests).reduce((sum, count) => sum + count, 0);
  return { fetch: fetchPoints, script: scriptPoints, hot, cold: cellar.requests.total };
}

const rowOf = (step: string, before: Counted, after: Counted, points: number): Row => ({
  step,
  "reads a point by fetch": rounded((after.fetch - before.fetch) / points),
  "by script": rounded((after.script - before.script) / points),
  both: rounded((after.fetch + after.script - before.fetch - before.script) / points),
  "requests to Warp 10": after.hot - before.hot,
  "to the store": after.cold - before.cold,
});
