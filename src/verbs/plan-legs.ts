// The legs of a run: what `plan --legs` writes down, one record per flow, and prints as matrices.
import type { Flow } from "../flow/flow.ts";
import type { BatchStatus } from "../ledger/state.ts";
import { dueStep, isDue, isEnded, type Step } from "../plan/due.ts";
import { type FlowWork, type Leg, type LegItem, mayPurgeHere, packLegs } from "../plan/legs.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { askedLately, writeLegs } from "./legs-record.ts";
import type { FlowFile } from "./open.ts";
import { limitsOf, type RuledPeriod } from "./periods.ts";
import type { FlowPlanned } from "./plan.ts";
import { flagOption, type Invocation, textOption } from "./verb.ts";

/** Steps that run as a matrix, in their order. */
const STEPS: readonly Step[] = ["archive", "verify", "purge"];

/** A period that a reviewer of the CI environment may approve in this run. */
export interface ToReview {
  readonly flow: string;
  readonly period: string;
  readonly digest: string;
  readonly environment: string;
}

/** Batches that could be purged, but not by a leg of this run. */
export interface Elsewhere {
  readonly flow: string;
  readonly batches: number;
  /** Since when the first of them could have been purged, ms. */
  readonly sinceMs: number;
}

/** Everything that the jobs after `plan` go by. */
export interface PlannedLegs {
  /** Names the records: `legs/FLOW/ID.json`. */
  readonly id: string;
  readonly legs: Readonly<Record<Step | "reviewed", readonly Leg[]>>;
  readonly review: readonly ToReview[];
  /** Whether a period may wait for an approval by pull request. */
  readonly proposes: boolean;
  readonly elsewhere: readonly Elsewhere[];
}

/** The steps that this run may do: `--steps archive,verify`. Throws "usage". */
export function stepsOf(inv: Invocation): ReadonlySet<Step> {
  const steps = stepsSaid(inv);
  return flagOption(inv.options, "purge-elsewhere") ? steps.difference(new Set(["purge"])) : steps;
}

function stepsSaid(inv: Invocation): ReadonlySet<Step> {
  const said = textOption(inv.options, "steps");
  if (said === undefined || said === "all") return new Set(STEPS);
  const named = said.split(",").map((name) => name.trim());
  const known = STEPS.filter((step) => named.includes(step));
  if (known.length === named.length) return new Set(known);
  throw new CellarmanError("usage", `--steps ${said}: expected some of ${STEPS.join(",")}`, {
    hint: "Left out, or all: every step.",
  });
}

/** Packs the legs of what was planned and writes each flow's record, but in a dry run. */
export async function planLegs(
  inv: Invocation,
  files: readonly FlowFile[],
  planned: readonly FlowPlanned[],
): Promise<PlannedLegs> {
  const steps = stepsOf(inv);
  const atWork = planned.flatMap((found) => {
    const at = files.find((file) => file.flow.name === found.flow);
    return at ? [{ at, found }] : [];
  });
  const pack = (step: Step, reviewed = false): Leg[] => {
    const works = atWork.map(({ at, found }) => workOf(inv, step, at.flow, found, reviewed));
    return steps.has(step) ? packLegs(works, reviewed ? "r" : "") : [];
  };
  const review = steps.has("purge") ? await reviewOf(inv, atWork) : [];
  const asked = new Set(review.map(({ flow, period }) => `${flow} ${period}`));
  const reviewed = pack("purge", true).map((leg) => ({
    ...leg,
    items: leg.items.filter(({ period }) => asked.has(`${leg.flow} ${period}`)),
  }));
  const legs = {
    archive: pack("archive"),
    verify: pack("verify"),
    purge: pack("purge"),
    reviewed: reviewed.filter((leg) => leg.items.length > 0),
  };
  for (const { at } of atWork) await writeLegs(inv, at, legs, review);
  const elsewhere = atWork.flatMap(({ at, found }) =>
    steps.has("purge") && mayPurgeHere(at.flow) ? [] : waitingElsewhere(at.flow, found),
  );
  const proposes = atWork.some(
    ({ at, found }) => steps.has("purge") && hasToPropose(at.flow, found),
  );
  return { id: inv.process, legs, review, proposes, elsewhere };
}

/**
 * What reviewers are asked in this run: those of one environment, for one job asks them. The timer
 * asks for the same once a week; a run that is told its steps asks at once.
 */
async function reviewOf(
  inv: Invocation,
  atWork: readonly { readonly at: FlowFile; readonly found: FlowPlanned }[],
): Promise<ToReview[]> {
  const all: ToReview[] = [];
  const isTold = (textOption(inv.options, "steps") ?? "all") !== "all";
  for (const { at, found } of atWork.filter((work) => mayPurgeHere(work.at.flow))) {
    const review = toReview(at.flow, found);
    const lately = review.length === 0 || isTold ? new Set() : await askedLately(inv, at);
    all.push(...review.filter(({ digest }) => !lately.has(digest)));
  }
  return all.filter(({ environment }) => environment === all[0]?.environment);
}

/** A period that this run may bring as far as to wait for a yes, or that waits for one already. */
const hasToPropose = ({ purge }: Flow, { periods }: FlowPlanned): boolean =>
  purge.mode === "approve" &&
  purge.approveBy === "pull-request" &&
  periods.some(({ statuses }) => statuses.some((s) => BEFORE_A_YES.has(s.state)));

const BEFORE_A_YES: ReadonlySet<string> = new Set(["planned", "late", "archived", "cooling"]);

function workOf(
  inv: Invocation,
  step: Step,
  flow: Flow,
  found: FlowPlanned,
  reviewed: boolean,
): FlowWork {
  const { run, purge } = flow;
  const only = textOption(inv.options, "batch");
  const items =
    step === "purge" && !mayPurgeHere(flow)
      ? []
      : found.periods.flatMap((period) => itemsOf(inv, step, flow, period, found, reviewed));
  return {
    flow: flow.name,
    environment: `${run.environment}-${step}`,
    runners: step === "purge" ? purge.runners : run.runners,
    shards: run.shards,
    timeoutMs: run.timeoutMs,
    items: only === undefined ? items : items.filter((item) => item.id === only),
  };
}

function itemsOf(
  inv: Invocation,
  step: Step,
  flow: Flow,
  { ledger, statuses }: RuledPeriod,
  { purgeList }: FlowPlanned,
  reviewed: boolean,
): LegItem[] {
  const { period } = ledger.at;
  const listed = new Set(purgeList.entries.filter((e) => e.period === period).map((e) => e.batch));
  const due = (status: BatchStatus): boolean => {
    if (step === "archive") return isDue(status, "archive");
    // What the archive legs of this run will seal is to be verified by it, too.
    if (step === "verify") return isDue(status, "verify") || isDue(status, "archive");
    if (reviewed !== (status.waitsFor === "approval")) return false;
    return listed.has(status.batch.id) || status.state === "purging" || toReconcile(status);
  };
  const toReconcile = ({ state, batch }: BatchStatus): boolean => {
    if (state !== "purged") return false;
    const atMs = Math.max(...ledger.marksOf(batch.id).purged.map((m) => m.atMs));
    return inv.io.clock.now() - atMs >= limitsOf(inv).reconcileMs;
  };
  const chosen = statuses.filter(due);
  // A period whose batches have all ended is closed by a purge leg that has one of them.
  if (step === "purge" && !reviewed && flow.purge.mode !== "never" && statuses.every(isEnded)) {
    chosen.push(...statuses.slice(0, 1));
  }
  return chosen.map(({ batch }) => ({
    id: batch.id,
    period,
    cost: Number(batch.points ?? batch.series),
  }));
}

/** What the reviewers of the flow's CI environment may say yes to in this run. */
const toReview = ({ run }: Flow, { flow, toReview: covers }: FlowPlanned): ToReview[] =>
  covers.map(({ period, digest }) => ({
    flow,
    period,
    digest,
    environment: `${run.environment}-approve`,
  }));

function waitingElsewhere(flow: Flow, { periods }: FlowPlanned): Elsewhere[] {
  const ready = periods.flatMap((p) => p.statuses).filter((s) => dueStep(s) === "purge");
  if (flow.purge.mode === "never" || ready.length === 0) return [];
  const sinceMs = Math.min(...ready.map((s) => s.untilMs ?? Number.POSITIVE_INFINITY));
  return [{ flow: flow.name, batches: ready.length, sinceMs }];
}
