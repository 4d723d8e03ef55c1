// What a run left undone, by the ledger first: a green matrix is neither needed nor enough. Pure.
import type { Step } from "../plan/due.ts";
import type { BatchView, OpenPeriod } from "../report/open-period.ts";
import type { FlowView } from "../report/overview.ts";
import { plural } from "../report/words.ts";
import { type FailureClass, worstClass } from "../runtime/failure-class.ts";
import { type Assigned, type Left, leftOf } from "./assigned.ts";
import { rowOf } from "./overdue.ts";
import { type BatchRow, type Cause, cause, type Link } from "./trouble.ts";

/** How a job of the run ended, as GitHub's `needs` says it; the matrix is one job. */
export interface Need {
  /** The job's key: `plan`, `archive`, … */
  readonly job: string;
  /** `success`, `failure`, `cancelled`, `skipped`, or what GitHub may say one day. */
  readonly result: string;
}

/** What an annotation of a failed job says. */
export interface Complaint {
  readonly class: FailureClass | undefined;
  readonly message: string;
}

/** A job (one leg of a matrix) that did not succeed. */
export interface FailedJob {
  /** The job's key. */
  readonly job: string;
  /** As GitHub shows it: `archive (metrics-1)`. */
  readonly name: string;
  readonly url: string;
  readonly complaints: readonly Complaint[];
}

/** What is known of the run. */
export interface RunOutcome {
  /** Names of all flows. */
  readonly flows: readonly string[];
  readonly needs: readonly Need[];
  readonly failedJobs: readonly FailedJob[];
  /** When the run began, ms; undefined: not known. */
  readonly beganMs: number | undefined;
}

const STEPS: readonly Step[] = ["archive", "verify", "purge"];

/** A flow's ledger, and what of it the run was to move; undefined: whatever is due. */
export interface FlowWork {
  readonly view: FlowView;
  readonly assigned: Assigned | undefined;
}

/** The causes of one flow, of what the run did not do for it. */
export function runCauses(work: FlowWork, outcome: RunOutcome): Cause[] {
  const { view } = work;
  const steps = STEPS.flatMap((step) => stepCauses(work, outcome, step));
  const others = outcome.needs
    .filter(({ job, result }) => !stepOf(job) && (result === "failure" || result === "partial"))
    .filter((need) => concerns(view.flow.name, need, outcome))
    .map((need) => jobCause(need, outcome));
  return [...others, ...steps];
}

/**
 * Whether a run that found no cause may not say that all is well: it was not asked to work on the
 * flow, or its legs were superseded, and what failed before is left still.
 */
export function leavesOpen(
  { view }: FlowWork,
  outcome: RunOutcome,
  purgesElsewhere: boolean,
): boolean {
  if (outcome.needs.length === 0) return true;
  const { beganMs } = outcome;
  const came = (step: Step): boolean => beganMs !== undefined && movedSince(view, step, beganMs);
  const left = (step: Step): boolean => leftOf(view, step, undefined).length > 0;
  const mayPurge = !purgesElsewhere && endOf(outcome, "purge") !== "success";
  if (mayPurge && left("purge")) return true;
  const isUnplanned = view.periods.some((p) => p.kind === "unplanned");
  const isBehind = isUnplanned || left("archive") || left("verify");
  return isBehind && !came("archive") && !came("verify");
}

/** A need, though a leg of it failed, that left nothing undone; or that was superseded. */
export function harmlessNeeds(works: readonly FlowWork[], outcome: RunOutcome): Need[] {
  return outcome.needs.filter(({ job, result }) => {
    const step = stepOf(job);
    if (result === "cancelled") return true;
    const left = (w: FlowWork): Left[] => (step ? leftOf(w.view, step, w.assigned) : []);
    return step && result === "failure" && !works.some((w) => left(w).length > 0);
  });
}

/** The step that a job does; there may be two that purge: `purge`, `purge-reviewed`. */
const stepOf = (job: string): Step | undefined =>
  STEPS.find((step) => job === step || job.startsWith(`${step}-`));

/** How a step ended: of several jobs that do it, the one that went worst. */
function endOf({ needs }: RunOutcome, step: Step): string | undefined {
  const results = needs.filter(({ job }) => stepOf(job) === step).map(({ result }) => result);
  const quiet = ["cancelled", "success", "skipped"];
  return results.find((r) => !quiet.includes(r)) ?? quiet.find((r) => results.includes(r));
}

function stepCauses(work: FlowWork, outcome: RunOutcome, step: Step): Cause[] {
  const result = endOf(outcome, step);
  // Cancelled legs were superseded, skipped ones had nothing to do or were not asked: their
  // batches are due still, and said when they are overdue.
  if (!result || result === "cancelled" || result === "skipped") return [];
  const { view } = work;
  const left = leftOf(view, step, work.assigned);
  const jobs = ownJobs(work, outcome, step, left);
  if (result !== "success" && jobs) {
    return left.map((one) => failedStep(work, jobs, step, one));
  }
  if (step === "purge" || outcome.beganMs === undefined || left.length === 0) return [];
  if (movedSince(view, step, outcome.beganMs)) return [];
  return left.map(({ open, batches }) => greenAndIdle(view, step, open, batches));
}

/**
 * The failed jobs of a step that may have left this flow's batches: those of the legs that had
 * them, else those whose names or annotations speak of no other flow. Undefined: all that failed
 * are other flows'.
 */
function ownJobs(
  { view, assigned }: FlowWork,
  outcome: RunOutcome,
  step: Step,
  left: readonly Left[],
): readonly FailedJob[] | undefined {
  const all = outcome.failedJobs.filter((j) => stepOf(j.job) === step);
  if (all.length === 0) return all;
  const legs = new Set(
    left.flatMap(({ open, batches }) => batches.map((b) => assigned?.(step, open.period, b))),
  );
  const own = all.filter((job) => {
    const [, leg, flow] = /\(((\S+?)-r?\d+)\)$/.exec(job.name) ?? [];
    if (leg !== undefined && assigned) return legs.has(leg);
    if (flow !== undefined && outcome.flows.includes(flow)) return flow === view.flow.name;
    return speaksOfNoOther(view.flow.name, job.complaints, outcome.flows);
  });
  return own.length > 0 ? own : undefined;
}

function failedStep(
  { view, assigned }: FlowWork,
  jobs: readonly FailedJob[],
  step: Step,
  { open, batches }: Left,
): Cause {
  const flow = view.flow.name;
  const rows = batches.map((b) => {
    const leg = assigned?.(step, open.period, b);
    const job = leg === undefined ? undefined : jobs.find((j) => j.name.endsWith(`(${leg})`));
    return told(flow, { ...rowOf(open, b), log: job?.url }, jobs);
  });
  const said = rows.map((r) => r.class).filter((c) => c !== undefined);
  const all = jobs.flatMap((j) => j.complaints.map((c) => c.class)).filter((c) => c !== undefined);
  const worst = worstClass(said.length > 0 ? said : all);
  const what = `${open.period}: ${step} failed, ${notDone(batches.length)}`;
  return cause(`${step} ${open.period} ${worst ?? "unknown"}`, what, nextOf(step, flow, open), {
    class: worst,
    links: linksOf(jobs),
    rows,
  });
}

const notDone = (n: number): string => plural(n, "batch is not done", "batches are not done");

const nextOf = (step: Step, flow: string, { period }: OpenPeriod): string =>
  `cellarman ${step} ${flow} --period ${period}`;

/** A batch's row with what an annotation says of it: `FLOW PERIOD BATCH: …`. */
function told(flow: string, row: BatchRow, jobs: readonly FailedJob[]): BatchRow {
  const prefix = `${flow} ${row.period} ${row.batch}: `;
  for (const { complaints, url } of jobs) {
    const found = complaints.find((c) => c.message.startsWith(prefix));
    if (!found) continue;
    return { ...row, class: found.class, message: found.message.slice(prefix.length), log: url };
  }
  return row;
}

function movedSince(view: FlowView, step: Step, sinceMs: number): boolean {
  const atMs = (b: BatchView): number => (step === "archive" ? b.archivedMs : b.verifiedMs) ?? 0;
  return view.periods.some(
    (p) =>
      (p.kind === "closed" && p.atMs >= sinceMs) ||
      (p.kind === "open" && p.batches.some((b) => atMs(b) >= sinceMs)),
  );
}

function greenAndIdle(
  view: FlowView,
  step: Step,
  open: OpenPeriod,
  batches: readonly BatchView[],
): Cause {
  const what =
    `${open.period}: ${step} ended green, and none came forward: ` + notDone(batches.length);
  const rows = batches.map((b) => rowOf(open, b));
  return cause(`idle ${step} ${open.period}`, what, nextOf(step, view.flow.name, open), { rows });
}

/** Whether a job's failure is this flow's: its annotations name it, or name no flow at all. */
function concerns(flow: string, need: Need, { failedJobs, flows }: RunOutcome): boolean {
  const said = failedJobs.filter((j) => j.job === need.job).flatMap((j) => j.complaints);
  return speaksOfNoOther(flow, said, flows);
}

function speaksOfNoOther(
  flow: string,
  said: readonly Complaint[],
  flows: readonly string[],
): boolean {
  const named = flows.filter((name) => said.some(({ message }) => speaksOf(name, message)));
  return named.length === 0 || named.includes(flow);
}

/** Annotations of ours begin with the flow, where they are about one. */
const speaksOf = (flow: string, message: string): boolean =>
  message.startsWith(`${flow}: `) || message.startsWith(`${flow} `);

function jobCause({ job }: Need, { failedJobs }: RunOutcome): Cause {
  const jobs = failedJobs.filter((j) => j.job === job);
  const complaints = jobs.flatMap((j) => j.complaints);
  const worst = worstClass(complaints.map((c) => c.class).filter((c) => c !== undefined));
  const why = complaints[0] ? `: ${complaints[0].message}` : "";
  const todo = "Read the job's log, mend what it says, and run the failed jobs again.";
  return cause(`${job} ${worst ?? "unknown"}`, `${job} failed${why}`, todo, {
    class: worst,
    links: linksOf(jobs),
  });
}

const linksOf = (jobs: readonly FailedJob[]): Link[] =>
  jobs.map(({ name, url }) => ({ text: name, url }));
