// Workflows, their runs, the runs' jobs and what these were annotated with; and running them again.
import { type Call, created, type Handlers, notFound, ok, page, refused } from "./call.ts";
import type { Job, JobAnnotation, Run, Workflow } from "./run-state.ts";
import type { World } from "./world.ts";

const REPO = "/repos/{owner}/{repo}";
const RUN = `${REPO}/actions/runs/{run_id}`;
const WORKFLOW = `${REPO}/actions/workflows/{workflow_id}`;

export const runHandlers: Handlers = {
  [`GET ${RUN}`]: (call) => withRun(call, (run) => ok(runShape(call.world, run))),
  [`GET ${REPO}/actions/runs`]: (call) => listed(call, [...call.world.actions.runs.values()]),
  [`GET ${RUN}/attempts/{attempt_number}/jobs`]: (call) =>
    withRun(call, ({ id }) => jobsOf(call, id, Number(call.params["attempt_number"]))),
  [`GET ${RUN}/jobs`]: (call) => withRun(call, ({ id, attempt }) => jobsOf(call, id, attempt)),
  [`POST ${RUN}/rerun-failed-jobs`]: (call) => withRun(call, (run) => again(call, run, undefined)),
  [`POST ${REPO}/actions/jobs/{job_id}/rerun`]: (call) => {
    const job = call.world.actions.jobs.get(Number(call.params["job_id"]));
    const run = job && call.world.actions.runs.get(job.run);
    return job && run ? again(call, run, job.id) : notFound();
  },
  [`GET ${REPO}/actions/workflows`]: ({ world }) => {
    const all = [...world.actions.workflows.values()].map((one) => workflowShape(world, one));
    return ok({ total_count: all.length, workflows: all });
  },
  [`GET ${WORKFLOW}`]: ({ world, params }) => {
    const found = workflowOf(world, params["workflow_id"] ?? "");
    return found ? ok(workflowShape(world, found)) : notFound();
  },
  [`GET ${WORKFLOW}/runs`]: (call) => {
    const found = workflowOf(call.world, call.params["workflow_id"] ?? "");
    if (!found) return notFound();
    const runs = [...call.world.actions.runs.values()];
    return listed(
      call,
      runs.filter((run) => run.workflow === found.file),
    );
  },
  [`GET ${REPO}/check-runs/{check_run_id}/annotations`]: (call) => {
    const job = call.world.actions.jobs.get(Number(call.params["check_run_id"]));
    if (!job) return notFound();
    return ok(page(job.annotations, call).map(annotationShape));
  },
};

/** By file name or by id, as GitHub takes either. */
const workflowOf = ({ actions }: World, name: string): Workflow | undefined =>
  actions.workflows.get(name) ?? [...actions.workflows.values()].find((w) => String(w.id) === name);

function withRun(call: Call, work: (run: Run) => ReturnType<typeof ok>) {
  const run = call.world.actions.runs.get(Number(call.params["run_id"]));
  return run ? work(run) : notFound();
}

/** The newest first; `status` is a status or a conclusion. */
function listed(call: Call, runs: readonly Run[]) {
  const { status, branch, event } = call.query;
  const fitting = runs
    .filter((run) => status === undefined || run.status === status || run.conclusion === status)
    .filter((run) => branch === undefined || run.headBranch === branch)
    .filter((run) => event === undefined || run.event === event)
    .toSorted((a, b) => b.id - a.id);
  const shapes = page(fitting, call).map((run) => runShape(call.world, run));
  return ok({ total_count: fitting.length, workflow_runs: shapes });
}

function jobsOf(call: Call, run: number, attempt: number) {
  const all = [...call.world.actions.jobs.values()];
  const own = all.filter((job) => job.run === run && job.attempt === attempt);
  const jobs = page(own, call).map((job) => jobShape(call.world, job));
  return ok({ total_count: own.length, jobs });
}

/** GitHub refuses while the run is not over, and after 50 re-runs. */
function again({ world }: Call, run: Run, job: number | undefined) {
  if (run.status !== "completed") return refused(403, "The workflow run is already running");
  if (run.attempt > 50) return refused(403, "Unable to re-run: the limit of 50 is reached");
  world.actions.reruns.push({ run: run.id, job });
  run.attempt += 1;
  run.status = "queued";
  run.conclusion = null;
  return created({});
}

const runsUrl = (world: World, run: number): string =>
  `https://github.com/${world.owner}/${world.repo}/actions/runs/${run}`;

const workflowShape = (world: World, { id, file, state, createdAt }: Workflow) => ({
  id,
  node_id: `W_${id}`,
  name: file,
  path: `.github/workflows/${file}`,
  state,
  created_at: createdAt,
  updated_at: createdAt,
  url: `${world.url()}/workflows/${id}`,
  html_url: `https://github.com/${world.owner}/${world.repo}/blob/main/.github/workflows/${file}`,
  badge_url: "",
});

const runShape = (world: World, run: Run) => ({
  id: run.id,
  node_id: `R_${run.id}`,
  name: run.workflow,
  path: `.github/workflows/${run.workflow}`,
  head_branch: run.headBranch,
  head_sha: run.headSha,
  run_number: run.id,
  run_attempt: run.attempt,
  event: run.event,
  status: run.status,
  conclusion: run.conclusion,
  workflow_id: world.actions.workflows.get(run.workflow)?.id ?? 0,
  html_url: runsUrl(world, run.id),
  created_at: run.createdAt,
  updated_at: run.updatedAt,
  run_started_at: run.createdAt,
});

const jobShape = (world: World, job: Job) => ({
  id: job.id,
  run_id: job.run,
  run_attempt: job.attempt,
  node_id: `J_${job.id}`,
  name: job.name,
  status: job.conclusion === null ? "in_progress" : "completed",
  conclusion: job.conclusion,
  html_url: `${runsUrl(world, job.run)}/job/${job.id}`,
  check_run_url: `${world.url()}/repos/${world.owner}/${world.repo}/check-runs/${job.id}`,
  created_at: job.createdAt,
  started_at: job.startedAt,
  completed_at: job.completedAt,
  runner_id: job.runnerId,
  runner_name: job.runnerId === 0 ? "" : "hosted",
  steps: [],
  labels: [],
});

const annotationShape = ({ level, title, message }: JobAnnotation) => ({
  path: ".github",
  start_line: 1,
  end_line: 1,
  start_column: null,
  end_column: null,
  annotation_level: level,
  title,
  message,
  raw_details: null,
  blob_href: "",
});
