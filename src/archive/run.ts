// Archiving many batches: some at a time, each retried by its flow's policy under a fresh attempt;
// one bad batch never stops the others.
import pLimit from "p-limit";
import type { PlannedBatch } from "../ledger/records.ts";
import { asCellarmanError, type CellarmanError } from "../runtime/errors.ts";
import type { Progress } from "../runtime/progress.ts";
import type { Retrying } from "../runtime/retry.ts";
import type { WorkTime } from "../runtime/work-time.ts";
import { type ArchiveRun, archiveBatch, type Sealed } from "./attempt.ts";

/** What became of one batch. */
export type BatchArchived =
  | { readonly batch: PlannedBatch; readonly sealed: Sealed; readonly attempts: number }
  | { readonly batch: PlannedBatch; readonly failed: CellarmanError; readonly attempts: number }
  /** It would have taken, or took, too long: these stand in its place, and were archived too. */
  | { readonly batch: PlannedBatch; readonly split: readonly string[]; readonly attempts: number }
  /** Not begun: the time of this process is over. */
  | { readonly batch: PlannedBatch; readonly left: true };

/** Archives batches, `parallel` at a time, as time allows. Never throws but for an abort. */
export async function archiveAll(
  run: ArchiveRun,
  batches: readonly PlannedBatch[],
  parallel: number,
  retry: Retrying,
  progress: Progress,
  time: WorkTime,
): Promise<BatchArchived[]> {
  const limit = pLimit(Math.max(1, parallel));
  const results = await limit.map(batches, async (batch): Promise<BatchArchived> => {
    run.signal?.throwIfAborted();
    if (!time.mayBegin()) return { batch, left: true };
    let attempts = 0;
    const attempt = (): Promise<Sealed> => {
      attempts++;
      return archiveBatch(run, batch);
    };
    try {
      const sealed = await time.doing(() => retry(attempt, run.signal));
      progress.done(sealed.points, batch.id);
      return { batch, sealed, attempts };
    } catch (thrown) {
      run.signal?.throwIfAborted();
      progress.done(0n, batch.id);
      return { batch, failed: asCellarmanError(thrown), attempts };
    }
  });
  run.signal?.throwIfAborted();
  return results;
}
