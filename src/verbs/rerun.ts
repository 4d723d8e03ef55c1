// rerun: after a run that failed, runs its failed jobs again where that may help, a bounded number
// of times (facts github-actions §2). Started by `workflow_run: completed`.
import { z } from "zod";
import { actionsContext, openRunGitHub, readEvent } from "../forge/actions/context.ts";
import { type CallBudget, callBudget } from "../forge/github/budget.ts";
import type { GitHub } from "../forge/github/client.ts";
import { statusOf } from "../forge/github/failure.ts";
import {
  readComplaints,
  readJobs,
  readRun,
  rerunFailedJobs,
  rerunJob,
  type Run,
} from "../forge/github/runs.ts";
import { decideRerun, type Job, type Judged, type RerunDecision } from "../rerun/decide.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { duration } from "../runtime/progress.ts";
import { numberOption } from "./report-outcome.ts";
import { flagOption, type Invocation, textOption, type VerbResult } from "./verb.ts";

/** Failed jobs whose annotations are read, a call each; what is not read is not run again. */
const ANNOTATIONS_READ = 50;
/** Calls of one such run: jobs, annotations, and the re-run. */
const CALLS_MAX = 70;
/** Re-runs where nobody says how many. */
const RERUNS_USUAL = 2;

/** Decides about a run and does it; says what was decided and why. Deciding against is success. */
export async function run(inv: Invocation): Promise<VerbResult> {
  const github = openRunGitHub(inv.io, inv.log);
  if (!github) throw noGitHub();
  try {
    const budget = callBudget(CALLS_MAX);
    const found = await readRun(github, budget, await runOf(inv));
    const decision = decideRerun({
      conclusion: found.conclusion,
      attempt: found.attempt,
      maxReruns: numberOption(inv, "max-reruns", RERUNS_USUAL),
      jobs: await judgedJobs(github, budget, found),
      reportJob: "report",
    });
    const done = await act(inv, github, budget, found, decision);
    const said = `run ${found.id}, attempt ${found.attempt}: ${done}: ${decision.why}`;
    return {
      exitCode: EXIT.done,
      text: [said, ...decision.judged.map(judgedText)].map((line) => `${line}\n`).join(""),
      json: {
        run: found.id,
        attempt: found.attempt,
        action: decision.action.kind,
        done,
        why: decision.why,
        waitSeconds: decision.waitMs / 1000,
        jobs: decision.judged.map(({ job, verdict, why }) => ({ job: job.name, verdict, why })),
        notices: [said],
        calls: budget.spent,
      },
    };
  } finally {
    await github.close();
  }
}

const noGitHub = (): CellarmanError =>
  new CellarmanError("not-authorised", "rerun needs a run of GitHub Actions and GITHUB_TOKEN", {
    hint: "Run it in rerun.yml with env: { GITHUB_TOKEN: ${{ github.token }} } and actions: write.",
  });

const eventSchema = z.looseObject({ workflow_run: z.looseObject({ id: z.number().int() }) });

/** The run to decide about: `--run ID`, or the one whose end started this one. */
async function runOf(inv: Invocation): Promise<number> {
  const said = textOption(inv.options, "run");
  if (said !== undefined && /^\d{1,15}$/.test(said)) return Number(said);
  const context = actionsContext(inv.io.env);
  const event = eventSchema.safeParse(context && (await readEvent(context)));
  if (said === undefined && event.success) return event.data.workflow_run.id;
  throw new CellarmanError("usage", "rerun: which run?", {
    hint: "Say --run ID, or start it by workflow_run: completed.",
  });
}

async function judgedJobs(github: GitHub, budget: CallBudget, run: Run): Promise<Job[]> {
  const jobs: Job[] = [];
  let read = 0;
  for (const job of await readJobs(github, budget, run)) {
    const isRead = job.conclusion === "failure" && job.hadRunner && read < ANNOTATIONS_READ;
    read += isRead ? 1 : 0;
    const complaints = isRead ? await readComplaints(github, budget, job.id) : undefined;
    const classes = complaints?.map((c) => c.class).filter((c) => c !== undefined);
    jobs.push({ ...job, classes });
  }
  return jobs;
}

/** Waits, looks whether somebody was faster, and runs again. */
async function act(
  inv: Invocation,
  github: GitHub,
  budget: CallBudget,
  run: Run,
  { action, waitMs }: RerunDecision,
): Promise<string> {
  if (action.kind === "none") return "not run again";
  if (flagOption(inv.options, "dry-run")) return "would be run again";
  inv.log.info(`waiting ${duration(waitMs / 1000)} before it is run again`);
  await inv.io.clock.sleep(waitMs, inv.io.signal);
  const now = await readRun(github, budget, run.id);
  if (now.attempt !== run.attempt) return "somebody else ran it again";
  try {
    if (action.kind === "job") await rerunJob(github, budget, action.id);
    else await rerunFailedJobs(github, budget, run.id);
  } catch (error) {
    // GitHub refuses a run that is running: somebody was faster by a moment.
    if (statusOf(error) !== 403 || !/already running/i.test(String(error))) throw error;
    return "somebody else ran it again";
  }
  return action.kind === "job" ? "one job run again" : "failed jobs run again";
}

const judgedText = ({ job, verdict, why }: Judged): string => `  ${job.name}: ${verdict}: ${why}`;
