// All batches of a period with their states, and what the flow says they wait for. Pure.
import type { Flow } from "../flow/flow.ts";
import { isDumpReceipt } from "../ledger/keys.ts";
import type { PlannedBatch } from "../ledger/records.ts";
import type { Approved, Proposed } from "../ledger/receipts.ts";
import {
  type BatchMarks,
  type BatchStatus,
  deriveStatus,
  type StateRules,
} from "../ledger/state.ts";

/** An approval, as far as states depend on it. */
export interface DatedApproval {
  readonly value: Approved | Proposed;
  /** Since when, by the store's clock. */
  readonly lastModifiedMs: number;
}

/** What the states of one period are derived from. */
export interface StatusInput {
  readonly flow: Flow;
  readonly batches: readonly PlannedBatch[];
  readonly approvals: readonly DatedApproval[];
  marksOf(batch: string): BatchMarks;
  /** The store's clock, ms. */
  readonly nowMs: number;
  readonly gcWaitMs: number;
  readonly approvalMs: number;
}

/** Derives every batch's status. */
export function deriveStatuses(input: StatusInput): BatchStatus[] {
  const inForce = input.approvals.filter((a) => input.nowMs - a.lastModifiedMs <= input.approvalMs);
  const rules: StateRules = {
    mode: input.flow.purge.mode,
    coolMs: Math.max(input.flow.purge.graceMs, input.gcWaitMs),
    approvedSeals: new Set(inForce.flatMap((a) => a.value.seals.map((q) => q.key))),
    nowMs: input.nowMs,
  };
  return input.batches.map((batch) => {
    const marks = input.marksOf(batch.id);
    return deriveStatus(batch, proves(input.flow) ? withoutDumps(marks) : marks, rules);
  });
}

/** Whether verifying proves what the archive's objects hold. */
const proves = ({ export: exported }: Flow): boolean =>
  exported.format !== "hfile" || exported.store !== null;

/** Receipts from before a store was named are none: such seals are verified again. */
function withoutDumps(marks: BatchMarks): BatchMarks {
  const proven = [...marks.verified].filter(([, mark]) => !isDumpReceipt(mark.id));
  return { ...marks, verified: new Map(proven) };
}
