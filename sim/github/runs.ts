// Workflow runs: their jobs, approvals, re-runs; workflows and dispatches; annotations of checks.
import {
  type Answer,
  type Call,
  created,
  type Handlers,
  notFound,
  ok,
  page,
  refused,
  text,
} from "./call.ts";
import type { World } from "./world.ts";

export interface Job {
  readonly id: number;
  readonly name: string;
  readonly attempt: number;
  conclusion: string | null;
  /** Annotations of its check run. */
  readonly annotations: readonly JobAnnotation[];
  /** Whether it waits for a reviewer. */
  readonly isWaiting?: boolean;
  /** 0: no runner took it; left out: one did. */
  readonly runnerId?: number;
  /** Left out: GitHub does not say. */
  readonly startedAt?: string;
}

/** What a step printed as `::error title=…::…`, or GitHub says of the job. */
export interface JobAnnotation {
  readonly title: string | null;
  readonly message: string;
}

/** A request to run something again; without a job: all that failed. */
export interface Rerun {
  readonly run: number;
  readonly job: number | undefined;
}

export interface Approval {
  readonly environment: string;
  readonly by: string;
  readonly state: "approved" | "rejected";
}

export interface Run {
  readonly id: number;
  readonly workflow: string;
  readonly event: string;
  readonly branch: string;
  readonly sha: string;
  readonly actor: string;
  attempt: number;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  readonly createdAt: string;
  readonly jobs: Job[];
  readonly approvals: Approval[];
}

export interface Dispatch {
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: unknown;
}

const REPO = "/repos/{owner}/{repo}";
const RUN = `${REPO}/actions/runs/{run_id}`;
const WORKFLOW = `${REPO}/actions/workflows/{workflow_id}`;

export const runHandlers: Handlers = {
  [`GET ${RUN}`]: (call) => withRun(call, (run) => ok(shape(call.world, run))),
  [`GET ${REPO}/actions/runs`]: (call) => listAnswer(call, () => true),
  [`GET ${WORKFLOW}/runs`]: (call) =>
    listAnswer(call, (run) => run.workflow === call.params["workflow_id"]),
  [`GET ${RUN}/approvals`]: (call) =>
    withRun(call, (run) => ok(run.approvals.map((one) => approvalShape(call.world, one)))),
  [`GET ${RUN}/jobs`]: (call) =>
    withRun(call, (run) => {
      const attempt = call.query["filter"] === "all" ? undefined : run.attempt;
      return jobsAnswer(call, run, attempt);
    }),
  [`GET ${RUN}/attempts/{attempt_number}/jobs`]: (call) =>
    withRun(call, (run) => jobsAnswer(call, run, Number(call.params["attempt_number"]))),
  [`POST ${RUN}/rerun-failed-jobs`]: (call) => withRun(call, (run) => again(call, run, undefined)),
  [`POST ${REPO}/actions/jobs/{job_id}/rerun`]: (call) => {
    const id = Number(call.params["job_id"]);
    const run = [...call.world.runs.values()].find((r) => r.jobs.some((j) => j.id === id));
    return run ? again(call, run, id) : notFound();
  },
  [`GET ${WORKFLOW}`]: ({ world, params }) => {
    const file = params["workflow_id"] ?? "";
    const state = world.workflows.get(file);
    return state === undefined ? notFound() : ok(workflowShape(file, state));
  },
  [`GET ${REPO}/actions/workflows`]: (call) => {
    const all = [...call.world.workflows].map(([file, state]) => workflowShape(file, state));
    return ok({ total_count: all.length, workflows: page(all, call) });
  },
  [`POST ${WORKFLOW}/dispatches`]: ({ world, params, body }) => {
    const workflow = params["workflow_id"] ?? "";
    if (!world.workflows.has(workflow)) return notFound();
    world.dispatches.push({ workflow, ref: text(body["ref"]), inputs: body["inputs"] ?? {} });
    return { status: 204 };
  },
  [`GET ${REPO}/check-runs/{check_run_id}/annotations`]: (call) => {
    const id = Number(call.params["check_run_id"]);
    const job = [...call.world.runs.values()].flatMap((run) => run.jobs).find((j) => j.id === id);
    const all = (job?.annotations ?? []).map((one) => ({ annotation_level: "failure", ...one }));
    return ok(page(all, call));
  },
};

function withRun({ world, params }: Call, work: (run: Run) => Answer): Answer {
  const run = world.runs.get(Number(params["run_id"]));
  return run ? work(run) : notFound();
}

/** A run, as GitHub starts it. */
export function addRun(world: World, said: Partial<Run> = {}): Run {
  const branch = said.branch ?? world.defaultBranch;
  const run: Run = {
    id: world.id(),
    workflow: "offload.yml",
    event: "schedule",
    branch,
    sha: world.git.heads.get(branch) ?? "",
    actor: world.owner,
    attempt: 1,
    status: "in_progress",
    conclusion: null,
    createdAt: world.time(),
    jobs: [],
    approvals: [],
    ...said,
  };
  world.runs.set(run.id, run);
  return run;
}

/** One job of a run, as it ended. */
export function addJob(world: World, run: Run, said: Partial<Job> & Pick<Job, "name">): Job {
  const job: Job = {
    id: world.id(),
    attempt: run.attempt,
    conclusion: "success",
    annotations: [],
    startedAt: world.time(),
    ...said,
  };
  run.jobs.push(job);
  return job;
}

/** GitHub refuses while the run is not over, and after 50 re-runs. */
function again({ world }: Call, run: Run, job: number | undefined): Answer {
  if (run.status !== "completed") return refused(403, "The workflow run is already running");
  if (run.attempt > 50) return refused(403, "Unable to re-run: the limit of 50 is reached");
  world.reruns.push({ run: run.id, job });
  run.attempt += 1;
  run.status = "queued";
  run.conclusion = null;
  return created({});
}

function listAnswer(call: Call, fits: (run: Run) => boolean): Answer {
  const { branch, event, status } = call.query;
  const all = [...call.world.runs.values()]
    .filter(fits)
    .filter((run) => branch === undefined || run.branch === branch)
    .filter((run) => event === undefined || run.event === event)
    .filter((run) => status === undefined || run.status === status || run.conclusion === status)
    .toReversed();
  const runs = page(all, call).map((run) => shape(call.world, run));
  return ok({ total_count: all.length, workflow_runs: runs });
}

function jobsAnswer(call: Call, run: Run, attempt: number | undefined): Answer {
  const all = run.jobs.filter((job) => attempt === undefined || job.attempt === attempt);
  const jobs = page(all, call).map((job) => ({
    id: job.id,
    run_id: run.id,
    name: job.name,
    run_attempt: job.attempt,
    status: job.conclusion !== null ? "completed" : job.isWaiting ? "waiting" : "in_progress",
    conclusion: job.conclusion,
    check_run_url: `${call.world.url()}/repos/x/y/check-runs/${job.id}`,
    html_url: `${runUrl(call.world, run)}/job/${job.id}`,
    runner_id: job.runnerId ?? 7,
    created_at: job.startedAt ?? run.createdAt,
    started_at: job.startedAt ?? run.createdAt,
    completed_at: job.conclusion === null ? null : (job.startedAt ?? run.createdAt),
  }));
  return ok({ total_count: all.length, jobs });
}

const runUrl = ({ owner, repo }: World, run: Run): string =>
  `https://github.com/${owner}/${repo}/actions/runs/${run.id}`;

const shape = (world: World, run: Run) => ({
  id: run.id,
  name: run.workflow,
  path: `.github/workflows/${run.workflow}`,
  event: run.event,
  status: run.status,
  conclusion: run.conclusion,
  run_attempt: run.attempt,
  head_branch: run.branch,
  head_sha: run.sha,
  created_at: run.createdAt,
  run_started_at: run.createdAt,
  actor: world.user(run.actor),
  triggering_actor: world.user(run.actor),
  updated_at: run.createdAt,
  html_url: runUrl(world, run),
});

const approvalShape = (world: World, { environment, by, state }: Approval) => ({
  environments: [{ id: world.environments.get(environment)?.id ?? 0, name: environment }],
  state,
  user: world.user(by),
  comment: "",
});

const workflowShape = (file: string, state: string) => ({
  id: 1,
  name: file,
  path: `.github/workflows/${file}`,
  state,
});
