// What a period's archive holds: every seal of the view, the objects that its manifest names, and
// which seal wins.
import pLimit from "p-limit";
import type { Cold } from "../cellar/cold.ts";
import { readNumbered, readQuoted, readRecord, type Stored } from "../cellar/records.ts";
import { readRuling } from "../cellar/snapshot.ts";
import { withdrawnSeals } from "../cellar/withdrawn.ts";
import {
  attemptPrefix,
  idOfKey,
  intentKey,
  markerKey,
  parseBatchRecordKey,
  type PeriodRef,
  periodPrefix,
} from "../ledger/keys.ts";
import { manifestRecord, markerRecord, type Seal, sealRecord } from "../ledger/records.ts";
import { type Intent, intentRecord } from "../ledger/receipts.ts";
import { asCellarmanError } from "../runtime/errors.ts";
import type { LostSeal } from "./open-period-gaps.ts";
import { rankSeals } from "./rank.ts";

/** One data object of a sealed attempt. */
export interface SealedObject {
  /** Relative to the flow's prefix. */
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
}

/** One sealed attempt. */
export interface SealedAttempt {
  readonly batch: string;
  readonly seal: string;
  readonly objects: readonly SealedObject[];
  /**
   * Where several seals may hold one point, the highest rank wins; undefined: no other seal holds
   * its points.
   */
  readonly rank: number | undefined;
  /** Whether the objects are HFiles, which only HFFETCH reads. */
  readonly isHfile: boolean;
}

/** All that is sealed of one period, and what of it cannot be read. */
export interface SealedPeriod {
  readonly period: string;
  readonly attempts: readonly SealedAttempt[];
  readonly wrong: readonly LostSeal[];
}

/** Reads of the bucket in flight. */
const READS = 16;

/**
 * Reads a period's view: every seal that a marker names and every one listed, but the withdrawn
 * (design §3).
 */
export async function readSealed(cold: Cold, at: PeriodRef): Promise<SealedPeriod> {
  const { seals, intents, wrong } = await readSeals(cold, at);
  const { ranks, unclear } = rankSeals(seals, (batch) => intents.get(batch) ?? []);
  const why = "what of it counts, no rank can say; `cellarman audit` tells it of a point";
  for (const seal of unclear) wrong.push({ seal, why });
  const attempts = await pLimit(READS).map(seals, (s) =>
    readObjects(cold, s, ranks.get(s.key), wrong),
  );
  return { period: at.period, attempts: attempts.filter((a) => a !== undefined), wrong };
}

/** Seals and intents of a period. */
export interface SealsRead {
  readonly seals: readonly Stored<Seal>[];
  readonly intents: ReadonlyMap<string, readonly Stored<Intent>[]>;
  readonly wrong: LostSeal[];
}

/** The seals of a period that are not withdrawn, its intents, and what of it is wrong. */
export async function readSeals(cold: Cold, at: PeriodRef): Promise<SealsRead> {
  const withdrawn = await withdrawnSeals(cold, at);
  const verified = await idsUnder(cold, periodPrefix("verified", at));
  const { keys, batches } = await sealKeys(cold, at);
  const intents = await readAllIntents(cold, at, batches);
  // What a purge rests on is never withdrawn (design §3).
  const restedOn = new Set(
    [...intents.values()].flat().flatMap((i) => i.value.view.map((q) => q.key)),
  );
  const wrong: LostSeal[] = [];
  const counted = [...new Set([...keys, ...restedOn])]
    .filter((key) => restedOn.has(key) || !withdrawn.has(key))
    .toSorted();
  const seals = await pLimit(READS).map(counted, async (key) => {
    const seal = await orWrong(key, wrong, () => readRecord(cold, key, sealRecord));
    // A marker alone may name a seal that a crash kept from being written; a receipt never does.
    const isNamed = verified.has(`${parseBatchRecordKey(key)?.batch}/${idOfKey(key)}`);
    if (!seal && (isNamed || restedOn.has(key)) && wrong.every((w) => w.seal !== key)) {
      wrong.push({ seal: key, why: "a receipt names it, and it is gone" });
    }
    return seal;
  });
  return { seals: seals.filter((s) => s !== undefined), intents, wrong };
}

async function sealKeys(
  cold: Cold,
  at: PeriodRef,
): Promise<{ keys: ReadonlySet<string>; batches: ReadonlySet<string> }> {
  const keys = new Set<string>();
  const batches = new Set((await readRuling(cold, at))?.batches.map((b) => b.id));
  for await (const { key } of cold.list(periodPrefix("seals", at))) keys.add(key);
  for await (const { key } of cold.list(periodPrefix("markers", at))) {
    batches.add(key.split("/")[3] ?? "");
  }
  for (const key of keys) batches.add(parseBatchRecordKey(key)?.batch ?? "");
  await pLimit(READS).map([...batches], async (batch) => {
    const markers = await readNumbered(cold, (n) => markerKey({ ...at, batch }, n), markerRecord);
    for (const { value } of markers) keys.add(value.seal);
  });
  return { keys, batches };
}

/** `batch/seal id` of every verify receipt. */
async function idsUnder(cold: Cold, prefix: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { key } of cold.list(prefix)) {
    ids.add(`${parseBatchRecordKey(key)?.batch}/${idOfKey(key).split(".")[0]}`);
  }
  return ids;
}

async function readAllIntents(
  cold: Cold,
  at: PeriodRef,
  batches: ReadonlySet<string>,
): Promise<Map<string, Stored<Intent>[]>> {
  const read = await pLimit(READS).map([...batches], async (batch) => {
    const keyOf = (n: number): string => intentKey({ ...at, batch }, n);
    return [batch, await readNumbered(cold, keyOf, intentRecord)] as const;
  });
  return new Map(read);
}

async function readObjects(
  cold: Cold,
  seal: Stored<Seal>,
  rank: number | undefined,
  wrong: LostSeal[],
): Promise<SealedAttempt | undefined> {
  const { manifest: quote, batch, attempt } = seal.value;
  const read = () => readQuoted(cold, quote, manifestRecord);
  const manifest = await orWrong(seal.key, wrong, read);
  if (!manifest) return undefined;
  const prefix = attemptPrefix(seal.value, attempt);
  const objects = manifest.value.objects.map(({ name, ...o }) => ({
    ...o,
    key: o.key ?? prefix + name,
  }));
  const isHfile = manifest.value.format === "cellarman/hfile/1";
  return { batch, seal: seal.key, objects, rank, isHfile };
}

/** What is wrong for good is noted, and the rest goes on; what may pass throws. */
async function orWrong<T>(
  seal: string,
  wrong: LostSeal[],
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    const error = asCellarmanError(thrown);
    if (error.code !== "mismatch" && error.code !== "unreadable") throw error;
    wrong.push({ seal, why: error.message });
    return undefined;
  }
}
