// One attempt to archive one batch: objects → series list → read-back → manifest → marker → seal →
// read the seal back (design §3, "Objects and the order of writes"). Every key is fresh; a failed
// attempt leaves garbage, never harm.
import type { Cold } from "../cellar/cold.ts";
import { readNumbered, type Stored, writeNumbered, writeRecord } from "../cellar/records.ts";
import {
  attemptPrefix,
  batchRecordKey,
  type BatchRef,
  intentKey,
  markerKey,
} from "../ledger/keys.ts";
import { type Manifest, markerRecord, type Plan, type PlannedBatch } from "../ledger/records.ts";
import { intentRecord } from "../ledger/receipts.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import { randomId } from "../runtime/random.ts";
import type { HfileReading } from "../verify/read-hfile.ts";
import { printAlike } from "../warp10/survey.ts";
import type { Hot, ReadLimits } from "../warp10/hot.ts";
import { CRAWL_MS } from "../warp10/limited.ts";
import { identityOf, type ListedSeries } from "../warp10/series.ts";
import { sizeOf } from "../verify/read-seal.ts";
import { combineTotals } from "./digest.ts";
import type { Exporter, HfileFacts, Seen, SeriesListing } from "./exporter.ts";
import { type ObjectRecord, putObject, putSeriesList } from "./objects.ts";
import type { SeriesTotals } from "./points.ts";
import { readBack } from "./read-back.ts";

/** What every attempt of a run shares. */
export interface ArchiveRun {
  readonly hot: Hot;
  readonly cold: Cold;
  readonly exporter: Exporter;
  readonly plan: Stored<Plan>;
  readonly process: string;
  /**
   * Seals of the batch, and of all batches of other plans or supplements, listed when the run
   * began.
   */
  knownSeals(batch: string): readonly string[];
  /** Purge intents of batches of other plans or supplements. */
  otherIntents(batch: string): readonly string[];
  readonly signal: AbortSignal | undefined;
  /** What HFiles are read back with. */
  readonly hfiles?: HfileReading | undefined;
}

/** What a sealed attempt holds. */
export interface Sealed {
  readonly attempt: string;
  readonly seal: string;
  readonly points: bigint;
  readonly series: number;
  readonly bytes: number;
}

/**
 * Archives one batch once. Throws what went wrong; nothing that was written counts until the seal
 * is there.
 */
export async function archiveBatch(run: ArchiveRun, batch: PlannedBatch): Promise<Sealed> {
  const attempt = randomId();
  try {
    return await seal(run, batch, attempt);
  } catch (thrown) {
    if (!run.signal?.aborted) await logFailure(run, batch, attempt, asCellarmanError(thrown));
    throw thrown;
  }
}

/**
 * The attempt log: why an attempt came to nothing. Only for people; that it cannot be written
 * changes nothing.
 */
async function logFailure(
  run: ArchiveRun,
  batch: PlannedBatch,
  attempt: string,
  { code, message }: CellarmanError,
): Promise<void> {
  const at = atOf(run, batch);
  const record = { schema: "cellarman/failed/1" as const, ...at, process: run.process, attempt };
  try {
    const key = `${attemptPrefix(at, attempt)}failed.json`;
    await writeRecord(run.cold, key, { ...record, code, message });
  } catch {
    // The failure itself is thrown by the caller.
  }
}

async function seal(run: ArchiveRun, batch: PlannedBatch, attempt: string): Promise<Sealed> {
  const at = atOf(run, batch);
  const seen = await lookBefore(run, at);
  const listing = await listSeries(run.hot, batch.selector);
  const limits = seen.sawIntents.length > 0 ? { deadlineMs: CRAWL_MS } : undefined;
  const exported = await exportObjects(run, batch, attempt, seen, limits);
  const missing = exported.totals.find((t) => !listing.has(t.identity));
  if (missing) {
    throw new CellarmanError("server", `${missing.identity} registered while the batch was read`, {
      retryable: true,
    });
  }
  const seriesList = await putSeriesList(run.cold, at, attempt, listing, exported.totals);
  const manifest = manifestOf(run, batch, attempt, listing.size, { ...exported, seriesList });
  await readBack(run.cold, manifest, run.hfiles);
  const prefix = attemptPrefix(at, attempt);
  const quoted = await writeRecord(run.cold, `${prefix}manifest.json`, manifest);
  const sealKey = batchRecordKey("seals", at, randomId());
  await writeNumbered(run.cold, (n) => markerKey(at, n), {
    schema: "cellarman/marker/1",
    ...at,
    process: run.process,
    seal: sealKey,
  });
  const bytes = sizeOf(manifest);
  const record = {
    schema: "cellarman/seal/1" as const,
    ...at,
    process: run.process,
    plan: run.plan.sha256,
    attempt,
    manifest: quoted,
    range: batch.range,
    parents: batch.parents,
    ...plain(exported.hfile?.seen ?? seen),
    points: manifest.points,
    bytes: String(bytes),
    ...(exported.hfile ? { generation: exported.hfile.manifest.generation } : {}),
  };
  await writeRecord(run.cold, sealKey, record, true);
  await exported.sealed?.();
  return { attempt, seal: sealKey, points: BigInt(manifest.points), series: listing.size, bytes };
}

const atOf = (run: ArchiveRun, batch: PlannedBatch): BatchRef => ({
  flow: run.plan.value.flow,
  period: run.plan.value.period,
  batch: batch.id,
});

/**
 * Seals and intents known before the first hot read: later wins, and this is what "later" means.
 */
async function lookBefore(run: ArchiveRun, at: BatchRef): Promise<Seen> {
  const markers = await readNumbered(run.cold, (n) => markerKey(at, n), markerRecord);
  const saw = new Set([...markers.map((m) => m.value.seal), ...run.knownSeals(at.batch)]);
  // A purge rests on seals: where there never was one, there is no intent to look for.
  const intents =
    saw.size === 0 ? [] : await readNumbered(run.cold, (n) => intentKey(at, n), intentRecord);
  const sawIntents = new Set([...intents.map((i) => i.key), ...run.otherIntents(at.batch)]);
  return { saw: [...saw].toSorted(), sawIntents: [...sawIntents].toSorted() };
}

const plain = ({ saw, sawIntents }: Seen): { saw: string[]; sawIntents: string[] } => ({
  saw: [...saw],
  sawIntents: [...sawIntents],
});

async function listSeries(hot: Hot, selector: string): Promise<SeriesListing> {
  const listing = new Map<string, ListedSeries>();
  for await (const series of hot.find(selector)) {
    const identity = identityOf(series);
    if (listing.has(identity)) throw printAlike(identity);
    listing.set(identity, series);
  }
  return listing;
}

async function exportObjects(
  run: ArchiveRun,
  batch: PlannedBatch,
  attempt: string,
  seen: Seen,
  limits: ReadLimits | undefined,
): Promise<ExportedBatch> {
  const at = atOf(run, batch);
  const exporting = run.exporter({
    hot: run.hot,
    selector: batch.selector,
    range: { start: BigInt(batch.range.start), end: BigInt(batch.range.end) },
    unit: run.plan.value.unit,
    about: { ...at, attempt },
    limits,
    ledger: {
      cold: run.cold,
      at,
      plan: run.plan.sha256,
      process: run.process,
      seen,
      points: batch.points,
      signal: run.signal,
    },
  });
  const objects: ObjectRecord[] = [];
  for await (const object of exporting.objects) {
    const isStored = "stored" in object;
    objects.push(isStored ? object.stored : await putObject(run.cold, at, attempt, object));
  }
  const hfile = exporting.hfile?.();
  return { objects, totals: exporting.totals(), hfile, sealed: exporting.sealed };
}

interface ExportedBatch {
  readonly objects: ObjectRecord[];
  readonly totals: readonly SeriesTotals[];
  readonly hfile: HfileFacts | undefined;
  readonly sealed: (() => Promise<void>) | undefined;
}

function manifestOf(
  run: ArchiveRun,
  batch: PlannedBatch,
  attempt: string,
  series: number,
  made: {
    objects: ObjectRecord[];
    seriesList: ObjectRecord;
    totals: readonly SeriesTotals[];
    hfile: HfileFacts | undefined;
  },
): Manifest {
  const sum = combineTotals(made.totals);
  return {
    schema: "cellarman/manifest/1",
    ...atOf(run, batch),
    process: run.process,
    plan: run.plan.sha256,
    attempt,
    format: made.hfile ? "cellarman/hfile/1" : "cellarman/points/1",
    unit: run.plan.value.unit,
    range: batch.range,
    selector: batch.selector,
    objects: made.objects,
    seriesList: made.seriesList,
    series: String(series),
    seriesWithPoints: String(sum.series),
    points: String(sum.points),
    first: sum.first === undefined ? null : String(sum.first),
    last: sum.last === undefined ? null : String(sum.last),
    digest: sum.digest,
    ...(made.hfile ? { hfile: made.hfile.manifest } : {}),
  };
}
