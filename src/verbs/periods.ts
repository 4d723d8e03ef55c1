// The periods of a flow that a verb works on, with their batches' states.
import {
  indexPeriods,
  type PeriodLedger,
  readPeriod,
  type RulingPlan,
} from "../cellar/snapshot.ts";
import type { Cold } from "../cellar/cold.ts";
import type { Flow } from "../flow/flow.ts";
import type { BatchStatus } from "../ledger/state.ts";
import { type DatedApproval, deriveStatuses } from "../plan/statuses.ts";
import { parseDuration, fixedMs } from "../flow/duration.ts";
import { GC_WAIT_LEAST_MS, PURGE_LIMITS, type PurgeLimits } from "../purge/limits.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { approvalsFor } from "./approvals.ts";
import { type Invocation, textOption } from "./verb.ts";

/** A period with a ruling plan. */
export interface RuledPeriod {
  readonly ledger: PeriodLedger;
  readonly ruling: RulingPlan;
  readonly statuses: readonly BatchStatus[];
}

/** The purge's limits, with what the command line changes. Throws "usage". */
export function limitsOf(inv: Invocation): PurgeLimits {
  const said = textOption(inv.options, "gc-wait");
  const usual = { ...PURGE_LIMITS, ...inv.io.limits };
  if (said === undefined) return usual;
  const parsed = parseDuration(said);
  const gcWaitMs = parsed && fixedMs(parsed);
  if (gcWaitMs === undefined || gcWaitMs < GC_WAIT_LEAST_MS) {
    throw new CellarmanError("usage", `--gc-wait ${said}: at least PT4H is needed`, {
      hint: "Ask the store's operator for rgw_gc_obj_min_wait; its default is two hours.",
    });
  }
  return { ...usual, gcWaitMs };
}

/** Reads one period and derives its states; undefined where no plan rules it. */
export async function readRuled(
  inv: Invocation,
  flow: Flow,
  cold: Cold,
  period: string,
  nowMs: number,
): Promise<RuledPeriod | undefined> {
  const ledger = await readPeriod(cold, { flow: flow.name, period });
  const approvals = await approvalsFor(inv, flow, cold, ledger);
  return ruled(flow, ledger, nowMs, limitsOf(inv), approvals);
}

/** Derives the states of one period; undefined where no plan rules it. */
export function ruled(
  flow: Flow,
  ledger: PeriodLedger,
  nowMs: number,
  limits: PurgeLimits,
  approvals: readonly DatedApproval[] = ledger.approvals,
): RuledPeriod | undefined {
  const { ruling } = ledger;
  if (!ruling) return undefined;
  const statuses = deriveStatuses({
    flow,
    batches: ruling.batches,
    approvals,
    marksOf: (batch) => ledger.marksOf(batch),
    nowMs,
    gcWaitMs: limits.gcWaitMs,
    approvalMs: limits.approvalMs,
  });
  return { ledger, ruling, statuses };
}

/**
 * The open periods of a flow that have a plan, oldest first; `--period P` names one, `among` some.
 */
export async function openPeriods(
  inv: Invocation,
  flow: Flow,
  cold: Cold,
  among?: ReadonlySet<string>,
): Promise<RuledPeriod[]> {
  const only = textOption(inv.options, "period");
  const nowMs = await cold.nowMs();
  const periods: RuledPeriod[] = [];
  for (const { period, closed } of await indexPeriods(cold, flow.name)) {
    if (closed || (only !== undefined && period !== only)) continue;
    if (among && !among.has(period)) continue;
    const found = await readRuled(inv, flow, cold, period, nowMs);
    if (found) periods.push(found);
  }
  return periods;
}
