// plan: see what is due, plan periods that have no plan, cut the purge list, and say what each step
// should do.
import pLimit from "p-limit";
import { indexPeriods } from "../cellar/snapshot.ts";
import { readRecord, writeRecord } from "../cellar/records.ts";
import type { Flow } from "../flow/flow.ts";
import type { Cold } from "../cellar/cold.ts";
import { purgeListKey } from "../ledger/keys.ts";
import { sealRecord } from "../ledger/records.ts";
import { closedRecord } from "../ledger/receipts.ts";
import type { BatchStatus } from "../ledger/state.ts";
import { dueStep, isDue } from "../plan/due.ts";
import { dueAtMs, duePeriods, type Period, periodOf } from "../plan/period.ts";
import { type Candidate, cutToBudget, type CutList, FIRST_PURGE } from "../plan/purge-list.ts";
import { packShards } from "../plan/shards.ts";
import { asCellarmanError, CellarmanError, EXIT, exitCodeOfSome } from "../runtime/errors.ts";
import { renderFailure } from "../runtime/failure-text.ts";
import { randomFraction, randomId } from "../runtime/random.ts";
import { retrying } from "../runtime/retry.ts";
import { assertDisjoint } from "./between-flows.ts";
import {
  chosenFlows,
  chosenOf,
  type FlowFile,
  invalidFlows,
  openReader,
  openStore,
  readFlows,
} from "./open.ts";
import { readRuled, type RuledPeriod } from "./periods.ts";
import type { Cover } from "./approval-cover.ts";
import { coversToReview } from "./plan-covers.ts";
import { budgetNow } from "./plan-budget.ts";
import { planPeriod } from "./plan-period.ts";
import { type Broken, legsJson, planJson } from "./plan-json.ts";
import { planLegs, stepsOf } from "./plan-legs.ts";
import { describeLegs, describePlans } from "./plan-text.ts";
import { flagOption, type Invocation, textOption, type VerbResult } from "./verb.ts";

/** What planning one flow found. */
export interface FlowPlanned {
  readonly flow: string;
  readonly periods: readonly RuledPeriod[];
  /** Periods planned by this very run. */
  readonly fresh: readonly string[];
  /** When the next period becomes due, ms; undefined: some are due now. */
  readonly nextDueMs: number | undefined;
  readonly purgeList: CutList & { readonly key: string | undefined };
  /** What the reviewers of the flow's CI environment are asked for. */
  readonly toReview: readonly Cover[];
  /** Batch ids by step and shard. */
  readonly shards: Readonly<Record<"archive" | "verify" | "purge", readonly (readonly string[])[]>>;
}

/** Plans the chosen flows; with `--legs` those that can be planned, and the jobs of the run. */
export async function run(inv: Invocation): Promise<VerbResult> {
  if (flagOption(inv.options, "legs")) return runWithLegs(inv);
  const files = await chosenFlows(inv);
  const planned: FlowPlanned[] = [];
  for (const at of files) planned.push(await planFlow(inv, at));
  return {
    exitCode: EXIT.done,
    text: describePlans(planned),
    json: { flows: planned.map(planJson) },
  };
}

/** One broken flow keeps no other from its work: exit 3 says that there is one. */
async function runWithLegs(inv: Invocation): Promise<VerbResult> {
  stepsOf(inv);
  const { files, bad } = await readFlows(inv);
  const broken: Broken[] = bad.map((file) => ({ flow: file.file, error: invalidFlows([file]) }));
  const planned: FlowPlanned[] = [];
  for (const at of chosenOf(inv, files)) {
    try {
      planned.push(await planFlow(inv, at));
    } catch (thrown) {
      inv.io.signal?.throwIfAborted();
      const error = asCellarmanError(thrown);
      broken.push({ flow: at.flow.name, error });
      inv.io.stderr(renderFailure(error, { json: false, verbose: false }));
    }
  }
  const [first] = broken;
  if (first && planned.length === 0) throw first.error;
  const legs = await planLegs(inv, files, planned);
  return {
    exitCode: exitCodeOfSome(
      broken.map(({ error }) => error),
      broken.length + planned.length,
    ),
    text: describePlans(planned) + describeLegs(legs, broken),
    json: { flows: planned.map(planJson), ...legsJson(legs, broken) },
  };
}

async function planFlow(inv: Invocation, at: FlowFile): Promise<FlowPlanned> {
  const cold = await openStore(inv, at);
  try {
    const { flow } = at;
    const index = await indexPeriods(cold, flow.name);
    const closed = new Set(index.filter((p) => p.closed).map((p) => p.period));
    const nowMs = inv.io.clock.now();
    const { every, first, keepHot } = flow.period;
    const due = duePeriods(every, first, keepHot, nowMs);
    const wanted = textOption(inv.options, "period");
    const open = due.filter((p) => !closed.has(p.name) && (!wanted || p.name === wanted));
    const fresh: string[] = [];
    const periods: RuledPeriod[] = [];
    for (const period of open) {
      const found = await ruledOrPlanned(inv, at, cold, period, fresh);
      if (found) periods.push(found);
    }
    const next = due.at(-1);
    return {
      flow: flow.name,
      periods,
      fresh,
      nextDueMs: next ? undefined : dueAtMs(periodOf(every, first), keepHot),
      purgeList: await cutPurgeList(inv, at, cold, periods),
      toReview: await coversToReview(inv, flow, cold, periods),
      shards: shardsOf(periods, flow.run.shards),
    };
  } finally {
    await cold.close();
  }
}

async function ruledOrPlanned(
  inv: Invocation,
  at: FlowFile,
  cold: Cold,
  period: Period,
  fresh: string[],
): Promise<RuledPeriod | undefined> {
  const storeMs = await cold.nowMs();
  const known = await readRuled(inv, at.flow, cold, period.name, storeMs);
  if (known) return known;
  const hot = await openReader(inv, at);
  try {
    await assertDisjoint(inv, at, hot);
    const work = { flow: at.flow, hot, cold, log: inv.log, process: inv.process };
    const retry = retrying(at.flow.run.retry, inv.io.clock, randomFraction);
    await retry(() => planPeriod(work, period), inv.io.signal);
  } finally {
    await hot.close();
  }
  fresh.push(period.name);
  return readRuled(inv, at.flow, cold, period.name, storeMs);
}

/**
 * A batch that a reviewer of the CI environment may approve in this very run goes on its list: the
 * gate still asks for the approval.
 */
const toReview = (inv: Invocation, flow: Flow, status: BatchStatus): boolean =>
  flagOption(inv.options, "legs") &&
  flow.purge.approveBy === "environment" &&
  status.waitsFor === "approval";

/** Cuts what may be purged now to the budgets, and writes the list that `purge` goes by. */
export async function cutPurgeList(
  inv: Invocation,
  at: FlowFile,
  cold: Cold,
  periods: readonly RuledPeriod[],
  budgetOf: typeof budgetNow = budgetNow,
): Promise<FlowPlanned["purgeList"]> {
  const { flow } = at;
  const due = periods.flatMap(({ ledger, statuses }) =>
    statuses
      .filter((status) => dueStep(status) === "purge" || toReview(inv, flow, status))
      .map((status) => ({ period: ledger.at.period, status })),
  );
  const candidates = await pLimit(SEALS_AT_ONCE).map(due, ({ period, status }) =>
    candidateOf(cold, period, status),
  );
  const budget = candidates.length === 0 ? flow.purge.budget : await budgetOf(inv, at);
  if (!budget) return { entries: [], leftOut: candidates.length, runs: 0, key: undefined };
  const soFar = await purgedSoFar(cold, flow.name, periods);
  const cut = cutToBudget(candidates, budget, soFar, firstPurgeOf(inv));
  if (cut.entries.length === 0) return { ...cut, key: undefined };
  const { key } = await writeRecord(cold, purgeListKey(flow.name, randomId()), {
    schema: "cellarman/purge-list/1",
    flow: flow.name,
    process: inv.process,
    entries: cut.entries.map(({ period, batch }) => ({ period, batch })),
    leftOut: cut.leftOut,
  });
  return { ...cut, key };
}

/** `--first-purge N`: what a person says of the first purge ever. Throws "usage". */
function firstPurgeOf(inv: Invocation): number {
  const said = textOption(inv.options, "first-purge");
  if (said === undefined) return FIRST_PURGE;
  if (/^[1-9]\d{0,4}$/.test(said)) return Number(said);
  throw new CellarmanError("usage", `--first-purge ${said}: expected a number of batches`, {
    hint: "cellarman plan metrics --first-purge 20",
  });
}

/** Seals read at once. */
const SEALS_AT_ONCE = 16;

/** What a batch costs of the budgets, by its newest seal: plans only estimate. */
async function candidateOf(cold: Cold, period: string, status: BatchStatus): Promise<Candidate> {
  const { batch, state, seal } = status;
  const read = seal && (await readRecord(cold, seal.key, sealRecord));
  const points = BigInt(read?.value.points ?? batch.points ?? 0);
  const free = state === "purging" || (read !== undefined && points === 0n);
  return { period, batch: batch.id, series: BigInt(batch.series), points, free };
}

/**
 * Batches purged in all of the flow's life: of closed periods by their receipts, of open ones by
 * their marks.
 */
async function purgedSoFar(
  cold: Cold,
  flow: string,
  periods: readonly RuledPeriod[],
): Promise<number> {
  let purged = 0;
  for (const { closed } of await indexPeriods(cold, flow)) {
    const receipt = closed && (await readRecord(cold, closed.key, closedRecord));
    // A period that held nothing is no sign that a purge went well.
    purged += receipt && receipt.value.points !== "0" ? receipt.value.batches : 0;
  }
  for (const { ledger, ruling } of periods) {
    purged += ruling.batches.filter((b) =>
      ledger.marksOf(b.id).purged.some((m) => m.settles > 0),
    ).length;
  }
  return purged;
}

function shardsOf(periods: readonly RuledPeriod[], count: number): FlowPlanned["shards"] {
  const statuses = periods.flatMap((p) => p.statuses);
  const packed = (step: "archive" | "verify" | "purge") =>
    packShards(
      statuses
        .filter((s) => isDue(s, step))
        .map(({ batch }) => ({ id: batch.id, cost: Number(batch.points ?? batch.series) })),
      count,
    );
  return { archive: packed("archive"), verify: packed("verify"), purge: packed("purge") };
}
