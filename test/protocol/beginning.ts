// Where histories begin: with nothing, with sealed batches whose grace is over, or after a purge.
// Eight seeds share a beginning, which is made once, by the same code and without faults.
import { Chance, withSeededIds } from "./chance.ts";
import { fillHot, lateWrites, setFences } from "./moves.ts";
import { SOUND } from "./mutant.ts";
import { approve, does, hold, retire } from "./people.ts";
import { runProcess } from "./runner.ts";
import { Actor } from "./scheduler.ts";
import { CALM, DAY_MS, drawConduct, drawPlace, HOUR_MS } from "./settings.ts";
import { World, type WorldOptions } from "./world.ts";

const SHARING = 8;

interface Beginning {
  readonly name: string;
  readonly isEmpty: boolean;
  readonly world: World;
}

let last: Beginning | undefined;

/** The world of a seed, at its beginning. */
export async function beginWorld(options: WorldOptions): Promise<World> {
  const { seed, allowed, unfenced = false } = options;
  const name = `${Math.floor(seed / SHARING)} ${unfenced}`;
  if (last?.name !== name) last = await makeBeginning(name, unfenced);
  const chance = new Chance(seed, allowed);
  const conduct = drawConduct(chance, !last.isEmpty);
  const world = new World(chance, last.world.place, conduct, last.world);
  if (!conduct.isFenced) lateWrites(world, "beginning", 3);
  if (chance.fraction("beginning fences") < 0.85) setFences(world);
  return world;
}

async function makeBeginning(name: string, unfenced: boolean): Promise<Beginning> {
  const chance = new Chance(1_000_003 * Number.parseInt(name, 10) + (unfenced ? 7 : 0));
  const world = new World(chance, drawPlace(chance, unfenced), CALM);
  fillHot(world);
  const kind = chance.oneOf("kind", ["nothing", "sealed", "sealed", "sealed", "purged"] as const);
  if (kind !== "nothing") {
    const actor = new Actor("before", (self) => prepare(world, self, kind === "purged"));
    await withSeededIds(chance, () => world.scheduler.runAll([actor]));
  }
  return { name, isEmpty: kind === "nothing", world };
}

async function prepare(world: World, self: Actor, purges: boolean): Promise<void> {
  const { chance } = world;
  const run = async (...steps: Parameters<typeof runProcess>[2][]): Promise<void> => {
    for (const step of steps) await runProcess(world, self, step, SOUND);
  };
  await run("plan", "archive");
  for (let round = 0; chance.fraction(`round ${round}`) < 0.4 && round < 3; round++) {
    if (chance.fraction(`retires ${round}`) < 0.3) {
      await does(world, self, retire, "retires");
      await run("plan");
    }
    lateWrites(world, `round ${round}`, 4);
    world.pass(HOUR_MS, "an hour passes");
    await run("verify", "archive");
  }
  await run("verify", "archive", "verify");
  if (chance.fraction("loses") < 0.06) {
    const keys = world.bucket.keysUnder("data/");
    world.remove(keys[chance.below("loses which", keys.length)] ?? "");
  }
  await does(world, self, approve, "approves");
  world.pass(world.place.flow.purge.graceMs + DAY_MS, "the grace is over");
  if (purges) {
    for (const one of world.ingress) one.isFenced = true;
    await run("plan", "purge", "plan", "purge");
    world.pass(HOUR_MS, "an hour passes");
    if (chance.fraction("reconciles") < 0.5) await run("purge");
    world.pass(2 * DAY_MS, "two days pass");
  }
  await run("plan");
  if (chance.fraction("holds") < 0.12) await does(world, self, hold, "holds");
}
