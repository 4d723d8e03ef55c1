// One open period, as its ledger has it: every batch, what the archive holds of it, holds, failed
// attempts, lost seals.
import pLimit from "p-limit";
import type { Cold } from "../cellar/cold.ts";
import { type ActiveHold, readHolds } from "../cellar/holds.ts";
import { readRecord } from "../cellar/records.ts";
import { type PeriodLedger, readPeriod } from "../cellar/snapshot.ts";
import { type PeriodRef, periodPrefix } from "../ledger/keys.ts";
import { type Plan, type Seal, sealRecord } from "../ledger/records.ts";
import type { BatchStatus } from "../ledger/state.ts";
import { deriveStatuses } from "../plan/statuses.ts";
import { asCellarmanError } from "../runtime/errors.ts";
import type { Reading } from "./overview.ts";
import {
  type Attempts,
  filesLeft,
  type LostSeal,
  readAttempts,
  receiptsWithoutSeal,
} from "./open-period-gaps.ts";
import { type Wait, waitOf } from "./waits.ts";

/** One batch. Times are the store's, ms. */
export interface BatchView {
  readonly status: BatchStatus;
  /**
   * Valid seals. Where there are several, `points` is the largest one's: the archive holds at least
   * these.
   */
  readonly seals: number;
  readonly points: bigint;
  /** Of all valid seals. */
  readonly bytes: bigint;
  readonly archivedMs: number | undefined;
  readonly verifiedMs: number | undefined;
  readonly purgedMs: number | undefined;
  readonly wait: Wait | undefined;
}

/** A period that a plan rules and that is not closed. */
export interface OpenPeriod {
  readonly kind: "open";
  readonly period: string;
  readonly plan: Plan;
  readonly planKey: string;
  readonly batches: readonly BatchView[];
  /** Holds in force on the period or on one of its batches. */
  readonly holds: readonly ActiveHold[];
  readonly attempts: Attempts;
  readonly lost: readonly LostSeal[];
  /** Files that failed generations may have left where HFDUMP writes. */
  readonly filesLeft: readonly string[];
}

/** Reads of the bucket in flight. */
const READS = 16;

/** Reads an open period; undefined where no plan rules it. */
export async function readOpenPeriod(
  { cold, flow, limits, approvalsOf }: Reading,
  period: string,
  nowMs: number,
): Promise<OpenPeriod | undefined> {
  const at: PeriodRef = { flow: flow.name, period };
  const ledger = await readPeriod(cold, at);
  const { ruling } = ledger;
  if (!ruling) return undefined;
  const { found, lost } = await readSeals(cold, ledger.seals);
  const ids = ruling.batches.map((b) => b.id);
  const statuses = deriveStatuses({
    flow,
    batches: ruling.batches,
    approvals: approvalsOf ? await approvalsOf(ledger) : ledger.approvals,
    marksOf: (batch) => ledger.marksOf(batch),
    nowMs,
    gcWaitMs: limits.gcWaitMs,
    approvalMs: limits.approvalMs,
  });
  const byBatch = Map.groupBy(found, (s) => s.batch);
  const context = { ...at, reconcileMs: limits.reconcileMs };
  const attempts = await readAttempts(cold, at, found);
  return {
    kind: "open",
    period,
    plan: ruling.plan.value,
    planKey: ruling.plan.key,
    batches: statuses.map((s) => batchView(s, ledger, byBatch.get(s.batch.id) ?? [], context)),
    holds: await periodHolds(cold, at),
    attempts,
    filesLeft: await filesLeft(cold, at),
    lost: [...lost, ...(await receiptsWithoutSeal(cold, ledger, ids)), ...attempts.incomplete],
  };
}

async function readSeals(
  cold: Cold,
  keys: readonly string[],
): Promise<{ found: (Seal & { key: string })[]; lost: LostSeal[] }> {
  const found: (Seal & { key: string })[] = [];
  const lost: LostSeal[] = [];
  await pLimit(READS).map(keys, async (key) => {
    try {
      const seal = await readRecord(cold, key, sealRecord);
      if (seal) found.push({ ...seal.value, key });
      else lost.push({ seal: key, why: "it is listed and cannot be read" });
    } catch (thrown) {
      const error = asCellarmanError(thrown);
      if (error.code !== "unreadable") throw error;
      lost.push({ seal: key, why: error.message });
    }
  });
  return { found, lost };
}

function batchView(
  status: BatchStatus,
  ledger: PeriodLedger,
  seals: readonly Seal[],
  context: { flow: string; period: string; reconcileMs: number },
): BatchView {
  const marks = ledger.marksOf(status.batch.id);
  const purgedMs = newest(marks.purged);
  return {
    status,
    seals: seals.length,
    points: seals.reduce((most, s) => (BigInt(s.points) > most ? BigInt(s.points) : most), 0n),
    bytes: seals.reduce((sum, s) => sum + BigInt(s.bytes), 0n),
    archivedMs: newest(marks.seals),
    verifiedMs: status.seal && marks.verified.get(status.seal.id)?.atMs,
    purgedMs,
    wait: waitOf(status, { ...context, purgedMs }),
  };
}

const newest = (marks: readonly { atMs: number }[]): number | undefined =>
  marks.reduce<number | undefined>((best, m) => Math.max(best ?? 0, m.atMs), undefined);

/**
 * Which batches have holds is looked up in a listing, good for showing; the gate looks for each by
 * key.
 */
async function periodHolds(cold: Cold, at: PeriodRef): Promise<readonly ActiveHold[]> {
  const prefix = `holds/batch/${periodPrefix("holds", at).slice("holds/".length)}`;
  const batches = new Set<string>();
  for await (const { key } of cold.list(prefix)) batches.add(key.split("/")[4] ?? "");
  const scopes = [...batches].map((batch) => ({ kind: "batch", ...at, batch }) as const);
  return (await readHolds(cold, [{ kind: "period", ...at }, ...scopes])).active;
}
