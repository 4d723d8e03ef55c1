// What a gate's checks say, and what they share. Anything unknown, unreadable, empty or slow means
// no (design §3).
import type { Cold } from "../cellar/cold.ts";
import type { Stored } from "../cellar/records.ts";
import type { Flow } from "../flow/flow.ts";
import type { Policy } from "../flow/policy.ts";
import type { Forge } from "../forge/forge.ts";
import type { BatchRef } from "../ledger/keys.ts";
import type { Plan, PlannedBatch } from "../ledger/records.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { HfileReading } from "../verify/read-hfile.ts";
import type { Hot } from "../warp10/hot.ts";
import type { Range } from "../warp10/range.ts";
import type { ListedSeries } from "../warp10/series.ts";
import type { PurgeLimits } from "./limits.ts";

/** What a gate says (design §3, "What a gate says"). */
export type Outcome = "go" | "wait" | "retry" | "late" | "nothing" | "quarantine";

/** One line of the gate: a check, what it saw, and what it needs. */
export interface CheckLine {
  readonly check: string;
  readonly ok: boolean;
  readonly seen: string;
  readonly needed: string;
  /** What the gate says if this is not ok. */
  readonly outcome: Outcome;
  /** When it can be ok at the earliest, ms. */
  readonly earliestMs?: number;
  /** The command, or the person's step, that comes next. */
  readonly next?: string;
}

/** A dry run of the delete: what it would touch. */
export interface DryRunner {
  dryRun(selector: string, range: Range): AsyncIterable<ListedSeries>;
}

/** A probe of the write fence at one address. */
export interface FenceAnswer {
  readonly address: string;
  readonly outcome: "refused" | "accepted" | "unknown";
  readonly detail: string;
}

/** Writes one canary point at a timestamp to every ingress address. */
export interface Prober {
  probe(timestamp: bigint): Promise<readonly FenceAnswer[]>;
}

/** Everything that a gate may touch. Deleting is not among it. */
export interface GatePorts {
  readonly hot: Hot;
  readonly cold: Cold;
  readonly dryRunner: DryRunner;
  /** Undefined where no probe token is there. */
  readonly prober: Prober | undefined;
  /** Undefined where the flows have no remote. */
  readonly forge: Forge | undefined;
  /** What HFiles are read with; undefined where none can be. */
  readonly hfiles?: HfileReading | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is to be judged: one batch, in one range inside its own. */
export interface GateCase {
  /**
   * The flow as the default branch has it: mode, grace, fence, budget and keep-hot are read from
   * this one.
   */
  readonly flow: Flow;
  /** Path of the flow's file from the repository's top, to find it on the default branch. */
  readonly flowFile: string;
  /** `--flows-are-authoritative`: said by hand; it counts only where there is no remote. */
  readonly flowsAreAuthoritative: boolean;
  /** The policy on disk; it counts where there is no remote to read it from. */
  readonly localPolicy?: Policy;
  readonly plan: Stored<Plan>;
  readonly batch: PlannedBatch;
  readonly at: BatchRef;
  readonly range: Range;
  /** Whether the purge list names the batch. */
  readonly onList: boolean;
  /** `--dry-run`: the gate is evaluated, nothing is deleted. */
  readonly dryRun: boolean;
  /** Seals of batches of retired plans, found by their markers, and so by key. */
  readonly retiredSeals: readonly string[];
  readonly limits: PurgeLimits;
  readonly process: string;
  readonly signal?: AbortSignal;
}

/** A passed check. */
export const yes = (check: string, seen: string, needed: string): CheckLine => ({
  check,
  ok: true,
  seen,
  needed,
  outcome: "go",
});

/** A failed check. */
export const no = (
  outcome: Outcome,
  check: string,
  seen: string,
  needed: string,
  more: Pick<CheckLine, "earliestMs" | "next"> = {},
): CheckLine => ({ check, ok: false, seen, needed, outcome, ...more });
