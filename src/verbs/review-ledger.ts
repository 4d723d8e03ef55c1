// What a flow's ledger tells a review: every period, what it amounts to, and how long it took.
import type { OpenPeriod } from "../report/open-period.ts";
import { type PeriodView, readFlowView } from "../report/overview.ts";
import { totalsOf } from "../report/words.ts";
import type { PeriodFacts } from "../review/facts.ts";
import { type FlowFile, openStore } from "./open.ts";
import { limitsOf } from "./periods.ts";
import { type Invocation, withSignal } from "./verb.ts";

/** Reads the facts of a flow's planned periods. Throws where the bucket cannot be read. */
export async function ledgerFacts(
  inv: Invocation,
  at: FlowFile,
): Promise<ReadonlyMap<string, PeriodFacts>> {
  const cold = await openStore(inv, at);
  try {
    const reading = { cold, flow: at.flow, limits: limitsOf(inv), ...withSignal(inv.io) };
    const view = await readFlowView(reading);
    const planned = view.periods.filter((p) => p.kind !== "unplanned");
    return new Map(planned.map((p) => [p.period, factsOf(p)]));
  } finally {
    await cold.close();
  }
}

function factsOf(view: Exclude<PeriodView, { kind: "unplanned" }>): PeriodFacts {
  const { batches, points, bytes } = totalsOf(view);
  const known = { from: "ledger", batches, points, bytes } as const;
  if (view.kind === "closed") {
    const amounts = { ...known, series: null, hours: null };
    return { state: "closed", amounts, verifiedMs: view.atMs, purged: batches, approved: false };
  }
  const isArchived = view.batches.every((b) => b.archivedMs !== undefined);
  return {
    state: "open",
    amounts: {
      ...known,
      points: isArchived ? points : planned(view),
      bytes: isArchived ? bytes : null,
      series: BigInt(view.plan.coverage.rootSeries),
      hours: isArchived ? workingHours(view) : null,
    },
    verifiedMs: view.batches.every((b) => b.verifiedMs !== undefined)
      ? Math.max(...view.batches.map((b) => b.verifiedMs ?? 0))
      : undefined,
    purged: view.batches.filter((b) => b.purgedMs !== undefined).length,
    approved: view.batches.some((b) => b.status.state === "approved"),
  };
}

/** The plan's own estimate. */
function planned({ batches }: OpenPeriod): bigint | null {
  const points = batches.map((b) => b.status.batch.points);
  return points.some((p) => p === null) ? null : points.reduce((n, p) => n + BigInt(p ?? 0), 0n);
}

/** Seals further apart than this were made by different runs, ms. */
const SAME_RUN_MS = 30 * 60_000;

/** Hours between seals, as far as they are of one run; null: too few to tell. */
function workingHours({ batches }: OpenPeriod): number | null {
  const sealed = batches.flatMap((b) => b.archivedMs ?? []).toSorted((a, b) => a - b);
  const gaps = sealed.slice(1).map((ms, i) => ms - (sealed[i] ?? ms));
  const working = gaps.filter((gap) => gap <= SAME_RUN_MS);
  if (working.length === 0) return null;
  // The first batch of a run took a mean one's time before its seal.
  const ms = working.reduce((n, gap) => n + gap, 0) * (sealed.length / working.length);
  return ms / 3_600_000;
}
