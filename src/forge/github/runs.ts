// Runs, their jobs and what these were annotated with.
import type { Complaint } from "../../alert/run-causes.ts";
import { classOfTitle } from "../../runtime/failure-class.ts";
import type { CallBudget } from "./budget.ts";
import type { GitHub } from "./client.ts";

/** A job of one attempt of a run. */
export interface RunJob {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  /** GitHub's word; null: it has not ended. */
  readonly conclusion: string | null;
  /** Whether it waits for a reviewer's yes: its run does not end before. */
  readonly isWaiting: boolean;
  /** Whether a runner ever took it. */
  readonly hadRunner: boolean;
  /** Undefined where GitHub does not say, ms. */
  readonly startedMs: number | undefined;
  /** Between its creation and its end, ms. */
  readonly lastedMs: number;
}

/** A run, by its newest attempt. */
export interface Run {
  readonly id: number;
  readonly attempt: number;
  readonly conclusion: string | null;
}

/** Pages of 100 jobs: two matrices of 250 legs, and the jobs around them. */
const PAGES_MAX = 8;

/** The run as it is now. */
export async function readRun(github: GitHub, budget: CallBudget, id: number): Promise<Run> {
  budget.spend();
  const { data } = await github.request("GET /repos/{owner}/{repo}/actions/runs/{run_id}", {
    ...github.repository,
    run_id: id,
  });
  return { id, attempt: data.run_attempt ?? 1, conclusion: data.conclusion };
}

/** The jobs of one attempt: those that it ran itself. */
export async function readJobs(
  github: GitHub,
  budget: CallBudget,
  run: { readonly id: number; readonly attempt: number },
): Promise<RunJob[]> {
  const found: RunJob[] = [];
  for (let page = 1; page <= PAGES_MAX; page++) {
    budget.spend();
    const { data } = await github.request(
      "GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs",
      {
        ...github.repository,
        run_id: run.id,
        attempt_number: run.attempt,
        per_page: 100,
        page,
      },
    );
    for (const job of data.jobs) {
      found.push({
        id: Number(job.id),
        name: job.name,
        url: job.html_url ?? "",
        conclusion: job.conclusion,
        isWaiting: job.status === "waiting",
        hadRunner: (job.runner_id ?? 0) > 0 || (job.steps ?? []).length > 0,
        startedMs: timeOf(job.started_at),
        lastedMs: Math.max(0, (timeOf(job.completed_at) ?? 0) - (timeOf(job.created_at) ?? 0)),
      });
    }
    if (data.jobs.length < 100) break;
  }
  return found;
}

function timeOf(text: string | null | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

/** Ours among a job's annotations of failures; a job's check run has the job's own id. */
export async function readComplaints(
  github: GitHub,
  budget: CallBudget,
  job: number,
): Promise<Complaint[]> {
  budget.spend();
  const { data } = await github.request(
    "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations",
    { ...github.repository, check_run_id: job, per_page: 50 },
  );
  return data
    .map(({ title, message }) => ({ class: classOfTitle(title), message: message ?? "" }))
    .filter((complaint) => complaint.class !== undefined);
}

/** Runs the failed jobs again, and what depends on them. */
export async function rerunFailedJobs(
  github: GitHub,
  budget: CallBudget,
  run: number,
): Promise<void> {
  budget.spend();
  await github.request("POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs", {
    ...github.repository,
    run_id: run,
  });
}

/** Runs one job again, and what depends on it. */
export async function rerunJob(github: GitHub, budget: CallBudget, job: number): Promise<void> {
  budget.spend();
  await github.request("POST /repos/{owner}/{repo}/actions/jobs/{job_id}/rerun", {
    ...github.repository,
    job_id: job,
  });
}
