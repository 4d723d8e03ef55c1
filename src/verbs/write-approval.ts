// Writing an approval down: exactly which seals, by whom, and the verify receipts it rests on.
import pLimit from "p-limit";
import type { SealList } from "../cellar/approval-list.ts";
import type { Cold } from "../cellar/cold.ts";
import { keysUnder, quoteAll, writeRecord } from "../cellar/records.ts";
import { approvalKey, idOfKey, type PeriodRef } from "../ledger/keys.ts";
import type { Quoted } from "../ledger/records.ts";
import type { Approved } from "../ledger/receipts.ts";
import { randomId } from "../runtime/random.ts";

/** Batches whose receipts are listed at once. */
const AT_ONCE = 16;

/** Who said yes, and where that can be looked up. */
export type ApprovedBy = Pick<Approved, "by" | "review">;

/** Writes it down, and reads it back. */
export async function writeApproved(
  cold: Cold,
  at: PeriodRef,
  process: string,
  { seals, digest }: SealList,
  said: ApprovedBy,
): Promise<void> {
  const previous = await receiptsOf(cold, seals);
  const value = { schema: "cellarman/approved/1" as const, ...at, process, seals, digest };
  await writeRecord(cold, approvalKey(at, randomId()), { ...value, ...said, previous }, true);
}

/** The verify receipts of these seals, quoted. */
async function receiptsOf(cold: Cold, seals: readonly Quoted[]): Promise<Quoted[]> {
  const ids = new Set(seals.map((s) => idOfKey(s.key)));
  const batches = new Set(seals.map((s) => s.key.split("/").slice(1, 4).join("/")));
  const keys = await pLimit(AT_ONCE).map(batches, (batch) => keysUnder(cold, `verified/${batch}/`));
  const naming = keys.flat().filter((key) => ids.has(idOfKey(key).split(".")[0] ?? ""));
  return quoteAll(cold, naming.toSorted());
}
