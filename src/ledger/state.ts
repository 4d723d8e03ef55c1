// The state of a batch, derived from what lies in the ledger; no state is stored anywhere (design
// §3). Pure. Derived from listings: good for deciding what to do next. What permits a delete is
// decided by the gate alone.
import type { PlannedBatch } from "./records.ts";

/**
 * How far a batch is. `late`: hot held points that the archive lacked; a further attempt is due.
 */
export type BatchState =
  | "planned"
  | "late"
  | "archived"
  | "verified"
  | "cooling"
  | "approved"
  | "purging"
  | "purged"
  | "reconciled"
  | "empty";

/** One listed record. */
export interface Mark {
  readonly key: string;
  readonly id: string;
  /** By the store's clock, ms. */
  readonly atMs: number;
}

/** A late finding, by time and the seals that were known then. */
export interface LateMark extends Mark {
  readonly seals: readonly string[];
}

/** Everything listed of one batch. */
export interface BatchMarks {
  readonly seals: readonly Mark[];
  /** Verify receipts by seal id. */
  readonly verified: ReadonlyMap<string, Mark>;
  readonly findings: readonly LateMark[];
  readonly intents: number;
  /** Receipts of purges; `settles` counts the intents that each settles. */
  readonly purged: readonly (Mark & { readonly settles: number })[];
  readonly reconciled: readonly Mark[];
  readonly ended: readonly Mark[];
}

/** What of the flow the state depends on. */
export interface StateRules {
  readonly mode: "never" | "approve" | "automatic";
  /** The longer of grace and the store's garbage-collection wait, ms. */
  readonly coolMs: number;
  /** Keys of seals that an approval in force names. */
  readonly approvedSeals: ReadonlySet<string>;
  /** The store's clock, ms. */
  readonly nowMs: number;
}

/** A batch, its state, and what it waits for. */
export interface BatchStatus {
  readonly batch: PlannedBatch;
  readonly state: BatchState;
  /** The newest seal that counts, if any. */
  readonly seal: Mark | undefined;
  /** Whether that seal has a verify receipt. */
  readonly verified: boolean;
  /** A delete may have happened that no receipt settles, whatever else is due. */
  readonly openIntent: boolean;
  readonly waitsFor: "grace" | "approval" | undefined;
  /** When grace is over, ms; undefined where grace plays no part. */
  readonly untilMs: number | undefined;
  /** Further attempts asked for so far. */
  readonly lateCount: number;
}

const newest = <T extends Mark>(marks: readonly T[]): T | undefined =>
  marks.reduce<T | undefined>((best, m) => (!best || m.atMs >= best.atMs ? m : best), undefined);

/** Derives one batch's status. */
export function deriveStatus(
  batch: PlannedBatch,
  marks: BatchMarks,
  rules: StateRules,
): BatchStatus {
  const seal = newest(marks.seals);
  const settled = marks.purged.reduce((most, m) => Math.max(most, m.settles), 0);
  const openIntent = marks.intents > settled;
  const status = (state: BatchState, rest: Partial<BatchStatus> = {}): BatchStatus => ({
    batch,
    state,
    seal,
    verified: seal !== undefined && marks.verified.has(seal.id),
    openIntent,
    waitsFor: undefined,
    untilMs: undefined,
    lateCount: marks.findings.length,
    ...rest,
  });
  if (isUnanswered(marks)) return status("late");
  const purged = newest(marks.purged);
  if (openIntent) return status("purging");
  if (!seal) return status("planned");
  if (purged && purged.atMs >= seal.atMs) return status(endOf(purged, marks));
  const ended = newest(marks.ended);
  if (ended && ended.atMs >= seal.atMs) return status("empty");
  if (!marks.verified.has(seal.id)) return status("archived");
  return cooling(seal, rules, status);
}

function endOf(purged: Mark, marks: BatchMarks): BatchState {
  const reconciled = newest(marks.reconciled);
  return reconciled && reconciled.atMs >= purged.atMs ? "reconciled" : "purged";
}

/** A late finding is answered by a seal that was not known when it was made. */
function isUnanswered(marks: BatchMarks): boolean {
  const finding = newest(marks.findings);
  return finding !== undefined && marks.seals.every((s) => finding.seals.includes(s.key));
}

function cooling(
  seal: Mark,
  rules: StateRules,
  status: (state: BatchState, rest?: Partial<BatchStatus>) => BatchStatus,
): BatchStatus {
  if (rules.mode === "never") return status("verified");
  const untilMs = seal.atMs + rules.coolMs;
  if (rules.nowMs < untilMs) return status("cooling", { waitsFor: "grace", untilMs });
  const approved = rules.mode === "automatic" || rules.approvedSeals.has(seal.key);
  return approved
    ? status("approved", { untilMs })
    : status("cooling", { waitsFor: "approval", untilMs });
}
