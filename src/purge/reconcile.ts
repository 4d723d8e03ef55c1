// Some time after a purge: still zero, the archive still whole, nothing late. When every batch has
// ended and the root selectors count zero over the whole period, the period closes (design §3, "A
// period ends").
import {
  keysUnder,
  quoteAll,
  readNumbered,
  readRecord,
  type Stored,
  writeRecord,
} from "../cellar/records.ts";
import type { Cold, Listed } from "../cellar/cold.ts";
import { withdrawnSeals } from "../cellar/withdrawn.ts";
import { canonicalJson } from "../ledger/canonical.ts";
import { createHash } from "node:crypto";
import {
  batchRecordKey,
  closedKey,
  type BatchRef,
  intentKey,
  markerKey,
  parseBatchRecordKey,
  type PeriodRef,
  periodPrefix,
  supplementKey,
} from "../ledger/keys.ts";
import { markerRecord, type Plan, type PlannedBatch, sealRecord } from "../ledger/records.ts";
import { intentRecord } from "../ledger/receipts.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { randomId } from "../runtime/random.ts";
import type { HfileReading } from "../verify/read-hfile.ts";
import { readSeal } from "../verify/read-seal.ts";
import { writeFinding } from "../verify/verify.ts";
import type { Hot } from "../warp10/hot.ts";
import type { Range } from "../warp10/range.ts";

/** What reconciling works with. */
export interface Reconciling {
  readonly hot: Hot;
  readonly cold: Cold;
  readonly plan: Stored<Plan>;
  readonly process: string;
  /** What HFiles are read with; undefined where none can be. */
  readonly hfiles?: HfileReading | undefined;
}

/**
 * Reconciles one purged batch: a receipt when hot is still empty and the archive still whole; else
 * a finding.
 */
export async function reconcileBatch(
  work: Reconciling,
  at: BatchRef,
  batch: PlannedBatch,
): Promise<"reconciled" | "late"> {
  const { hot, cold, process, hfiles } = work;
  const markers = await readNumbered(cold, (n) => markerKey(at, n), markerRecord);
  const keys = new Set(markers.map((m) => m.value.seal));
  const listed = await keysUnder(cold, `${periodPrefix("seals", at)}${at.batch}/`);
  for (const key of listed) keys.add(key);
  const { points } = await hot.count(batch.selector, rangeOf(batch));
  if (points > 0n) {
    await writeFinding(cold, process, at, [...keys], []);
    return "late";
  }
  const intents = await readNumbered(cold, (n) => intentKey(at, n), intentRecord);
  const own = batchRecordKey("seals", at, "x").slice(0, -"x.json".length);
  const viewed = intents.flatMap((i) => i.value.view.map((q) => q.key));
  const restedOn = new Set(viewed.filter((key) => key.startsWith(own)));
  const withdrawn = await withdrawnSeals(cold, at, at.batch);
  const seals = [];
  let archived = 0n;
  for (const key of [...keys, ...restedOn.difference(keys)].toSorted()) {
    if (withdrawn.has(key) && !restedOn.has(key)) continue;
    const seal = await readRecord(cold, key, sealRecord);
    // A marker alone may name a seal that a crash kept from being written; an intent names what was
    // there.
    if (!seal && restedOn.has(key)) throw goneSeal(key);
    if (!seal) continue;
    // Of HFiles the bytes alone: the gate proved what these very bytes hold.
    const { manifest } = await readSeal(cold, seal, undefined, { hfiles, depth: "bytes" });
    archived += BigInt(manifest.points);
    seals.push({ key: seal.key, sha256: seal.sha256 });
  }
  const purged = await keysUnder(cold, `${periodPrefix("purged", at)}${at.batch}/`);
  await writeRecord(cold, batchRecordKey("reconciled", at, randomId()), {
    schema: "cellarman/reconciled/1",
    ...at,
    process,
    seals,
    points: String(archived),
    previous: await quoteAll(cold, purged),
  });
  return "reconciled";
}

const goneSeal = (key: string): CellarmanError =>
  new CellarmanError("mismatch", `the seal ${key} is gone, and a purge rests on it`, {
    where: key,
    hint: "Look for it in other versions or copies of the bucket: hot has its points no more.",
  });

const rangeOf = ({ range }: { range: { start: string; end: string } }): Range => ({
  start: BigInt(range.start),
  end: BigInt(range.end),
});

/** What closing a period came to. */
export type Closing =
  | { readonly outcome: "closed"; readonly points: bigint }
  | { readonly outcome: "reopened"; readonly batches: number };

/**
 * Closes a period whose batches have all ended, if hot holds nothing more of it; else opens a
 * supplement.
 */
export async function closePeriod(
  work: Reconciling,
  at: PeriodRef,
  batches: readonly PlannedBatch[],
): Promise<Closing> {
  const { hot, cold, plan, process } = work;
  const range = rangeOf(plan.value);
  for (const root of plan.value.roots) {
    const { points } = await hot.count(root, range);
    if (points > 0n) return { outcome: "reopened", batches: await reopen(work, at, batches, root) };
  }
  const { receipts, last } = await receiptsOf(cold, at);
  const totals = await sealTotals(cold, at);
  await writeRecord(cold, closedKey(at, randomId()), {
    schema: "cellarman/closed/1",
    ...at,
    process,
    receipts: createHash("sha256").update(canonicalJson(receipts)).digest("hex"),
    batches: batches.length,
    points: String(totals.points),
    bytes: String(totals.bytes),
    range: plan.value.range,
    previous: await quoteAll(cold, last),
  });
  return { outcome: "closed", points: totals.points };
}

/**
 * Sends the batches that hold something back to archive; what is in no batch becomes a batch of a
 * supplement.
 */
async function reopen(
  { hot, cold, plan, process }: Reconciling,
  at: PeriodRef,
  batches: readonly PlannedBatch[],
  root: string,
): Promise<number> {
  let found = 0;
  for (const batch of batches) {
    const { points } = await hot.count(batch.selector, rangeOf(batch));
    if (points === 0n) continue;
    const seals = [];
    const place = { ...at, batch: batch.id };
    seals.push(...(await keysUnder(cold, `${periodPrefix("seals", at)}${batch.id}/`)));
    await writeFinding(cold, process, place, seals, []);
    found++;
  }
  if (found > 0) return found;
  const id = randomId();
  const rest: PlannedBatch = {
    id: `${id.slice(0, 8)}-00000`,
    range: plan.value.range,
    selector: root,
    series: "0",
    points: null,
    parents: [],
  };
  await writeRecord(cold, supplementKey(at, id), {
    schema: "cellarman/supplement/1",
    ...at,
    process,
    plan: plan.sha256,
    reason: "late",
    replaces: [],
    batches: [rest],
  });
  return 1;
}

/** Keys of every receipt of the period, sorted; and of the last one of each batch. */
async function receiptsOf(
  cold: Cold,
  at: PeriodRef,
): Promise<{ receipts: string[]; last: string[] }> {
  const receipts: string[] = [];
  const ends = new Map<string, Listed>();
  for (const role of ["seals", "verified", "purged", "reconciled", "ended"]) {
    for await (const listed of cold.list(periodPrefix(role, at))) {
      receipts.push(listed.key);
      const batch = parseBatchRecordKey(listed.key)?.batch;
      if (batch === undefined || !(role === "reconciled" || role === "ended")) continue;
      const known = ends.get(batch);
      if (!known || known.lastModifiedMs <= listed.lastModifiedMs) ends.set(batch, listed);
    }
  }
  return { receipts: receipts.toSorted(), last: [...ends.values()].map((o) => o.key).toSorted() };
}

/** Points and bytes of the newest seal of each batch that is not withdrawn. */
async function sealTotals(cold: Cold, at: PeriodRef): Promise<{ points: bigint; bytes: bigint }> {
  const newest = new Map<string, { points: bigint; bytes: bigint; atMs: number }>();
  const withdrawn = await withdrawnSeals(cold, at);
  for await (const { key, lastModifiedMs } of cold.list(periodPrefix("seals", at))) {
    const seal = withdrawn.has(key) ? undefined : await readRecord(cold, key, sealRecord);
    if (!seal) continue;
    const { batch, points, bytes } = seal.value;
    const known = newest.get(batch);
    if (known && known.atMs > lastModifiedMs) continue;
    newest.set(batch, { points: BigInt(points), bytes: BigInt(bytes), atMs: lastModifiedMs });
  }
  const all = [...newest.values()];
  return {
    points: all.reduce((n, s) => n + s.points, 0n),
    bytes: all.reduce((n, s) => n + s.bytes, 0n),
  };
}
