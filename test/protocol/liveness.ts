// Liveness: after a history of faults everything works again, and then a stated number of runs ends
// every batch: reconciled, empty, or held with a reason that a person can read.
import { readHolds, scopesOf } from "../../src/cellar/holds.ts";
import { indexPeriods, readPeriod } from "../../src/cellar/snapshot.ts";
import { isEnded } from "../../src/plan/due.ts";
import { ruled } from "../../src/verbs/periods.ts";
import { withSeededIds } from "./chance.ts";
import { beginWorld } from "./beginning.ts";
import { type HistoryOptions, runToEnd, type Told, toldOf } from "./history.ts";
import { SOUND } from "./mutant.ts";
import { approve, does } from "./people.ts";
import { runProcess } from "./runner.ts";
import { Actor } from "./scheduler.ts";
import { pointsIn } from "./model-series.ts";
import { CALM, DAY_MS, HOUR_MS, PERIOD, RANGE } from "./settings.ts";
import type { World } from "./world.ts";

/** Daily runs after which everything has ended. */
export const RUNS = 12;

/** Runs a history, then calm runs; a batch that has not ended then is a broken promise. */
export async function runLiveHistory(options: HistoryOptions): Promise<Told> {
  const world = await beginWorld(options);
  return withSeededIds(world.chance, async () => {
    await runToEnd(world, SOUND);
    if (world.isOver) return toldOf(world, options.seed);
    const { place, bucket } = world;
    const before = await indexPeriods(bucket.truth, place.flow.name);
    calm(world);
    await world.scheduler.runAll([new Actor("calm", (self) => runDaily(world, self))]);
    const open = world.isOver ? undefined : await openBatch(world);
    if (open !== undefined) world.promise.breaks("liveness", open);
    // What was closed while counts lied is closed; what is closed since is empty (I6, I12).
    if (!before.some((p) => p.closed)) await expectEmpty(world);
    return toldOf(world, options.seed);
  });
}

function calm(world: World): void {
  world.conduct = CALM;
  world.policyHeldAt = undefined;
  world.branch.restore(world.effects);
  Object.assign(world.skewMs, world.place.skewMs);
  world.tell("everything", "works again");
  for (const one of world.ingress) one.isFenced = true;
  for (const { key, bytes } of world.bucket.late.splice(0)) world.store(key, bytes);
  world.pass(DAY_MS, "a day passes");
  for (const series of world.hot.series) {
    series.readable = true;
    series.deletable = true;
    series.registered = true;
  }
}

async function runDaily(world: World, self: Actor): Promise<void> {
  for (let day = 1; day <= RUNS && !world.isOver; day++) {
    world.tell("day", String(day));
    const said = await runProcess(world, self, "plan", SOUND);
    // Nothing that could go on is left.
    if (said === "the period is closed") return;
    for (const step of ["archive", "verify"] as const) await runProcess(world, self, step, SOUND);
    await does(world, self, approve, `calm approval ${day}`);
    world.pass(world.place.flow.purge.graceMs + DAY_MS, "the grace is over");
    for (const step of ["plan", "purge"] as const) await runProcess(world, self, step, SOUND);
    world.pass(2 * HOUR_MS, "two hours pass");
  }
}

async function expectEmpty(world: World): Promise<void> {
  const index = await indexPeriods(world.bucket.truth, world.place.flow.name);
  if (!index.some((p) => p.closed)) return;
  const left = world.hot.series.find((series) => pointsIn(series, RANGE).length > 0);
  if (left) world.promise.breaks("I12", `the period is closed, and ${left.identity} holds points`);
}

/** The first batch that has neither ended nor is held, in words. */
async function openBatch(world: World): Promise<string | undefined> {
  const { place, bucket } = world;
  const { flow, limits } = place;
  const clocks = Object.values(world.skewMs);
  // Clocks that disagree stop every purge, and say so.
  if (Math.max(...clocks) - Math.min(...clocks) > limits.clockSkewMs) return undefined;
  const index = await indexPeriods(bucket.truth, flow.name);
  if (index.some((p) => p.closed)) return undefined;
  const ledger = await readPeriod(bucket.truth, { flow: flow.name, period: PERIOD });
  const found = ruled(flow, ledger, world.storeMs(), limits);
  if (!found) return "no plan rules the period";
  const open = found.statuses.find((s) => !isEnded(s));
  if (!open) return "every batch has ended, and the period is not closed";
  // A held batch may be the one that the first purge of a flow is about: the others wait for it.
  for (const { batch } of found.statuses) {
    const at = { flow: flow.name, period: PERIOD, batch: batch.id };
    const scopes = scopesOf(at, flow.source.warp10, batch);
    const { active } = await readHolds(bucket.truth, scopes);
    if (active.length > 0) return undefined;
  }
  return `batch ${open.batch.id} is ${open.state}`;
}
