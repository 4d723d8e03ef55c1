// Which batches a run was to move, and which job had each: by the record that `plan` wrote. Pure.
import type { Legs } from "../ledger/records.ts";
import type { Step } from "../plan/due.ts";
import type { BatchView, OpenPeriod } from "../report/open-period.ts";
import type { FlowView } from "../report/overview.ts";
import { isDue } from "../plan/due.ts";

/** The leg that had a batch; undefined: none of this run. */
export type Assigned = (step: Step, period: string, batch: BatchView) => string | undefined;

/**
 * What a record says; null: the run had nothing for the flow. A batch that was split while it was
 * worked on is its parent's leg's.
 */
export function assignedBy(record: Legs | null): Assigned {
  const legs = new Map<string, string>();
  for (const { leg, step, periods } of record?.legs ?? []) {
    for (const { period, batches } of periods) {
      for (const batch of batches) legs.set(`${step} ${period} ${batch}`, leg);
    }
  }
  return (step, period, { status: { batch } }) =>
    [batch.id, ...batch.parents]
      .map((id) => legs.get(`${step} ${period} ${id}`))
      .find((leg) => leg !== undefined);
}

/** Batches of a step that are still due, by period. */
export interface Left {
  readonly open: OpenPeriod;
  readonly batches: readonly BatchView[];
}

/** What a run left undone of a step; without a record, of all that is due. */
export function leftOf(view: FlowView, step: Step, assigned: Assigned | undefined): Left[] {
  return view.periods
    .filter((p) => p.kind === "open")
    .map((open) => ({
      open,
      batches: open.batches.filter(
        (b) => isDue(b.status, step) && (!assigned || assigned(step, open.period, b) !== undefined),
      ),
    }))
    .filter(({ batches }) => batches.length > 0);
}
