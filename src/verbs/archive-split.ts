// Archiving batches, and splitting those whose generation takes too long, or would: the halves are
// archived in their place, by the same run.
import type { ArchiveRun } from "../archive/attempt.ts";
import { isOverTime } from "../archive/hfile/session.ts";
import type { BatchArchived } from "../archive/run.ts";
import { recordSplit, slowestRate } from "../archive/split.ts";
import type { PlannedBatch } from "../ledger/records.ts";

/** What decides on a split. */
export interface SplitRule {
  readonly run: ArchiveRun;
  /** Seals of the period, whose speed predicts. */
  readonly seals: readonly string[];
  /** Longest generation, ms; undefined: nothing is ever split. */
  readonly maxMs: number | undefined;
}

/** Archives all batches; every split batch is in the result beside its halves. */
export async function archiveOrSplit(
  rule: SplitRule,
  batches: readonly PlannedBatch[],
  archive: (batches: readonly PlannedBatch[]) => Promise<readonly BatchArchived[]>,
): Promise<BatchArchived[]> {
  if (rule.maxMs === undefined) return [...(await archive(batches))];
  const done: BatchArchived[] = [];
  let waiting = [...batches];
  while (waiting.length > 0) {
    const { fitting, halves } = await splitSlow(rule, waiting, done);
    waiting = [...halves];
    for (const result of await archive(fitting)) {
      const isSlow = "failed" in result && isOverTime(result.failed);
      const parts = isSlow ? await recordSplit(rule.run, result.batch) : undefined;
      if (!isSlow || !parts) {
        done.push(result);
        continue;
      }
      waiting.push(...parts);
      done.push(splitResult(result.batch, parts, result.attempts));
    }
  }
  return done;
}

const splitResult = (
  batch: PlannedBatch,
  parts: readonly PlannedBatch[],
  attempts: number,
): BatchArchived => ({ batch, split: parts.map((part) => part.id), attempts });

/** Splits, before anything is called, what would take too long at the speed seen last. */
async function splitSlow(
  { run, seals, maxMs = Infinity }: SplitRule,
  batches: readonly PlannedBatch[],
  done: BatchArchived[],
): Promise<{ fitting: PlannedBatch[]; halves: PlannedBatch[] }> {
  const rate = await slowestRate(run.cold, seals, maxMs);
  const fitting: PlannedBatch[] = [];
  const halves: PlannedBatch[] = [];
  for (const batch of batches) {
    const isSlow = rate !== undefined && Number(batch.points ?? 0) / rate > maxMs;
    const parts = isSlow ? await recordSplit(run, batch) : undefined;
    if (parts) {
      halves.push(...parts);
      done.push(splitResult(batch, parts, 0));
    } else fitting.push(batch);
  }
  return { fitting, halves };
}
