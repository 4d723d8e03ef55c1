// Everything in the ledger that concerns one series in one period: the records of its batches,
// each with its bytes' SHA-256 and the store's time.
import pLimit from "p-limit";
import type { z } from "zod";
import type { Cold } from "../cellar/cold.ts";
import { keysUnder, readNumbered, readRecord, type Stored } from "../cellar/records.ts";
import { inOrder } from "../ledger/chain.ts";
import type { LedgerRecord } from "../ledger/kinds.ts";
import { intentKey, type PeriodRef, periodPrefix } from "../ledger/keys.ts";
import {
  manifestRecord,
  planRecord,
  type Seal,
  supplementRecord,
  verifiedRecord,
} from "../ledger/records.ts";
import {
  approvedRecord,
  closedRecord,
  endedRecord,
  findingRecord,
  type Intent,
  intentRecord,
  purgedRecord,
  reconciledRecord,
  withdrawnRecord,
} from "../ledger/receipts.ts";

/** The records of a chain. */
export interface Evidence {
  readonly intents: readonly Stored<Intent>[];
  /** All of them with plans, manifests and seals, oldest first by the store's clock. */
  readonly records: readonly Stored<LedgerRecord>[];
}

const AT_ONCE = 16;

const OF_BATCH: Readonly<Record<string, z.ZodType<LedgerRecord>>> = {
  verified: verifiedRecord,
  findings: findingRecord,
  withdrawn: withdrawnRecord,
  purged: purgedRecord,
  reconciled: reconciledRecord,
  ended: endedRecord,
};

const OF_PERIOD: Readonly<Record<string, z.ZodType<LedgerRecord>>> = {
  approved: approvedRecord,
  closed: closedRecord,
};

/** Reads what concerns these batches and seals. Throws on anything unreadable. */
export async function readEvidence(
  cold: Cold,
  at: PeriodRef,
  batches: readonly string[],
  seals: readonly Stored<Seal>[],
): Promise<Evidence> {
  const plans = await readUnder(cold, periodPrefix("plans", at), planRecord, "plan-");
  const more = await readUnder(cold, periodPrefix("plans", at), supplementRecord, "supplement-");
  const mine = more.filter(({ value }) => value.batches.some((b) => batches.includes(b.id)));
  const manifests = await pLimit(AT_ONCE).map(seals, (seal) =>
    readRecord(cold, seal.value.manifest.key, manifestRecord),
  );
  const intents = await pLimit(AT_ONCE).map(batches, (batch) =>
    readNumbered(cold, (n) => intentKey({ ...at, batch }, n), intentRecord),
  );
  const ofBatches = await Promise.all(
    Object.entries(OF_BATCH).flatMap(([role, schema]) =>
      batches.map((b) => readUnder(cold, `${periodPrefix(role, at)}${b}/`, schema)),
    ),
  );
  const ofPeriod = await Promise.all(
    Object.entries(OF_PERIOD).map(([role, schema]) =>
      readUnder(cold, periodPrefix(role, at), schema),
    ),
  );
  const records: Stored<LedgerRecord>[] = [
    ...plans.filter((p) => seals.some((s) => s.value.plan === p.sha256)),
    ...mine,
    ...manifests.filter((m) => m !== undefined),
    ...seals,
    ...ofBatches.flat(),
    ...ofPeriod.flat().filter(({ value }) => concerns(value, seals)),
    ...intents.flat(),
  ];
  return { intents: intents.flat(), records: inOrder(records) };
}

/** An approval concerns the seals that it names; a closed receipt the whole period. */
const concerns = (value: LedgerRecord, seals: readonly Stored<Seal>[]): boolean =>
  value.schema !== "cellarman/approved/1" ||
  value.seals.some((q) => seals.some((s) => s.key === q.key));

async function readUnder<T extends LedgerRecord>(
  cold: Cold,
  prefix: string,
  schema: z.ZodType<T>,
  begin = "",
): Promise<Stored<T>[]> {
  const keys = (await keysUnder(cold, prefix)).filter((key) =>
    key.slice(prefix.length).startsWith(begin),
  );
  const records = await pLimit(AT_ONCE).map(keys, (key) => readRecord(cold, key, schema));
  return records.filter((r) => r !== undefined);
}
