// Which periods a change adds, drops or moves, and from when each may be deleted. Pure.
import type { Flow, PeriodKind } from "../flow/flow.ts";
import { dueAtMs, duePeriods, nextPeriod, type Period, periodOf } from "../plan/period.ts";
import type { FlowFacts } from "./facts.ts";

/** When a period may leave hot at the earliest, ms; null: never. */
export interface Outlook {
  readonly period: Period;
  readonly dueMs: number | null;
  readonly deletedFromMs: number | null;
}

/** One period on both sides; undefined: the side does not know it, or not yet. */
export interface PeriodChange {
  readonly period: Period;
  readonly kind: "added" | "dropped" | "moved" | "same";
  readonly before: Outlook | undefined;
  readonly after: Outlook | undefined;
}

/** Periods that are due now, and the next one of each side. */
export function periodChanges(
  before: Flow | undefined,
  after: Flow | undefined,
  facts: FlowFacts,
  nowMs: number,
): PeriodChange[] {
  const all = new Map<string, { every: PeriodKind; period: Period }>();
  for (const flow of [before, after]) {
    for (const period of flow ? known(flow, nowMs) : [])
      all.set(`${period.fromMs} ${period.toMs}`, { every: flow?.period.every ?? "month", period });
  }
  return [...all.values()]
    .toSorted((a, b) => a.period.fromMs - b.period.fromMs)
    .map(({ every, period }) => {
      const side = (flow: Flow | undefined): Outlook | undefined =>
        flow && belongs(flow, every, period) ? outlook(flow, period, facts, nowMs) : undefined;
      const sides = { before: side(before), after: side(after) };
      return { period, kind: kindOf(sides, nowMs), ...sides };
    });
}

/** Whether a flow will ever do a period. */
const belongs = ({ period: rule }: Flow, every: PeriodKind, period: Period): boolean =>
  rule.every === every && period.fromMs >= periodOf(every, rule.first).fromMs;

/** Due periods, and the next: the first that this side will do in future. */
function known(flow: Flow, nowMs: number): Period[] {
  const { every, first, keepHot } = flow.period;
  const due = duePeriods(every, first, keepHot, nowMs);
  const last = due.at(-1);
  return [...due, last ? nextPeriod(every, last) : periodOf(every, first)];
}

function kindOf(
  { before, after }: Pick<PeriodChange, "before" | "after">,
  nowMs: number,
): PeriodChange["kind"] {
  const isDue = (side: Outlook | undefined): boolean =>
    side !== undefined && side.dueMs !== null && side.dueMs <= nowMs;
  if (isDue(after) && !isDue(before)) return "added";
  if (isDue(before) && !isDue(after)) return "dropped";
  if (isDue(before) || !before || !after) return "same";
  return before.dueMs === after.dueMs ? "same" : "moved";
}

function outlook(flow: Flow, period: Period, facts: FlowFacts, nowMs: number): Outlook {
  const dueMs = dueAtMs(period, flow.period.keepHot);
  return { period, dueMs, deletedFromMs: deletedFrom(flow, period, dueMs, facts, nowMs) };
}

/**
 * The earliest moment of a delete: after keep-hot, and after the grace, which begins when the batch
 * is verified; what is not verified yet can be verified now at the earliest.
 */
function deletedFrom(
  flow: Flow,
  period: Period,
  dueMs: number,
  facts: FlowFacts,
  nowMs: number,
): number | null {
  if (flow.purge.mode === "never") return null;
  const own = facts.periods?.get(period.name);
  if (own?.state === "closed") return null;
  const verifiedMs = own?.verifiedMs ?? Math.max(dueMs, nowMs);
  return Math.max(dueMs, verifiedMs + flow.purge.graceMs);
}

/**
 * What the change does to a period's deletion: `unasked` takes the approval away, `other series`
 * deletes what was not selected before.
 */
export interface DeletionChange {
  readonly period: Period;
  readonly kind:
    | "deleted"
    | "spared"
    | "earlier"
    | "later"
    | "unasked"
    | "other series"
    | "as before";
  readonly beforeMs: number | null;
  readonly afterMs: number | null;
}

/** What is deleted, and from when, before and after; periods that neither deletes are left out. */
export function deletionChanges(
  changes: readonly PeriodChange[],
  how: { readonly isUnasked: boolean; readonly isReselected: boolean },
): DeletionChange[] {
  return changes
    .map(({ period, before, after }) => {
      const beforeMs = before?.deletedFromMs ?? null;
      const afterMs = after?.deletedFromMs ?? null;
      const plain = deletionKind(beforeMs, afterMs);
      const isAsBefore = plain === "as before" && afterMs !== null;
      const more = how.isUnasked ? "unasked" : how.isReselected ? "other series" : plain;
      return { period, beforeMs, afterMs, kind: isAsBefore ? more : plain };
    })
    .filter(({ beforeMs, afterMs }) => beforeMs !== null || afterMs !== null);
}

function deletionKind(before: number | null, after: number | null): DeletionChange["kind"] {
  if (before === null) return "deleted";
  if (after === null) return "spared";
  if (before === after) return "as before";
  return after < before ? "earlier" : "later";
}
