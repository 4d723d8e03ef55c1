// What is known of the run that reports: how its jobs ended, what their annotations say, and
// whether it will be tried again.
import { z } from "zod";
import type { FailedJob, Need, RunOutcome } from "../alert/run-causes.ts";
import type { ActionsContext } from "../forge/actions/context.ts";
import type { CallBudget } from "../forge/github/budget.ts";
import type { GitHub } from "../forge/github/client.ts";
import { readComplaints, readJobs, type RunJob } from "../forge/github/runs.ts";
import { decideRerun, type Job } from "../rerun/decide.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import { type Invocation, textOption } from "./verb.ts";

/** Failed jobs whose annotations are read: a call each. */
const ANNOTATIONS_READ = 5;

/** What the run came to. */
export interface Outcome extends RunOutcome {
  /** Why its failed jobs will be tried again; undefined: they will not. */
  readonly willRerun: string | undefined;
  /** What could not be found out, in words. */
  readonly unknown: readonly string[];
}

const needsSchema = z.record(
  z.string(),
  z.looseObject({
    result: z.string(),
    outputs: z.record(z.string(), z.unknown()).optional(),
  }),
);

/** One job in short: `plan=success/3` ended well, with exit code 3 of its verb. */
const SHORT = /^([a-z][a-z0-9-]{0,99})=([a-z_]{1,30})(?:\/(\d{0,3}))?$/;

/**
 * The jobs before this one: in short, `plan=success/0,archive=failure`, or as
 * `${{ toJSON(needs) }}` says it (that holds the matrices as well, and may be too long for a
 * command line). A verb's exit code, where it is given and not 0, makes a success "partial". Throws
 * "usage".
 */
export function needsOf(inv: Invocation): readonly Need[] {
  const said = textOption(inv.options, "needs");
  if (said === undefined) return [];
  const json = needsSchema.safeParse(jsonOf(said));
  if (json.success) {
    return Object.entries(json.data).map(([job, { result, outputs }]) =>
      needOf(job, result, outputs?.["exit-code"]),
    );
  }
  return said
    .split(",")
    .filter((one) => one.trim() !== "")
    .map((one) => {
      const [, job, result, code] = SHORT.exec(one.trim()) ?? [];
      if (job !== undefined && result !== undefined) return needOf(job, result, code);
      throw new CellarmanError("usage", `--needs: ${JSON.stringify(one)} is not JOB=RESULT`, {
        hint: "Say for example --needs plan=success/0,archive=failure,verify=skipped.",
      });
    });
}

function needOf(job: string, result: string, code: unknown): Need {
  const isPartial = result === "success" && typeof code === "string" && !/^0*$/.test(code);
  return { job, result: isPartial ? "partial" : result };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A whole number that an option says. Throws "usage". */
export function numberOption(inv: Invocation, name: string, usual: number): number {
  const said = textOption(inv.options, name);
  if (said === undefined) return usual;
  if (/^\d{1,3}$/.test(said)) return Number(said);
  throw new CellarmanError("usage", `--${name} ${said}: expected a whole number, e.g. 2`);
}

/** Reads what is known. What GitHub does not say is said to be unknown; nothing is thrown. */
export async function readOutcome(
  inv: Invocation,
  flows: readonly string[],
  asked: { context: ActionsContext; github: GitHub; budget: CallBudget } | undefined,
): Promise<Outcome> {
  const needs = needsOf(inv);
  const bare: Outcome = {
    flows,
    needs,
    failedJobs: [],
    beganMs: undefined,
    willRerun: undefined,
    unknown: [],
  };
  if (!asked || needs.length === 0) return bare;
  const { context, github, budget } = asked;
  const attempt = numberOption(inv, "attempt", context.runAttempt);
  try {
    const jobs = await readJobs(github, budget, { id: context.runId, attempt });
    const began = jobs.map((j) => j.startedMs).filter((ms) => ms !== undefined);
    const failures = await failedJobs(needs, jobs, github, budget);
    const beganMs = began.length === 0 ? undefined : Math.min(...began);
    return { ...bare, beganMs, ...failures, willRerun: rerunOf(inv, attempt, jobs, failures) };
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    const { message, hint } = asCellarmanError(thrown);
    const unknown = `the run's jobs could not be read: ${message}. ${hint ?? ""}`.trim();
    return { ...bare, unknown: [unknown] };
  }
}

type Failures = { readonly failedJobs: readonly (FailedJob & { id: number; read: boolean })[] };

async function failedJobs(
  needs: readonly Need[],
  jobs: readonly RunJob[],
  github: GitHub,
  budget: CallBudget,
): Promise<Failures> {
  const partial = new Set(needs.filter((n) => n.result === "partial").map((n) => n.job));
  const bad = jobs.filter(
    ({ conclusion, name }) =>
      conclusion === "failure" || conclusion === "timed_out" || partial.has(keyOf(name, needs)),
  );
  const found = [];
  for (const [i, { id, name, url }] of bad.entries()) {
    const read = i < ANNOTATIONS_READ;
    const complaints = read ? await readComplaints(github, budget, id) : [];
    found.push({ id, read, job: keyOf(name, needs), name, url, complaints });
  }
  return { failedJobs: found };
}

/** The key of the job that a name belongs to: `caller / archive (metrics-1)` is `archive`. */
export function keyOf(name: string, needs: readonly Need[]): string {
  const last = name.split(" / ").at(-1) ?? name;
  return needs.find(({ job }) => last === job || last.startsWith(`${job} `))?.job ?? last;
}

/** Why the failed jobs will run again, if so: as `rerun` will decide when this run has ended. */
function rerunOf(
  inv: Invocation,
  attempt: number,
  jobs: readonly RunJob[],
  { failedJobs: failures }: Failures,
): string | undefined {
  // `rerun` starts when the run has ended: a run that waits for a reviewer may wait for weeks.
  if (jobs.some((job) => job.isWaiting)) return undefined;
  const byId = new Map(failures.map((f) => [f.id, f]));
  const judged = jobs.map((job): Job => {
    const known = byId.get(job.id);
    const classes = known?.read
      ? known.complaints.map((c) => c.class).filter((c) => c !== undefined)
      : undefined;
    return { ...job, classes };
  });
  const maxReruns = numberOption(inv, "max-reruns", 0);
  const input = { conclusion: null, attempt, maxReruns, jobs: judged, reportJob: "report" };
  const { action, why } = decideRerun(input);
  return action.kind === "none" ? undefined : why;
}
