// verify: prove sealed batches from the bucket's bytes and a second hot read; in another process
// than the export.
import pLimit from "p-limit";
import type { BatchRef } from "../ledger/keys.ts";
import { isDue } from "../plan/due.ts";
import { packShards } from "../plan/shards.ts";
import type { BatchStatus } from "../ledger/state.ts";
import { asCellarmanError, CellarmanError, EXIT, exitCodeOfSome } from "../runtime/errors.ts";
import { startProgress } from "../runtime/progress.ts";
import { randomFraction } from "../runtime/random.ts";
import { retrying } from "../runtime/retry.ts";
import { type Verification, verifyBatch, type VerifyRun } from "../verify/verify.ts";
import { chosenFlows, type FlowFile, openReader, openStore } from "./open.ts";
import { openHfiles } from "./open-hfiles.ts";
import { openPeriods, type RuledPeriod, shardOf } from "./periods.ts";
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
  shardOf(inv);
  for (const at of await chosenFlows(inv)) batches.push(...(await verifyFlow(inv, at)));
  return {
    exitCode: exitCodeFor(batches),
    text: batches.length === 0 ? "Nothing to verify.\n" : describe(batches),
    json: { batches: batches.map(toJson) },
  };
}

async function verifyFlow(inv: Invocation, at: FlowFile): Promise<BatchVerified[]> {
  const cold = await openStore(inv, at);
  try {
    const verified: BatchVerified[] = [];
    for (const period of await openPeriods(inv, at.flow, cold)) {
      const due = dueStatuses(inv, period);
      if (due.length === 0) continue;
      const hot = await openReader(inv, at, period.ruling.plan.value.unit);
      const hfiles = openHfiles(inv, at.flow, { hot, store: cold });
      const run: VerifyRun = { hot, cold, process: inv.process, hfiles: hfiles.reading };
      try {
        verified.push(...(await verifyPeriod(inv, at, run, period, due)));
      } finally {
        await Promise.all([hfiles.close(), hot.close()]);
      }
    }
    return verified;
  } finally {
    await cold.close();
  }
}

/** The due batches of this shard. */
export function dueStatuses(inv: Invocation, { statuses }: RuledPeriod): BatchStatus[] {
  const due = statuses.filter((s) => isDue(s, "verify"));
  const { index, count } = shardOf(inv);
  if (count === 1) return due;
  const costed = due.map((s) => ({
    id: s.batch.id,
    cost: Number(s.batch.points ?? s.batch.series),
  }));
  const mine = new Set(packShards(costed, count)[index] ?? []);
  return due.filter((s) => mine.has(s.batch.id));
}

/** Verifies some batches of one period through the given ports. */
export async function verifyPeriod(
  inv: Invocation,
  { flow }: FlowFile,
  run: VerifyRun,
  { ledger }: RuledPeriod,
  due: readonly BatchStatus[],
): Promise<BatchVerified[]> {
  const { clock, terminal, signal } = inv.io;
  const progress = startProgress("verify", due.length, clock, inv.log, terminal);
  const retry = retrying(flow.run.retry, clock, randomFraction);
  const limit = pLimit(Math.max(1, Math.ceil(flow.run.parallel / shardOf(inv).count)));
  const results = await limit.map(due, async ({ batch, seal }): Promise<BatchVerified> => {
    const at = { ...ledger.at, batch: batch.id };
    signal?.throwIfAborted();
    try {
      const result = await retry(() => verifyBatch(run, at, batch, seal?.key ?? ""), signal);
      progress.done(result.points);
      return { at, result };
    } catch (thrown) {
      signal?.throwIfAborted();
      progress.done(0n);
      return { at, result: asCellarmanError(thrown) };
    }
  });
  progress.end();
  signal?.throwIfAborted();
  return results;
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
