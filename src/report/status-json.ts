// What `status --json` gives to programs. 64-bit values are decimal texts, moments ISO 8601.
import { tally } from "../plan/due.ts";
import type { BatchView, OpenPeriod } from "./open-period.ts";
import type { FlowView, PeriodView } from "./overview.ts";
import { groupWaits } from "./waits.ts";
import { holdJson, isHeld, iso, totalsOf } from "./words.ts";

/** One flow with its periods, without batches. */
export function flowJson(view: FlowView): object {
  const { flow, holds, stalled, nextDue } = view;
  return {
    flow: flow.name,
    mode: flow.purge.mode,
    now: iso(view.nowMs),
    nextDue: { period: nextDue.period, at: iso(nextDue.atMs) },
    holds: holds.map((h) => holdJson(flow.name, h)),
    stalledRecount: stalled ? { period: stalled.period, batch: stalled.batch } : null,
    periods: view.periods.map((p) => periodJson(flow.name, p)),
  };
}

/** One period, without batches. */
export function periodJson(flow: string, view: PeriodView): object {
  const { batches, points, bytes } = totalsOf(view);
  return {
    period: view.period,
    state: view.kind,
    closedAt: iso(view.kind === "closed" ? view.atMs : undefined),
    batches,
    points: String(points),
    bytes: String(bytes),
    ...(view.kind === "open" ? openJson(flow, view) : {}),
  };
}

function openJson(flow: string, open: OpenPeriod): object {
  const ids = (state: string): string[] =>
    open.batches.filter((b) => b.status.state === state).map((b) => b.status.batch.id);
  return {
    plan: open.planKey,
    states: tally(open.batches.map((b) => b.status)),
    waits: groupWaits(open.batches.map((b) => b.wait)).map((g) => ({
      for: g.wait.for,
      batches: g.batches,
      first: iso(g.firstMs),
      until: iso(g.lastMs),
      next: g.wait.next ?? null,
    })),
    holds: open.holds.map((h) => holdJson(flow, h)),
    late: open.batches.reduce((n, b) => n + b.status.lateCount, 0),
    purging: ids("purging"),
    unsealedAttempts: open.attempts.unsealed,
    unsealedBytes: String(open.attempts.bytes),
    filesLeft: open.filesLeft,
    lost: open.lost,
  };
}

/** One batch of an open period. */
export function batchJson(view: FlowView, open: OpenPeriod, batch: BatchView): object {
  const { status, wait } = batch;
  const { id, range, selector, series, parents } = status.batch;
  return {
    batch: id,
    state: status.state,
    held: isHeld(view, open.period, batch),
    range,
    selector,
    series,
    parents,
    seal: status.seal?.key ?? null,
    seals: batch.seals,
    points: String(batch.points),
    pointsAreExact: batch.seals <= 1,
    bytes: String(batch.bytes),
    late: status.lateCount,
    archivedAt: iso(batch.archivedMs),
    verifiedAt: iso(batch.verifiedMs),
    purgedAt: iso(batch.purgedMs),
    waitsFor: wait?.for ?? null,
    until: iso(wait?.untilMs),
    next: wait?.next ?? null,
  };
}
