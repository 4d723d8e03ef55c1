// Replacing a batch by two, as a supplement of its plan: what took too long is not tried again as
// it is (design §3, "Plans").
import type { Cold } from "../cellar/cold.ts";
import {
  readNumbered,
  readQuoted,
  readRecord,
  type Stored,
  writeRecord,
} from "../cellar/records.ts";
import { intentKey, type PeriodRef, supplementKey } from "../ledger/keys.ts";
import { manifestRecord, type Plan, type PlannedBatch, sealRecord } from "../ledger/records.ts";
import { intentRecord } from "../ledger/receipts.ts";
import { coversBatch, splitBatch } from "../plan/split.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { randomId } from "../runtime/random.ts";
import { UNITS_PER_MS } from "../warp10/range.ts";

/** What splitting works with. */
export interface Splitting {
  readonly cold: Cold;
  readonly plan: Stored<Plan>;
  readonly process: string;
}

/**
 * Splits a batch; undefined where it cannot be: its range is too short, or a purge of it is on
 * record, whose intent names this batch.
 */
export async function recordSplit(
  { cold, plan, process }: Splitting,
  batch: PlannedBatch,
): Promise<readonly PlannedBatch[] | undefined> {
  const at: PeriodRef = { flow: plan.value.flow, period: plan.value.period };
  const keyOf = (n: number): string => intentKey({ ...at, batch: batch.id }, n);
  if ((await readNumbered(cold, keyOf, intentRecord)).length > 0) return undefined;
  const id = randomId();
  const parts = splitBatch(batch, id, UNITS_PER_MS[plan.value.unit]);
  if (!parts) return undefined;
  if (!coversBatch(batch, parts)) {
    throw new CellarmanError("internal", `the parts of ${batch.id} do not cover it`);
  }
  await writeRecord(cold, supplementKey(at, id), {
    schema: "cellarman/supplement/1",
    ...at,
    process,
    plan: plan.sha256,
    reason: "split",
    replaces: [batch.id],
    batches: [...parts],
  });
  return parts;
}

/** Seals whose speed is looked at. */
const LOOKED_AT = 3;
/** What took less than this part of the longest generation says nothing of how long one takes. */
const TELLING_PART = 50;

/** Points a ms of the slowest of some of a period's generations; undefined: none is telling. */
export async function slowestRate(
  cold: Cold,
  seals: readonly string[],
  maxMs: number,
): Promise<number | undefined> {
  const rates: number[] = [];
  for (const key of seals.slice(-LOOKED_AT)) {
    const seal = await readRecord(cold, key, sealRecord);
    if (!seal) continue;
    const { value } = await readQuoted(cold, seal.value.manifest, manifestRecord);
    const elapsedMs = value.hfile?.elapsedMs ?? 0;
    const isLong = elapsedMs > maxMs / TELLING_PART;
    if (isLong && value.points !== "0") rates.push(Number(value.points) / elapsedMs);
  }
  return rates.length === 0 ? undefined : Math.min(...rates);
}
