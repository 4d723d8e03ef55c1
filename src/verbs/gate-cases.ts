// A gate's case for a batch, from what was read of its period: purge and `status --why` judge by
// the very same.
import type { Cold } from "../cellar/cold.ts";
import { readRecord } from "../cellar/records.ts";
import { purgeListRecord } from "../ledger/receipts.ts";
import type { BatchStatus } from "../ledger/state.ts";
import type { GateCase } from "../purge/check.ts";
import { retiredSeals } from "../purge/retired.ts";
import { localPolicy } from "./open.ts";
import { limitsOf, type RuledPeriod } from "./periods.ts";
import type { FlowNow } from "./purge-ports.ts";
import { flagOption, type Invocation, withSignal } from "./verb.ts";

/** A purge list is good for a day. */
const LIST_LIFE_MS = 86_400_000;

/** What all cases of one period share. */
export interface PeriodCases {
  caseOf(status: BatchStatus): GateCase;
}

/** Prepares the cases of a period. `listed`: what `newestList` gave. */
export async function casesOfPeriod(
  inv: Invocation,
  now: FlowNow,
  cold: Cold,
  { ledger, ruling }: RuledPeriod,
  listed: ReadonlySet<string>,
): Promise<PeriodCases> {
  const retired = await retiredSeals(cold, ledger.at, ruling.supplements);
  const policy = now.forge ? undefined : await localPolicy(inv);
  return {
    caseOf: ({ batch }) => ({
      flow: now.flow,
      flowFile: now.flowFile,
      flowsAreAuthoritative: flagOption(inv.options, "flows-are-authoritative"),
      ...(policy ? { localPolicy: policy } : {}),
      plan: ruling.plan,
      batch,
      at: { ...ledger.at, batch: batch.id },
      range: { start: BigInt(batch.range.start), end: BigInt(batch.range.end) },
      onList: listed.has(listName(ledger.at.period, batch.id)),
      dryRun: flagOption(inv.options, "dry-run"),
      retiredSeals: retired,
      limits: limitsOf(inv),
      process: inv.process,
      ...withSignal(inv.io),
    }),
  };
}

/** How a batch stands on a purge list in memory. */
export const listName = (period: string, batch: string): string => `${period} ${batch}`;

/** Everything on the newest purge list of the last day, by the store's clock. */
export async function newestList(cold: Cold, flow: string): Promise<Set<string>> {
  const lists = (await Array.fromAsync(cold.list(`lists/${flow}/`))).toSorted(
    (a, b) => b.lastModifiedMs - a.lastModifiedMs,
  );
  const newest = lists[0];
  const nowMs = await cold.nowMs();
  if (!newest || nowMs - newest.lastModifiedMs > LIST_LIFE_MS) return new Set();
  const list = await readRecord(cold, newest.key, purgeListRecord);
  return new Set((list?.value.entries ?? []).map((e) => listName(e.period, e.batch)));
}
