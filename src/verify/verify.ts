// One batch from the bucket's bytes to a receipt: another process than the export's, another
// reader, a second hot read.
import type { Cold } from "../cellar/cold.ts";
import { putHold, readHolds } from "../cellar/holds.ts";
import { readNumbered, readRecord, type Stored, writeRecord } from "../cellar/records.ts";
import {
  batchRecordKey,
  type BatchRef,
  DUMP_RECEIPT,
  idOfKey,
  intentKey,
  parseBatchRecordKey,
  periodPrefix,
  verifiedKey,
} from "../ledger/keys.ts";
import { findingDigest } from "../ledger/finding.ts";
import { type PlannedBatch, type Seal, sealRecord } from "../ledger/records.ts";
import { intentRecord } from "../ledger/receipts.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { randomId } from "../runtime/random.ts";
import type { Hot } from "../warp10/hot.ts";
import { CRAWL_MS } from "../warp10/limited.ts";
import { combineTotals } from "../archive/digest.ts";
import { judgeTotals, type SeriesDiff } from "./diff.ts";
import { diffUnclear, readHotAlike } from "./hot-alike.ts";
import type { HfileReading } from "./read-hfile.ts";
import { isHfile, readSeal, type SealContents } from "./read-seal.ts";

/** What verifying one batch found. */
export interface Verification {
  readonly outcome: "verified" | "late" | "quarantine";
  readonly points: bigint;
  /** Differences per series, the first differing point in words. */
  readonly differences: readonly string[];
}

/** What every verification of a run shares. */
export interface VerifyRun {
  readonly hot: Hot;
  readonly cold: Cold;
  readonly process: string;
  /** What HFiles are read with; undefined where none can be. */
  readonly hfiles?: HfileReading | undefined;
}

/** Verifies one sealed batch. Throws "blocked" in the process that exported it. */
export async function verifyBatch(
  run: VerifyRun,
  at: BatchRef,
  batch: PlannedBatch,
  sealKey: string,
): Promise<Verification> {
  const seal = await readRecord(run.cold, sealKey, sealRecord);
  if (!seal)
    throw new CellarmanError("mismatch", `the seal ${sealKey} is gone`, { where: sealKey });
  if (seal.value.process === run.process) {
    throw new CellarmanError(
      "blocked",
      "a batch is never verified by the process that exported it",
    );
  }
  let contents: SealContents;
  const depth = run.hfiles?.archive ? ("hffetch" as const) : ("dump-digest" as const);
  try {
    contents = await readSeal(run.cold, seal, undefined, { hfiles: run.hfiles, depth });
  } catch (error) {
    if (!isWrong(error)) throw error;
    return quarantine(run, at, `archive bytes are wrong: ${error.message}`, null, []);
  }
  const range = { start: BigInt(batch.range.start), end: BigInt(batch.range.end) };
  // Where something was purged, reads walk tombstones in silence (facts warp10 §1.4).
  const limits = seal.value.sawIntents.length > 0 ? { deadlineMs: CRAWL_MS } : undefined;
  const byServer = isHfile(contents.manifest);
  const isProven = !byServer || depth === "hffetch";
  const hot = await readHotAlike(run, contents, batch.selector, range, limits);
  const judged = judgeTotals(hot.totals, [{ key: seal.key, totals: contents.read.totals }]);
  const reading = { selector: batch.selector, range, limits };
  // Where nothing can read the points back, a series that differs is one that a further attempt is
  // due for.
  const diffs = isProven ? await diffUnclear(run, reading, contents, judged.unclear, hot) : [];
  const differing = diffs.filter((d) => d.late > 0).map((d) => d.identity);
  const late = [...judged.unarchived, ...(isProven ? differing : judged.unclear)];
  const differences = describe(judged.unarchived, judged.gone, diffs);
  const lacking = lackingPoints(contents, judged.gone, diffs);
  const finding = findingDigest(at.batch, range, lacking);
  if (lacking.size > 0 && !(await isExplained(run, at, seal, finding))) {
    const reason = `hot lacks archived points of ${lacking.size} series`;
    return quarantine(run, at, reason, finding, differences);
  }
  if (late.length > 0) return recordLate(run, at, seal, late, differences);
  await writeReceipt(run, at, seal, contents, isProven);
  return { outcome: "verified", points: contents.read.points, differences };
}

function lackingPoints(
  contents: SealContents,
  gone: readonly string[],
  diffs: readonly SeriesDiff[],
): Map<string, bigint> {
  const lacking = new Map<string, bigint>();
  for (const identity of gone) {
    lacking.set(identity, BigInt(contents.read.totals.get(identity)?.points ?? 0));
  }
  for (const diff of diffs) if (diff.lacking > 0) lacking.set(diff.identity, BigInt(diff.lacking));
  return lacking;
}

/**
 * A purge of ours is on record (looked up after the hot read), or a person's lift passes over
 * exactly this.
 */
async function isExplained(
  run: VerifyRun,
  at: BatchRef,
  seal: Stored<Seal>,
  finding: string,
): Promise<boolean> {
  const saw = seal.value.saw.map((key) => parseBatchRecordKey(key)?.batch ?? at.batch);
  for (const batch of new Set([at.batch, ...saw])) {
    const intents = await readNumbered(
      run.cold,
      (n) => intentKey({ ...at, batch }, n),
      intentRecord,
    );
    if (intents.length > 0) return true;
  }
  const { liftedFindings } = await readHolds(run.cold, [{ kind: "batch", ...at }]);
  return liftedFindings.has(finding);
}

const isWrong = (error: unknown): error is CellarmanError =>
  error instanceof CellarmanError && (error.code === "mismatch" || error.code === "unreadable");

function describe(
  unarchived: readonly string[],
  gone: readonly string[],
  diffs: readonly SeriesDiff[],
): string[] {
  return [
    ...unarchived.map((identity) => `${identity}: in hot only`),
    ...gone.map((identity) => `${identity}: in the archive only`),
    ...diffs.map(
      (d) => `${d.identity}: ${d.late} late, ${d.lacking} lacking; ${d.example ?? "no example"}`,
    ),
  ];
}

async function quarantine(
  run: VerifyRun,
  at: BatchRef,
  reason: string,
  finding: string | null,
  differences: readonly string[],
): Promise<Verification> {
  await putHold(
    run.cold,
    { kind: "batch", ...at },
    {
      process: run.process,
      by: "tool",
      reason,
      finding,
    },
  );
  return { outcome: "quarantine", points: 0n, differences: [reason, ...differences] };
}

async function recordLate(
  run: VerifyRun,
  at: BatchRef,
  seal: Stored<Seal>,
  series: readonly string[],
  differences: readonly string[],
): Promise<Verification> {
  // All that are known, not only those that this one saw: another that nobody saw would answer the
  // finding.
  const known = new Set([seal.key, ...seal.value.saw]);
  for await (const { key } of run.cold.list(`${periodPrefix("seals", at)}${at.batch}/`))
    known.add(key);
  await writeFinding(run.cold, run.process, at, [...known], series);
  return { outcome: "late", points: 0n, differences };
}

/** Series that one finding names at the most. */
const FINDING_SERIES = 100;

/** Records that a batch needs a further attempt: one that had seen these seals. */
export async function writeFinding(
  cold: Cold,
  process: string,
  at: BatchRef,
  seals: readonly string[],
  series: readonly string[],
): Promise<void> {
  await writeRecord(cold, batchRecordKey("findings", at, randomId()), {
    schema: "cellarman/finding/1",
    ...at,
    process,
    outcome: "late",
    seals: [...seals],
    series: series.slice(0, FINDING_SERIES),
  });
}

async function writeReceipt(
  run: VerifyRun,
  at: BatchRef,
  seal: Stored<Seal>,
  { read }: SealContents,
  isProven: boolean,
): Promise<void> {
  const sum = combineTotals(read.totals.values());
  const receipt = {
    schema: "cellarman/verified/1" as const,
    ...at,
    process: run.process,
    seal: { key: seal.key, sha256: seal.sha256 },
    points: String(sum.points),
    series: String(sum.series),
    digest: sum.digest,
    ...(isProven ? {} : { proof: "dump-digest" as const }),
  };
  // Its key says that the seal is verified: one that the store garbled is followed by another.
  for (let tries = 1; ; tries++) {
    const id = isProven ? randomId() : `${DUMP_RECEIPT}${randomId()}`;
    try {
      await writeRecord(run.cold, verifiedKey(at, idOfKey(seal.key), id), receipt, true);
      return;
    } catch (error) {
      if (tries === RECEIPT_TRIES || !isWrong(error)) throw error;
    }
  }
}

/** Receipts that are put until one can be read back. */
const RECEIPT_TRIES = 3;
