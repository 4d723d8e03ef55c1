// What a batch waits for, until when, and the command that comes next. Pure.
import type { BatchStatus } from "../ledger/state.ts";

/** What something waits for. */
export interface Wait {
  readonly for: string;
  /** When it is over at the earliest, ms; undefined: time alone will not do. */
  readonly untilMs: number | undefined;
  /** The command that comes next; undefined: nothing is to be done. */
  readonly next: string | undefined;
}

/** Where a batch stands, for its wait. */
export interface WaitContext {
  readonly flow: string;
  readonly period: string;
  /** When the batch was purged, and how long after that it is reconciled, ms. */
  readonly purgedMs: number | undefined;
  readonly reconcileMs: number;
}

/** What one batch waits for; undefined: it is done. */
export function waitOf(status: BatchStatus, context: WaitContext): Wait | undefined {
  const { flow, period, purgedMs, reconcileMs } = context;
  const wait = (what: string, next?: string, untilMs?: number): Wait => ({
    for: what,
    untilMs,
    next,
  });
  const verb = (name: string): string => `cellarman ${name} ${flow} --period ${period}`;
  switch (status.state) {
    case "planned":
      return wait("archiving", verb("archive"));
    case "late":
      return wait("a further attempt: hot holds points that the archive lacks", verb("archive"));
    case "archived":
      return wait("verification", verb("verify"));
    case "verified":
      return wait("nothing: purge.mode is never");
    case "cooling":
      return status.waitsFor === "approval"
        ? wait("approval", `cellarman approve ${flow} ${period}`)
        : wait("grace", undefined, status.untilMs);
    case "approved":
      return wait("its turn on the purge list", `cellarman run ${flow}`);
    case "purging":
      return wait("a recount that finds nothing left", verb("purge"));
    case "purged":
      return wait("reconciliation", verb("purge"), purgedMs && purgedMs + reconcileMs);
    case "reconciled":
    case "empty":
      return undefined;
  }
}

/** Several batches that wait for the same. */
export interface WaitGroup {
  readonly wait: Wait;
  readonly batches: number;
  /** When the first and the last of them may go on, ms. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

/** Groups waits that ask for the same, most batches first. */
export function groupWaits(waits: readonly (Wait | undefined)[]): WaitGroup[] {
  const known = waits.filter((w) => w !== undefined);
  const groups = Map.groupBy(known, (w) => `${w.for}\n${w.next ?? ""}`).values();
  return [...groups]
    .map(([wait, ...more]) => {
      const times = [wait, ...more].map((w) => w?.untilMs).filter((ms) => ms !== undefined);
      return {
        wait: wait ?? { for: "", untilMs: undefined, next: undefined },
        batches: more.length + 1,
        firstMs: times.length === 0 ? undefined : Math.min(...times),
        lastMs: times.length === 0 ? undefined : Math.max(...times),
      };
    })
    .toSorted((a, b) => b.batches - a.batches);
}
