// One history, from its seed to its verdict.
import { beginWorld } from "./beginning.ts";
import { withSeededIds } from "./chance.ts";
import { type Mutant, SOUND } from "./mutant.ts";
import { newPerson } from "./people.ts";
import type { Broken } from "./promises.ts";
import { newRunner } from "./runner.ts";
import type { World, WorldOptions } from "./world.ts";

/** What a history came to. */
export interface Told {
  readonly seed: number;
  readonly broken: Broken | undefined;
  /** Points that left the hot store. */
  readonly deletedPoints: number;
  /** Points that are nowhere; only where writers were not fenced. */
  readonly lostPoints: number;
  readonly calls: number;
  readonly story: readonly string[];
  /** Names of the rare things that happened. */
  readonly fired: readonly string[];
}

/** How a history is run. */
export interface HistoryOptions extends WorldOptions {
  readonly mutant?: Mutant;
}

/** Runs one history of safety: faults never stop. */
export async function runHistory(options: HistoryOptions): Promise<Told> {
  const world = await beginWorld(options);
  return withSeededIds(world.chance, async () => {
    await runToEnd(world, options.mutant ?? SOUND);
    return toldOf(world, options.seed);
  });
}

/** Runs all runners of a world to their ends, and judges the last effect. */
export async function runToEnd(world: World, mutant: Mutant): Promise<void> {
  const names = ["A", "B", "C"].slice(0, world.conduct.runners);
  const runners = names.map((name) => newRunner(world, name, mutant));
  await world.scheduler.runAll([...runners, newPerson(world, world.conduct.processes)]);
  for (const order of Array.from(world.hot.queued)) world.applyDelete(order);
  await world.checked();
}

export function toldOf(world: World, seed: number): Told {
  return {
    seed,
    broken: world.promise.broken,
    deletedPoints: world.promise.deletedPoints,
    lostPoints: world.promise.lost.size,
    calls: world.scheduler.calls,
    story: world.story,
    fired: world.chance.fired,
  };
}
