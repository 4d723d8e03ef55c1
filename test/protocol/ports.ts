// Every port of one runner, and what its verbs are called with.
import type { Cold } from "../../src/cellar/cold.ts";
import { patient } from "../../src/cellar/patient.ts";
import type { Flow } from "../../src/flow/flow.ts";
import type { PurgePorts } from "../../src/purge/purge-batch.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { silentLog } from "../../src/runtime/log.ts";
import { retrying } from "../../src/runtime/retry.ts";
import type { FlowNow } from "../../src/verbs/purge-ports.ts";
import type { Invocation } from "../../src/verbs/verb.ts";
import { coldPort } from "./cold-port.ts";
import { deletePort, probePort } from "./delete-port.ts";
import { forgePort } from "./forge-port.ts";
import { dryRunPort, hotPort } from "./hot-port.ts";
import type { Mutant } from "./mutant.ts";
import type { Life } from "./scheduler.ts";
import type { World } from "./world.ts";

/** What one process works with. */
export interface Process {
  readonly inv: Invocation;
  readonly flow: Flow;
  readonly now: FlowNow;
  readonly cold: Cold;
  readonly ports: PurgePorts;
}

/** A clock that a runner sleeps by: the world's time passes meanwhile. */
function clockOf(world: World, life: Life): Clock {
  return {
    now: () => world.nowMs + world.skewMs.runner,
    sleep: async (ms) => {
      await world.scheduler.step(life, "sleep");
      world.nowMs += ms;
      world.settleWrites();
    },
  };
}

/** Opens everything for a new process of a runner. */
export function openProcess(world: World, life: Life, mutant: Mutant): Process {
  const { place } = world;
  const { limits } = place;
  const clock = clockOf(world, life);
  const bare = mutant.cold?.(coldPort(world, life), world, life) ?? coldPort(world, life);
  // Every other process sits failing reads out, as the verbs do.
  const isPatient = world.chance.fraction(`${life.process} patient`) < 0.5;
  const cold = isPatient
    ? patient(
        bare,
        retrying(RETRY, clock, () => 0),
      )
    : bare;
  const version = world.branch.checkout(world.chance, life.process);
  const local = place.isAuthoritative ? place.flow : version.flow;
  const flow = mutant.flow?.(local) ?? local;
  const forge = forgePort(world, life);
  const ports = {
    hot: hotPort(world, life),
    cold,
    dryRunner: dryRunPort(world, life),
    deleter: deletePort(world, life),
    prober: probePort(world, life),
    forge,
    clock,
    log: silentLog,
  };
  return {
    inv: invocationOf(life, clock, place.isAuthoritative, { ...limits, ...mutant.limits }),
    flow,
    now: { flow, flowFile: "flows/model.yaml", forge },
    cold,
    ports: mutant.ports?.(ports, world, life) ?? ports,
  };
}

const RETRY = {
  type: "constant",
  intervalMs: 200,
  maxIntervalMs: 200,
  maxAttempts: 3,
  maxDurationMs: 60_000,
} as const;

function invocationOf(
  life: Life,
  clock: Clock,
  isAuthoritative: boolean,
  limits: NonNullable<Invocation["io"]["limits"]>,
): Invocation {
  return {
    verb: life.verb,
    positionals: [],
    options: { "flows-are-authoritative": isAuthoritative },
    io: {
      stdout: () => undefined,
      stderr: () => undefined,
      env: { get: () => undefined },
      clock,
      limits,
    },
    log: silentLog,
    process: life.process,
  };
}
