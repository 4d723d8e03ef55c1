// What `plan` says to programs.
import { tally } from "../plan/due.ts";
import type { CellarmanError } from "../runtime/errors.ts";
import { coverJson } from "./approval-cover.ts";
import type { FlowPlanned } from "./plan.ts";
import { matrixOf } from "./legs-record.ts";
import type { PlannedLegs } from "./plan-legs.ts";

/** A flow that could not be planned, while others could. */
export interface Broken {
  /** The flow's name, or its file where that cannot be read. */
  readonly flow: string;
  readonly error: CellarmanError;
}

/** One flow's plans for `--json`. */
export function planJson(planned: FlowPlanned): object {
  return {
    flow: planned.flow,
    nextDue: planned.nextDueMs === undefined ? null : new Date(planned.nextDueMs).toISOString(),
    periods: planned.periods.map(({ ledger, ruling, statuses }) => ({
      period: ledger.at.period,
      plan: ruling.plan.sha256,
      fresh: planned.fresh.includes(ledger.at.period),
      series: ruling.plan.value.coverage.rootSeries,
      coverage: ruling.plan.value.coverage,
      batches: statuses.length,
      states: tally(statuses),
    })),
    purgeList: {
      key: planned.purgeList.key ?? null,
      batches: planned.purgeList.entries.map(({ period, batch }) => ({ period, batch })),
      leftOut: planned.purgeList.leftOut,
      runs: planned.purgeList.runs,
    },
    toReview: planned.toReview.map(coverJson),
    shards: planned.shards,
  };
}

/** The legs for `--json`: what the jobs after `plan` are made of. */
export function legsJson(planned: PlannedLegs, broken: readonly Broken[]): object {
  const { id, legs, review, proposes, elsewhere } = planned;
  return {
    plan: id,
    matrices: {
      archive: matrixOf(legs.archive),
      verify: matrixOf(legs.verify),
      purge: matrixOf(legs.purge),
      reviewed: matrixOf(legs.reviewed),
    },
    review,
    proposes,
    elsewhere: elsewhere.map(({ flow, batches, sinceMs }) => ({
      flow,
      batches,
      since: new Date(sinceMs).toISOString(),
    })),
    broken: broken.map(({ flow, error }) => ({
      flow,
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
      retryable: error.retryable,
    })),
  };
}
