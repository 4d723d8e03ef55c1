// verify: prove sealed batches from the bucket's bytes and a second hot read; in another process
// than the export.
import pLimit from "p-limit";
import type { BatchRef } from "../ledger/keys.ts";
import { isDue } from "../plan/due.ts";
import type { BatchStatus } from "../ledger/state.ts";
import { asCellarmanError, CellarmanError, EXIT, exitCodeOfSome } from "../runtime/errors.ts";
import { startProgress } from "../runtime/progress.ts";
import { randomFraction } from "../runtime/random.ts";
import { retrying } from "../runtime/retry.ts";
import { type Verification, verifyBatch, type VerifyRun } from "../verify/verify.ts";
import { type FlowFile, openReader, openStore } from "./open.ts";
import { openHfiles } from "./open-hfiles.ts";
import { openPeriods, type RuledPeriod } from "./periods.ts";
import {
  assertShareOptions,
  flowsOfShare,
  shardShare,
  type Share,
  shareOf,
  shareText,
} from "./share.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/** What became of one batch. */
interface BatchVerified {
  readonly at: BatchRef;
  readonly result: Verification | CellarmanError;
}

/**
 * Verifies every sealed batch without a receipt. Exit 4 on a mismatch, 3 when some could not be
 * judged.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const batches: BatchVerified[] = [];
  let notes = "";
  assertShareOptions(inv);
  for (const at of await flowsOfShare(inv)) {
    const { verified, note } = await verifyFlow(inv, at);
    batches.push(...verified);
    notes += note;
  }
  return {
    exitCode: exitCodeFor(batches),
    text: `${batches.length === 0 ? "Nothing to verify.\n" : describe(batches)}${notes}`,
    json: { batches: batches.map(toJson), note: notes.trim() || null },
  };
}

async function verifyFlow(
  inv: Invocation,
  at: FlowFile,
): Promise<{ verified: BatchVerified[]; note: string }> {
  const cold = await openStore(inv, at);
  try {
    const verified: BatchVerified[] = [];
    let left = 0;
    const share = await shareOf(inv, "verify", at.flow, cold);
    for (const period of await openPeriods(inv, at.flow, cold, share.periods)) {
      const due = dueStatuses(inv, period, share);
      if (due.length === 0) continue;
      const hot = await openReader(inv, at, period.ruling.plan.value.unit, share.time);
      const hfiles = openHfiles(inv, at.flow, { hot, store: cold });
      const run: VerifyRun = { hot, cold, process: inv.process, hfiles: hfiles.reading };
      try {
        const judged = await verifyPeriod(inv, at, run, period, due, share);
        verified.push(...judged);
        left += due.length - judged.length;
      } finally {
        await Promise.all([hfiles.close(), hot.close()]);
      }
    }
    return { verified, note: shareText(share, "verifying", verified.length, left) };
  } finally {
    await cold.close();
  }
}

/** The due batches of this process's share. */
export function dueStatuses(
  inv: Invocation,
  { ledger, statuses }: RuledPeriod,
  share: Share = shardShare(inv),
): BatchStatus[] {
  const due = statuses.filter((s) => isDue(s, "verify"));
  const mine = new Set(
    share.own(
      ledger.at.period,
      due.map((s) => s.batch),
    ),
  );
  return due.filter((s) => mine.has(s.batch));
}

/**
 * Verifies some batches of one period through the given ports; those that time does not allow are
 * left out.
 */
export async function verifyPeriod(
  inv: Invocation,
  { flow }: FlowFile,
  run: VerifyRun,
  { ledger }: RuledPeriod,
  due: readonly BatchStatus[],
  { parts, time }: Share = shardShare(inv),
): Promise<BatchVerified[]> {
  const { clock, terminal, signal } = inv.io;
  const progress = startProgress("verify", due.length, clock, inv.log, terminal);
  const retry = retrying(flow.run.retry, clock, randomFraction);
  const limit = pLimit(Math.max(1, Math.ceil(flow.run.parallel / parts)));
  const judging = limit.map(due, async ({ batch, seal }) => {
    const at = { ...ledger.at, batch: batch.id };
    signal?.throwIfAborted();
    if (!time.mayBegin()) return undefined;
    const judge = (): Promise<Verification> => verifyBatch(run, at, batch, seal?.key ?? "");
    try {
      const result = await time.doing(() => retry(judge, signal));
      progress.done(result.points);
      return { at, result };
    } catch (thrown) {
      signal?.throwIfAborted();
      progress.done(0n);
      return { at, result: asCellarmanError(thrown) };
    }
  });
  const results = await judging.finally(() => progress.end());
  signal?.throwIfAborted();
  return results.filter((judged) => judged !== undefined);
}

const outcomeOf = ({ result }: BatchVerified): string =>
  "outcome" in result ? result.outcome : "failed";

function exitCodeFor(batches: readonly BatchVerified[]): number {
  const outcomes = new Set(batches.map(outcomeOf));
  if (outcomes.has("quarantine")) return EXIT.mismatch;
  const failures = batches.map((b) => b.result).filter((r) => r instanceof CellarmanError);
  return exitCodeOfSome(failures, batches.length);
}

function describe(batches: readonly BatchVerified[]): string {
  const counts = Object.entries(Object.groupBy(batches, outcomeOf)).map(
    ([outcome, list]) => `${list?.length ?? 0} ${outcome}`,
  );
  const lines = batches
    .filter((b) => outcomeOf(b) !== "verified")
    .flatMap(({ at, result }) =>
      "outcome" in result
        ? result.differences.slice(0, 10).map((d) => `  ${at.batch} ${result.outcome}: ${d}\n`)
        : [`  ${at.batch} failed: ${result.message}\n`],
    );
  return `Verified: ${counts.join(", ")}\n${lines.join("")}`;
}

function toJson({ at, result }: BatchVerified): object {
  if (!("outcome" in result)) {
    return { ...at, outcome: "failed", error: { code: result.code, message: result.message } };
  }
  const { outcome, points, differences } = result;
  return { ...at, outcome, points: String(points), differences };
}
