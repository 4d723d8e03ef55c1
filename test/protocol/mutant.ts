// A protection that is switched off, by forging what it rests on. Only tests have such a switch.
import type { Cold } from "../../src/cellar/cold.ts";
import type { Flow } from "../../src/flow/flow.ts";
import type { PurgeLimits } from "../../src/purge/limits.ts";
import type { PurgePorts } from "../../src/purge/purge-batch.ts";
import type { Life } from "./scheduler.ts";
import type { World } from "./world.ts";

/** What a mutant changes; the invariants are judged by the world as it is. */
export interface Mutant {
  readonly limits?: Partial<PurgeLimits>;
  flow?(flow: Flow): Flow;
  cold?(cold: Cold, world: World, life: Life): Cold;
  ports?(ports: PurgePorts, world: World, life: Life): PurgePorts;
}

/** Nothing is switched off. */
export const SOUND: Mutant = {};
