// What a run should do next, from the batches' derived states. Pure.
import type { BatchStatus } from "../ledger/state.ts";

/** The steps that a batch may be due for. */
export type Step = "archive" | "verify" | "purge";

/** The step that a batch's state asks for; undefined: it waits, or is done. */
export function dueStep(status: BatchStatus): Step | undefined {
  switch (status.state) {
    case "planned":
    case "late":
      return "archive";
    case "archived":
      return "verify";
    case "approved":
    case "purging":
      return "purge";
    case "verified":
    case "cooling":
    case "purged":
    case "reconciled":
    case "empty":
      return undefined;
  }
}

/**
 * Whether a step has work on a batch. A batch that is purging is due for more than its purge: late
 * points made a further attempt of it, whose seal must be verified before the gate can rest on it.
 */
export function isDue(status: BatchStatus, step: Step): boolean {
  if (dueStep(status) === step) return true;
  return (
    step === "verify" && status.state === "purging" && status.seal !== undefined && !status.verified
  );
}

/** Whether a batch has reached its end. */
export function isEnded(status: BatchStatus): boolean {
  return status.state === "reconciled" || status.state === "empty";
}

/** How many batches are in each state. */
export function tally(statuses: Iterable<BatchStatus>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of statuses) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
