// Opening what a purge does to a Warp 10: the delete with its dry run, and the fence's probe.
import type { WriteFence } from "../flow/flow.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { randomId } from "../runtime/random.ts";
import type { ReadLimits } from "../warp10/hot.ts";
import type { DryRunner, Prober } from "./check.ts";
import { type Deleter, openDeleter } from "./delete.ts";
import { probeFence } from "./probe.ts";

/** What a deletion is opened with. */
export interface DeletionOptions {
  readonly url: string;
  readonly deleteToken: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Limits of a dry run. */
  readonly limits: ReadLimits;
  /** Nothing is deleted, whatever a warrant says. */
  readonly dryRun: boolean;
}

/** Deleting, and what a delete would touch. */
export interface Deletion {
  readonly deleter: Deleter;
  readonly dryRunner: DryRunner;
}

/** Opens the delete of one server. */
export function openDeletion(options: DeletionOptions): Deletion {
  const deleter = openDeleter(options);
  return {
    deleter: options.dryRun ? dryDeleter(deleter) : deleter,
    dryRunner: {
      dryRun: (selector, range) => deleter.dryRun(selector, range, options.limits),
    },
  };
}

/** A deleter that deletes nothing: what `--dry-run` promises. */
function dryDeleter(deleter: Deleter): Deleter {
  const reason = "this is a dry run";
  return { ...deleter, remove: () => Promise.resolve({ outcome: "refused", reason }) };
}

/** What the fence's prober is opened with. */
export interface ProberOptions {
  readonly fence: Extract<WriteFence, { kind: "probe" }>;
  readonly probeToken: string;
  readonly probeTokenVariable: string;
  readonly warp10: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Opens the fence's prober: each probe is a canary of a series never used before, at every ingress.
 */
export function openProber({ fence, ...options }: ProberOptions): Prober {
  const { maxPastMs, probe: ingress } = fence;
  return {
    probe: (timestamp) =>
      probeFence({ ...options, ingress, maxPastMs, timestamp, probeId: randomId() }),
  };
}
