// What the ledger tells of a flow: for `status` and `report`. Reads records and listings; no hot
// store, no data object.
import type { Cold } from "../cellar/cold.ts";
import { type ActiveHold, readHolds, serverId } from "../cellar/holds.ts";
import { readQuoted, readRecord, type Stored } from "../cellar/records.ts";
import { indexPeriods, type IndexedPeriod, type PeriodLedger } from "../cellar/snapshot.ts";
import type { Flow } from "../flow/flow.ts";
import { rulingKey } from "../ledger/keys.ts";
import { planRecord, rulingRecord } from "../ledger/records.ts";
import { type Closed, closedRecord } from "../ledger/receipts.ts";
import { dueAtMs, duePeriods, nextPeriod, periodOf } from "../plan/period.ts";
import type { DatedApproval } from "../plan/statuses.ts";
import type { PurgeLimits } from "../purge/limits.ts";
import { stalledRecount } from "../purge/recount.ts";
import { type OpenPeriod, readOpenPeriod } from "./open-period.ts";

/** A period that is closed: all that is read of it is its one receipt. */
export interface ClosedPeriod {
  readonly kind: "closed";
  readonly period: string;
  /** By the store's clock, ms. */
  readonly atMs: number;
  readonly receipt: Closed;
}

/** A period that is due and that no plan rules. */
export interface UnplannedPeriod {
  readonly kind: "unplanned";
  readonly period: string;
}

export type PeriodView = ClosedPeriod | OpenPeriod | UnplannedPeriod;

/** One flow by its ledger. */
export interface FlowView {
  readonly flow: Flow;
  /** The store's clock, ms. */
  readonly nowMs: number;
  /** Oldest first. */
  readonly periods: readonly PeriodView[];
  /** Holds in force on everything, on the flow's server or on the flow. */
  readonly holds: readonly ActiveHold[];
  /** Purges do not start on the flow's server: the recount of this batch did not end in time. */
  readonly stalled: { flow: string; period: string; batch: string } | undefined;
  /** The next period that becomes due, and when, ms. */
  readonly nextDue: { readonly period: string; readonly atMs: number };
}

/** What an overview is read with. */
export interface Reading {
  readonly cold: Cold;
  readonly flow: Flow;
  readonly limits: PurgeLimits;
  /** The approvals of a period as the flow says who approves; left out: those in the bucket. */
  readonly approvalsOf?: (
    ledger: Pick<PeriodLedger, "at" | "approvals">,
  ) => Promise<readonly DatedApproval[]>;
  readonly signal?: AbortSignal;
}

/**
 * Reads a flow's overview; `only` names the one period to look into. Throws on anything unreadable.
 */
export async function readFlowView(reading: Reading, only?: string): Promise<FlowView> {
  const { cold, flow } = reading;
  const nowMs = await cold.nowMs();
  const index = await indexPeriods(cold, flow.name);
  const periods: PeriodView[] = [];
  for (const known of withDue(index, flow, nowMs)) {
    reading.signal?.throwIfAborted();
    if (only !== undefined && known.period !== only) continue;
    periods.push(await readPeriodView(reading, known, nowMs));
  }
  const server = await rulingServer(reading, index);
  return {
    flow,
    nowMs,
    periods,
    holds: await flowHolds(cold, flow.name, new Set([flow.source.warp10, server])),
    stalled: await stalledRecount(cold, server),
    nextDue: nextDueOf(flow, nowMs),
  };
}

/** Planned periods, and those that are due without a plan. */
function withDue(index: readonly IndexedPeriod[], flow: Flow, nowMs: number): IndexedPeriod[] {
  const { every, first, keepHot } = flow.period;
  const known = new Set(index.map((p) => p.period));
  const due = duePeriods(every, first, keepHot, nowMs)
    .filter((p) => !known.has(p.name))
    .map((p) => ({ period: p.name, closed: undefined }));
  return [...index, ...due].toSorted((a, b) => (a.period < b.period ? -1 : 1));
}

async function readPeriodView(
  reading: Reading,
  { period, closed }: IndexedPeriod,
  nowMs: number,
): Promise<PeriodView> {
  const receipt = closed && (await readRecord(reading.cold, closed.key, closedRecord));
  if (receipt) {
    return { kind: "closed", period, atMs: receipt.lastModifiedMs, receipt: receipt.value };
  }
  return (await readOpenPeriod(reading, period, nowMs)) ?? { kind: "unplanned", period };
}

function flowHolds(cold: Cold, flow: string, servers: ReadonlySet<string>): Promise<ActiveHold[]> {
  const scopes = [...servers].map((url) => ({ kind: "server", server: serverId(url) }) as const);
  const read = readHolds(cold, [{ kind: "all" }, ...scopes, { kind: "flow", flow }]);
  return read.then(({ active }) => [...active]);
}

/** The server as the newest plan names it: holds and recounts are kept under that address. */
async function rulingServer(
  { cold, flow }: Reading,
  index: readonly IndexedPeriod[],
): Promise<string> {
  const newest = index.at(-1);
  const at = newest && { flow: flow.name, period: newest.period };
  const ruling = at && (await readRecord(cold, rulingKey(at, 1), rulingRecord));
  if (!ruling) return flow.source.warp10;
  const plan: Stored<{ server: string }> = await readQuoted(cold, ruling.value.plan, planRecord);
  return plan.value.server;
}

function nextDueOf(flow: Flow, nowMs: number): FlowView["nextDue"] {
  const { every, first, keepHot } = flow.period;
  const last = duePeriods(every, first, keepHot, nowMs).at(-1);
  const next = last ? nextPeriod(every, last) : periodOf(every, first);
  return { period: next.name, atMs: dueAtMs(next, keepHot) };
}
