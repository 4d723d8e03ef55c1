// After the deletes of a purge: purged batches are reconciled, and periods that have ended are
// closed.
import { isEnded } from "../plan/due.ts";
import { closePeriod, reconcileBatch } from "../purge/reconcile.ts";
import type { PurgePorts } from "../purge/purge-batch.ts";
import { asCellarmanError } from "../runtime/errors.ts";
import { limitsOf, openPeriods } from "./periods.ts";
import type { FlowNow } from "./purge-ports.ts";
import { shardShare, type Share } from "./share.ts";
import type { Invocation } from "./verb.ts";

/** What reconciling and closing came to. */
export interface Ended {
  reconciled: number;
  late: number;
  readonly closed: string[];
  readonly failed: string[];
}

/**
 * Reconciles what was purged long enough ago, and closes what has ended; one failure stops no
 * other.
 */
export async function reconcileAll(
  inv: Invocation,
  now: FlowNow,
  ports: PurgePorts,
  share: Share = shardShare(inv),
): Promise<Ended> {
  const ended: Ended = { reconciled: 0, late: 0, closed: [], failed: [] };
  const { cold, hot, hfiles } = ports;
  const nowMs = await cold.nowMs();
  const { reconcileMs } = limitsOf(inv);
  const { periods } = share;
  for (const { ledger, ruling, statuses } of await openPeriods(inv, now.flow, cold, periods)) {
    const work = { hot, cold, hfiles, plan: ruling.plan, process: inv.process };
    const own = new Set(share.own(ledger.at.period, ruling.batches));
    for (const { state, batch } of statuses) {
      if (!own.has(batch) || !share.time.mayBegin()) continue;
      const purgedMs = Math.max(0, ...ledger.marksOf(batch.id).purged.map((m) => m.atMs));
      if (state !== "purged" || nowMs - purgedMs < reconcileMs) continue;
      await noting(inv, ended, `${ledger.at.period} ${batch.id}`, async () => {
        ended[await reconcileBatch(work, { ...ledger.at, batch: batch.id }, batch)]++;
      });
    }
  }
  for (const { ledger, ruling, statuses } of await openPeriods(inv, now.flow, cold, periods)) {
    if (statuses.length === 0 || !statuses.every(isEnded)) continue;
    const work = { hot, cold, hfiles, plan: ruling.plan, process: inv.process };
    await noting(inv, ended, ledger.at.period, async () => {
      const closing = await closePeriod(work, ledger.at, ruling.batches);
      if (closing.outcome === "closed") ended.closed.push(ledger.at.period);
      else ended.late += closing.batches;
    });
  }
  return ended;
}

/** Does one thing and notes its failure: others go on. */
async function noting(
  inv: Invocation,
  ended: Ended,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  inv.io.signal?.throwIfAborted();
  try {
    await work();
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    ended.failed.push(`${what}: ${asCellarmanError(thrown).message}`);
  }
}
