// What `purge` says: to people, to programs, and by its exit code.
import type { BatchStatus } from "../ledger/state.ts";
import type { BatchPurged } from "../purge/purge-batch.ts";
import { EXIT } from "../runtime/errors.ts";
import { some } from "../runtime/words.ts";

/** What purging one flow came to. */
export interface FlowPurged {
  readonly flow: string;
  readonly batches: readonly (BatchPurged & { period: string; batch: string })[];
  readonly reconciled: number;
  readonly late: number;
  readonly closed: readonly string[];
  /** What could not be reconciled or closed, and why. */
  readonly failed: readonly string[];
  /** What is not due yet, in words; empty: nothing. */
  readonly waiting: string;
  readonly note: string | undefined;
}

/** Waiting is success; a quarantine is exit 4, a batch that stays purging exit 3. */
export function exitCodeFor(results: readonly FlowPurged[]): number {
  const outcomes = new Set(results.flatMap((r) => r.batches.map((b) => b.outcome)));
  if (outcomes.has("quarantine")) return EXIT.mismatch;
  const partial =
    outcomes.has("purging") ||
    outcomes.has("retry") ||
    results.some((r) => r.failed.length > 0 || r.note?.startsWith("a recount"));
  return partial ? EXIT.partial : EXIT.done;
}

/** How many batches cool, and until when. */
export function waitingText(statuses: readonly BatchStatus[]): string {
  const grace = statuses.filter((s) => s.waitsFor === "grace");
  const approval = statuses.filter((s) => s.waitsFor === "approval");
  const untilMs = Math.min(...grace.map((s) => s.untilMs ?? Number.POSITIVE_INFINITY));
  const first = Number.isFinite(untilMs)
    ? `, the first until ${new Date(untilMs).toISOString()}`
    : "";
  return [
    grace.length > 0 ? `cooling: ${some(grace.length, "batch", "batches")}${first}` : "",
    approval.length > 0 ? `to be approved: ${some(approval.length, "batch", "batches")}` : "",
  ]
    .filter(Boolean)
    .join("; ");
}

/** For people. */
export function describe(result: FlowPurged): string {
  const { flow, batches, reconciled, late, closed, note } = result;
  if (note) return `${flow}: ${note}.\n`;
  const points = batches.reduce((n, b) => n + b.points, 0n);
  const lines = batches.map((b) => `  ${b.period} ${b.batch}: ${b.outcome}: ${b.note}\n`);
  const rest = [
    reconciled > 0 ? `${some(reconciled, "batch", "batches")} reconciled` : "",
    late > 0 ? `late points in ${some(late, "batch", "batches")}` : "",
    closed.length > 0 ? `closed: ${closed.join(", ")}` : "",
    result.waiting,
    ...result.failed.map((failure) => `FAILED: ${failure}`),
  ].filter(Boolean);
  const purged = batches.filter((b) => b.outcome === "purged").length;
  return (
    `${flow}: ${purged} of ${batches.length} batches purged, ${points} points deleted from hot.\n` +
    lines.join("") +
    (rest.length > 0 ? `  ${rest.join("; ")}\n` : "") +
    (purged > 0 ? "  LevelDB frees the disk only when it compacts.\n" : "")
  );
}

/** For `--json`. */
export function toJson(result: FlowPurged): object {
  return {
    ...result,
    note: result.note ?? null,
    batches: result.batches.map(({ gate, points, ...rest }) => ({
      ...rest,
      points: String(points),
      gate: gate?.lines ?? [],
    })),
  };
}
