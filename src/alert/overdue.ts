// Which periods are overdue: archived too late, or waiting too long for a purge that is done
// elsewhere (design §5, `alerts.overdue-after`). Pure.
import { dueAtMs, periodOf } from "../plan/period.ts";
import type { BatchView, OpenPeriod } from "../report/open-period.ts";
import type { FlowView, PeriodView } from "../report/overview.ts";
import { minute, plural } from "../report/words.ts";
import { type BatchRow, type Cause, cause } from "./trouble.ts";

/**
 * The causes "overdue" of a flow; `purgesElsewhere`: no job of CI purges it. `changedMs`: when its
 * file last changed; a flow without any plan is new until `overdue-after` has passed since.
 */
export function overdueCauses(view: FlowView, purgesElsewhere: boolean, changedMs = 0): Cause[] {
  const lateMs = view.nowMs - view.flow.alerts.overdueAfterMs;
  // A time that is still to come is a clock that is wrong, and excuses nothing.
  if (isUnplanned(view) && changedMs >= lateMs && changedMs <= view.nowMs) return [];
  const archives = view.periods.flatMap((p) => archiveOverdue(view, p, lateMs) ?? []);
  if (!purgesElsewhere || view.flow.purge.mode === "never") return archives;
  return [...archives, ...view.periods.flatMap((p) => purgeOverdue(view, p, lateMs) ?? [])];
}

/** Whether nothing of the flow has begun. */
export const isUnplanned = ({ periods }: FlowView): boolean =>
  periods.every((p) => p.kind === "unplanned");

function archiveOverdue(view: FlowView, period: PeriodView, lateMs: number): Cause | undefined {
  const { flow } = view;
  if (period.kind === "closed") return undefined;
  const dueMs = dueAtMs(periodOf(flow.period.every, period.period), flow.period.keepHot);
  if (dueMs >= lateMs || progressMs(view, period) >= lateMs) return undefined;
  const since = `is due since ${minute(dueMs)}`;
  const key = `overdue ${period.period}`;
  if (period.kind === "unplanned") {
    const what = `${period.period} ${since} and has no plan`;
    return cause(key, what, `cellarman run ${flow.name}`);
  }
  const open = period.batches.filter(lacksArchive);
  if (open.length === 0) return undefined;
  const without = plural(open.length, "batch is", "batches are");
  const what = `${period.period} ${since}, and ${without} not archived and verified`;
  const rows = open.map((b) => rowOf(period, b));
  return cause(key, what, `cellarman run ${flow.name}`, { rows });
}

/**
 * Whether a batch has no proven archive. One that waits for a further attempt has an archive
 * already: what is late there is the writer of the points, and said elsewhere.
 */
const lacksArchive = ({ status, seals }: BatchView): boolean =>
  status.state === "planned" || status.state === "archived" || (status.state === "late" && !seals);

/**
 * When the flow last came forward, for this period's sake: a backlog that is being worked off is
 * not overdue. A period that has a seal counts by itself; one without, by the flow.
 */
function progressMs({ periods }: FlowView, period: PeriodView): number {
  const own = newestMs(period);
  if (own > 0) return own;
  return Math.max(0, ...periods.map(newestMs));
}

function newestMs(period: PeriodView): number {
  if (period.kind === "closed") return period.atMs;
  if (period.kind === "unplanned") return 0;
  return period.batches.reduce(
    (best, b) => Math.max(best, b.archivedMs ?? 0, b.verifiedMs ?? 0),
    0,
  );
}

function purgeOverdue({ flow }: FlowView, period: PeriodView, lateMs: number): Cause | undefined {
  if (period.kind !== "open") return undefined;
  const waiting = period.batches.filter((b) => waitsForPurge(b) && sinceMs(b) < lateMs);
  if (waiting.length === 0) return undefined;
  const oldest = Math.min(...waiting.map(sinceMs));
  const isApproval = waiting.every((b) => b.status.waitsFor === "approval");
  const what =
    `${period.period}: ${plural(waiting.length, "batch waits", "batches wait")} ` +
    `for ${isApproval ? "approval" : "cellarman purge"}, oldest since ${minute(oldest)}`;
  const next = isApproval ? `approve ${flow.name} ${period.period}` : `purge ${flow.name}`;
  const rows = waiting.map((b) => rowOf(period, b));
  return cause(`purge overdue ${period.period}`, what, `cellarman ${next}`, { rows });
}

/** Whether nothing but a person or a purge is missing. */
export const waitsForPurge = ({ status }: BatchView): boolean =>
  status.state === "approved" || (status.state === "cooling" && status.waitsFor === "approval");

const sinceMs = ({ status }: BatchView): number => status.untilMs ?? Infinity;

/** A batch as a row of a cause. */
export const rowOf = ({ period }: OpenPeriod, { status }: BatchView): BatchRow => ({
  period,
  batch: status.batch.id,
  state: status.state,
  class: undefined,
  message: "",
  log: undefined,
});

/** How many batches wait for a purge, and since when, ms; undefined: none. */
export function waitingForPurge(
  view: FlowView,
): { readonly batches: number; readonly oldestMs: number } | undefined {
  const waiting = view.periods
    .flatMap((p) => (p.kind === "open" ? p.batches : []))
    .filter(waitsForPurge);
  if (waiting.length === 0) return undefined;
  return { batches: waiting.length, oldestMs: Math.min(...waiting.map(sinceMs)) };
}
