// archive: export what is planned and not yet sealed, one fresh attempt per batch and try.
import type { ArchiveRun } from "../archive/attempt.ts";
import { archiveAll, type BatchArchived } from "../archive/run.ts";
import { parquetExporter } from "../archive/parquet/export.ts";
import { batchFamily } from "../ledger/keys.ts";
import { dueStep } from "../plan/due.ts";
import type { PlannedBatch } from "../ledger/records.ts";
import { exitCodeOfSome } from "../runtime/errors.ts";
import { startProgress } from "../runtime/progress.ts";
import { randomFraction } from "../runtime/random.ts";
import { retrying } from "../runtime/retry.ts";
import { type FlowFile, openReader, openStore } from "./open.ts";
import { archiveOrSplit } from "./archive-split.ts";
import { type OpenHfiles, openHfiles } from "./open-hfiles.ts";
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

/**
 * Archives every due batch of the chosen flows. Exit 3 when batches failed; 12 or 10 when all for
 * that reason.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const results: FlowArchived[] = [];
  let notes = "";
  assertShareOptions(inv);
  for (const at of await flowsOfShare(inv)) {
    const { periods, note } = await archiveFlow(inv, at);
    results.push(...periods);
    notes += note;
  }
  const batches = results.flatMap((r) => r.batches).filter((b) => !("left" in b));
  const failures = batches.filter((b) => "failed" in b).map((b) => b.failed);
  const failed = failures.length;
  return {
    exitCode: exitCodeOfSome(failures, batches.length),
    text: `${results.map(describe).join("") || "Nothing to archive.\n"}${notes}`,
    json: { flows: results.map(toJson), failed, note: notes.trim() || null },
  };
}

interface FlowArchived {
  readonly flow: string;
  readonly period: string;
  readonly batches: readonly BatchArchived[];
}

async function archiveFlow(
  inv: Invocation,
  at: FlowFile,
): Promise<{ periods: FlowArchived[]; note: string }> {
  const cold = await openStore(inv, at);
  try {
    const periods: FlowArchived[] = [];
    const share = await shareOf(inv, "archive", at.flow, cold);
    for (const period of await openPeriods(inv, at.flow, cold, share.periods)) {
      const batches = dueBatches(inv, period, share);
      if (batches.length === 0) continue;
      const hot = await openReader(inv, at, period.ruling.plan.value.unit, share.time);
      const hfiles = openHfiles(inv, at.flow, { hot, store: cold, reads: false });
      try {
        const ports = { cold, hot, hfiles };
        periods.push(await archivePeriod(inv, at, ports, period, batches, share));
      } finally {
        await Promise.all([hfiles.close(), hot.close()]);
      }
    }
    const all = periods.flatMap((p) => p.batches);
    const left = all.filter((b) => "left" in b).length;
    return { periods, note: shareText(share, "archiving", all.length - left, left) };
  } finally {
    await cold.close();
  }
}

/** The due batches of this process's share. */
export function dueBatches(
  inv: Invocation,
  { ledger, statuses }: RuledPeriod,
  share: Share = shardShare(inv),
): readonly PlannedBatch[] {
  const due = statuses.filter((s) => dueStep(s) === "archive").map((s) => s.batch);
  return share.own(ledger.at.period, due);
}

/** Archives some batches of one period through the given ports. */
export async function archivePeriod(
  inv: Invocation,
  { flow }: FlowFile,
  { hfiles, ...ports }: Pick<ArchiveRun, "cold" | "hot"> & { readonly hfiles?: OpenHfiles },
  { ledger, ruling }: RuledPeriod,
  batches: readonly PlannedBatch[],
  { parts, time }: Share = shardShare(inv),
): Promise<FlowArchived> {
  const { clock, terminal, signal } = inv.io;
  const progress = startProgress("archive", batches.length, clock, inv.log, terminal);
  const { export: form } = flow;
  const exporter =
    form.format === "hfile" && hfiles ? hfiles.exporter(form, progress) : parquetExporter;
  const order = flow.run.order === "sequential" ? 1 : Math.ceil(flow.run.parallel / parts);
  const run: ArchiveRun = {
    ...ports,
    exporter,
    hfiles: hfiles?.reading,
    plan: ruling.plan,
    process: inv.process,
    knownSeals: knownSealsOf(ledger.seals),
    otherIntents: ofOtherFamilies(ledger.intents),
    signal,
  };
  const retry = retrying(flow.run.retry, clock, randomFraction);
  const archived = await archiveOrSplit(
    { run, seals: ledger.seals, maxMs: form.format === "hfile" ? hfiles?.timeboxMs : undefined },
    batches,
    (some) => archiveAll(run, some, order, retry, progress, time),
  ).finally(() => progress.end());
  return { flow: flow.name, period: ledger.at.period, batches: archived };
}

/**
 * Keys of records of other plans and supplements than a batch's; groups of one plan cannot overlap.
 */
function ofOtherFamilies(keys: readonly string[]): (batch: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const familyOf = (key: string): string => batchFamily(key.split("/")[3] ?? "");
  return (batch) => {
    const family = batchFamily(batch);
    const others = known.get(family) ?? keys.filter((key) => familyOf(key) !== family);
    known.set(family, others);
    return others;
  };
}

/** Seals of the batch itself, and of other families. */
function knownSealsOf(seals: readonly string[]): (batch: string) => readonly string[] {
  const others = ofOtherFamilies(seals);
  const own = Map.groupBy(seals, (key) => key.split("/")[3] ?? "");
  return (batch) => [...(own.get(batch) ?? []), ...others(batch)];
}

function describe({ flow, period, batches }: FlowArchived): string {
  const sealed = batches.filter((b) => "sealed" in b);
  const standing = batches.filter((b) => !("split" in b));
  const points = sealed.reduce((n, b) => n + b.sealed.points, 0n);
  const head =
    `${flow} ${period}: ${sealed.length} of ${standing.length} batches archived, ` +
    `${points} points\n`;
  const splits = batches
    .filter((b) => "split" in b)
    .map((b) => `  ${b.batch.id} took too long and was split into ${b.split.join(" and ")}\n`);
  const failures = batches
    .filter((b) => "failed" in b)
    .map((b) => `  ${b.batch.id} failed after ${b.attempts} attempts: ${b.failed.message}\n`);
  return head + splits.join("") + failures.join("");
}

const toJson = ({ flow, period, batches }: FlowArchived): object => ({
  flow,
  period,
  batches: batches.map(batchJson),
});

function batchJson(archived: BatchArchived): object {
  const batch = archived.batch.id;
  if ("left" in archived) return { batch, left: true };
  if ("split" in archived) return { batch, attempts: archived.attempts, split: archived.split };
  const { attempts } = archived;
  if ("failed" in archived) {
    const { code, message, hint, retryable } = archived.failed;
    return { batch, attempts, error: { code, message, hint: hint ?? null, retryable } };
  }
  const { points, series, bytes, seal } = archived.sealed;
  return { batch, attempts, points: String(points), series, bytes, seal };
}
