// What is in a period's archive and should not be, and the other way round: attempts that no seal
// names, seals that cannot be read. By listings: good for telling people; the gate re-reads every
// byte.
import type { Cold } from "../cellar/cold.ts";
import { readRecord } from "../cellar/records.ts";
import type { PeriodLedger } from "../cellar/snapshot.ts";
import { withdrawnSeals } from "../cellar/withdrawn.ts";
import { generationEndedRecord } from "../ledger/generations.ts";
import { batchRecordKey, joinKey, type PeriodRef, periodPrefix } from "../ledger/keys.ts";
import type { Seal } from "../ledger/records.ts";

/** A seal whose object, or whose data, is wrong or gone. */
export interface LostSeal {
  readonly seal: string;
  readonly why: string;
}

/**
 * Data objects that no valid seal names: failed attempts, withdrawn ones, and such as still run.
 */
export interface Attempts {
  readonly unsealed: number;
  readonly bytes: bigint;
  /** Seals of which the store lists fewer bytes than were sealed. */
  readonly incomplete: readonly LostSeal[];
}

/** Lists the period's data objects, and holds them against the seals. */
export async function readAttempts(
  cold: Cold,
  at: PeriodRef,
  seals: readonly (Seal & { key: string })[],
): Promise<Attempts> {
  const listed = new Map<string, { data: bigint; all: bigint }>();
  const prefix = `${joinKey("data", at.flow, `period=${at.period}`)}/`;
  for await (const { key, bytes } of cold.list(prefix)) {
    const [, , , batch = "", attempt = "", name = ""] = key.split("/");
    const sum = listed.get(`${batch}/${attempt}`) ?? { data: 0n, all: 0n };
    sum.all += BigInt(bytes);
    if (name !== "manifest.json") sum.data += BigInt(bytes);
    listed.set(`${batch}/${attempt}`, sum);
  }
  const incomplete: LostSeal[] = [];
  for (const { key, batch, attempt, bytes, generation } of seals) {
    const own = listed.get(`${batch}/${attempt}`)?.data ?? 0n;
    const files = listed.get(`${batch}/${generation}`)?.data;
    for (const id of [attempt, generation]) listed.delete(`${batch}/${id}`);
    const there = own + (files ?? 0n);
    // Files that the server wrote into the bucket itself lie elsewhere.
    const isElsewhere = generation !== undefined && files === undefined && own > 0n;
    if (there >= BigInt(bytes) || isElsewhere) continue;
    incomplete.push({ seal: key, why: `the store lists ${there} of its ${bytes} bytes` });
  }
  const unsealed = [...listed.values()];
  return {
    unsealed: unsealed.length,
    bytes: unsealed.reduce((n, { all }) => n + all, 0n),
    incomplete,
  };
}

/** Seals that a verify receipt names, that nobody withdrew, and that the store does not have. */
export async function receiptsWithoutSeal(
  cold: Cold,
  ledger: PeriodLedger,
  batches: readonly string[],
): Promise<LostSeal[]> {
  const withdrawn = await withdrawnSeals(cold, ledger.at);
  const lost: LostSeal[] = [];
  for (const batch of batches) {
    const { seals, verified } = ledger.marksOf(batch);
    const known = new Set(seals.map((s) => s.id));
    for (const id of verified.keys()) {
      const seal = batchRecordKey("seals", { ...ledger.at, batch }, id);
      if (known.has(id) || withdrawn.has(seal) || (await cold.get(seal))) continue;
      lost.push({ seal, why: "it was verified, and is gone" });
    }
  }
  return lost;
}

/**
 * Names that failed generations of HFiles may have left where HFDUMP writes. Never uploaded, never
 * deleted unasked.
 */
export async function filesLeft(cold: Cold, at: PeriodRef): Promise<string[]> {
  const files: string[] = [];
  for await (const { key } of cold.list(periodPrefix("generations-ended", at))) {
    const ended = await readRecord(cold, key, generationEndedRecord);
    if (ended?.value.outcome === "failed") files.push(...ended.value.files.slice(0, 1));
  }
  return files.toSorted();
}
