// One look at everything that the ledger holds of a period: a listing per role, and the few records
// whose content matters for deciding what is due. What permits a delete is read again, by the gate.
import {
  idOfKey,
  isDumpReceipt,
  parseBatchRecordKey,
  type PeriodRef,
  periodPrefix,
  retiredKey,
  rulingKey,
} from "../ledger/keys.ts";
import {
  type Plan,
  type PlannedBatch,
  planRecord,
  retiredRecord,
  rulingRecord,
  type Supplement,
  supplementRecord,
} from "../ledger/records.ts";
import { type Approved, approvedRecord, findingRecord } from "../ledger/receipts.ts";
import type { BatchMarks, LateMark, Mark } from "../ledger/state.ts";
import type { Cold, Listed } from "./cold.ts";
import { ifReadable, NUMBERED_MAX, readQuoted, readRecord, type Stored } from "./records.ts";

/** The plan that rules a period, and what was added to it. */
export interface RulingPlan {
  readonly plan: Stored<Plan>;
  readonly supplements: readonly Stored<Supplement>[];
  /** Every batch that still stands: not replaced by a split. */
  readonly batches: readonly PlannedBatch[];
}

/** A period's ledger, as listed. */
export interface PeriodLedger {
  readonly at: PeriodRef;
  readonly ruling: RulingPlan | undefined;
  readonly approvals: readonly Stored<Approved>[];
  /** Keys of all seals of the period that are not withdrawn, of whatever plan. */
  readonly seals: readonly string[];
  /** Keys of all purge intents of the period. */
  readonly intents: readonly string[];
  marksOf(batch: string): BatchMarks;
}

/**
 * Reads what rules and what happened in one period. Throws on anything unreadable, for unknown
 * blocks; but a finding that cannot be read blocks its batch alone, until a further attempt.
 */
export async function readPeriod(cold: Cold, at: PeriodRef): Promise<PeriodLedger> {
  const roles = ["seals", "verified", "findings", "purged", "reconciled", "ended", "withdrawn"];
  const [ruling, approvals, intents, ...listed] = await Promise.all([
    readRuling(cold, at),
    readAll(cold, periodPrefix("approved", at), approvedRecord),
    list(cold, periodPrefix("intents", at)),
    ...roles.map((role) => list(cold, periodPrefix(role, at))),
  ]);
  const [
    seals = [],
    verified = [],
    findings = [],
    purged = [],
    reconciled = [],
    ended = [],
    gone = [],
  ] = listed;
  const withdrawn = new Set(gone.map((o) => idOfKey(o.key)));
  const valid = seals.filter((o) => !withdrawn.has(idOfKey(o.key)));
  const late = await Promise.all(findings.map((o) => readLate(cold, o, seals)));
  const byBatch = {
    seals: group(valid.map(markOf)),
    verified: group(verified.map(markOf)),
    findings: group(late),
    purged: group(purged.map(markOf)),
    reconciled: group(reconciled.map(markOf)),
    ended: group(ended.map(markOf)),
    intents: Map.groupBy(intents, (o) => o.key.split("/")[3] ?? ""),
  };
  return {
    at,
    ruling,
    approvals,
    seals: valid.map((o) => o.key),
    intents: intents.map((o) => o.key),
    marksOf: (batch) => ({
      seals: byBatch.seals.get(batch) ?? [],
      verified: receiptsBySeal(byBatch.verified.get(batch) ?? []),
      findings: byBatch.findings.get(batch) ?? [],
      intents: byBatch.intents.get(batch)?.length ?? 0,
      purged: (byBatch.purged.get(batch) ?? []).map((m) => ({
        ...m,
        settles: Number(m.id.split(".")[0]),
      })),
      reconciled: byBatch.reconciled.get(batch) ?? [],
      ended: byBatch.ended.get(batch) ?? [],
    }),
  };
}

/** Receipts by seal; of several of one seal, one that proves what its objects hold. */
function receiptsBySeal(receipts: readonly Mark[]): Map<string, Mark> {
  const [dumps, whole] = [true, false].map((wanted) =>
    receipts.filter((m) => isDumpReceipt(m.id) === wanted),
  );
  const ordered = [...(dumps ?? []), ...(whole ?? [])];
  return new Map(ordered.map((m) => [m.id.split(".")[0] ?? "", m]));
}

const list = (cold: Cold, prefix: string): Promise<Listed[]> => Array.fromAsync(cold.list(prefix));

const markOf = (o: Listed): Mark => ({ key: o.key, id: idOfKey(o.key), atMs: o.lastModifiedMs });

function group<T extends Mark>(marks: readonly T[]): Map<string, T[]> {
  return Map.groupBy(marks, (m) => parseBatchRecordKey(m.key)?.batch ?? "");
}

/**
 * A finding permits nothing: it asks for a further attempt. One that is listed and cannot be read
 * asks all the same; every seal that is not younger counts as known to it, so that a later one
 * answers it.
 */
async function readLate(cold: Cold, o: Listed, seals: readonly Listed[]): Promise<LateMark> {
  const finding = await ifReadable(readRecord(cold, o.key, findingRecord));
  const older = seals.filter((s) => s.lastModifiedMs <= o.lastModifiedMs);
  return { ...markOf(o), seals: finding?.value.seals ?? older.map((s) => s.key) };
}

async function readAll<T>(
  cold: Cold,
  prefix: string,
  schema: Parameters<typeof readRecord<T>>[2],
): Promise<Stored<T>[]> {
  const listed = await list(cold, prefix);
  const records = await Promise.all(listed.map((o) => readRecord(cold, o.key, schema)));
  return records.filter((r) => r !== undefined);
}

/**
 * The plan that rules: the one that the first ruling record not retired names, else the oldest by
 * the store's clock, ties by name (design §3). Retirements are found by key, because they forbid.
 */
export async function readRuling(cold: Cold, at: PeriodRef): Promise<RulingPlan | undefined> {
  for (let n = 1; n <= NUMBERED_MAX; n++) {
    const ruling = await readRecord(cold, rulingKey(at, n), rulingRecord);
    if (!ruling) return n === 1 ? readOldestPlan(cold, at) : undefined;
    if (await readRecord(cold, retiredKey(at, n), retiredRecord)) continue;
    return withSupplements(cold, at, await readQuoted(cold, ruling.value.plan, planRecord));
  }
  return undefined;
}

async function readOldestPlan(cold: Cold, at: PeriodRef): Promise<RulingPlan | undefined> {
  const listed = (await list(cold, periodPrefix("plans", at))).filter((o) =>
    idOfKey(o.key).startsWith("plan-"),
  );
  const oldest = listed.toSorted(byAge)[0];
  const plan = oldest && (await readRecord(cold, oldest.key, planRecord));
  return plan && withSupplements(cold, at, plan);
}

const byAge = (a: Listed, b: Listed): number =>
  a.lastModifiedMs - b.lastModifiedMs || (a.key < b.key ? -1 : 1);

async function withSupplements(cold: Cold, at: PeriodRef, plan: Stored<Plan>): Promise<RulingPlan> {
  const listed = (await list(cold, periodPrefix("plans", at)))
    .filter((o) => idOfKey(o.key).startsWith("supplement-"))
    .toSorted(byAge);
  const supplements: Stored<Supplement>[] = [];
  for (const o of listed) {
    const read = await readRecord(cold, o.key, supplementRecord);
    if (read && read.value.plan === plan.sha256) supplements.push(read);
  }
  return { plan, supplements, batches: standingBatches(plan.value, supplements) };
}

/**
 * The plan's batches and those of supplements; of two supplements that split one batch the oldest
 * rules.
 */
export function standingBatches(
  plan: Plan,
  supplements: readonly Stored<Supplement>[],
): PlannedBatch[] {
  const standing = new Map(plan.batches.map((b) => [b.id, b]));
  for (const { value } of supplements) {
    if (value.reason === "split" && !value.replaces.every((id) => standing.has(id))) continue;
    if (value.reason === "split") for (const id of value.replaces) standing.delete(id);
    for (const batch of value.batches) standing.set(batch.id, batch);
  }
  return [...standing.values()];
}

/** A period of which anything is planned, and whether it is closed. */
export interface IndexedPeriod {
  readonly period: string;
  /** Its closed receipt, unless a supplement that came later reopened it. */
  readonly closed: Listed | undefined;
}

/** The flow's planned periods, oldest first, by two listings: closed periods cost nothing more. */
export async function indexPeriods(cold: Cold, flow: string): Promise<IndexedPeriod[]> {
  const [plans, closed] = await Promise.all([
    list(cold, `plans/${flow}/`),
    list(cold, `closed/${flow}/`),
  ]);
  const periodOf = (o: Listed): string => o.key.split("/")[2] ?? "";
  const receipts = Map.groupBy(closed, periodOf);
  return [...Map.groupBy(plans, periodOf)]
    .map(([period, objects]) => {
      const supplements = objects.filter((o) => idOfKey(o.key).startsWith("supplement-"));
      const reopenedMs = Math.max(0, ...supplements.map((o) => o.lastModifiedMs));
      const receipt = receipts.get(period)?.toSorted(byAge).at(-1);
      const isClosed = receipt !== undefined && receipt.lastModifiedMs > reopenedMs;
      return { period, closed: isClosed ? receipt : undefined };
    })
    .toSorted((a, b) => (a.period < b.period ? -1 : 1));
}
