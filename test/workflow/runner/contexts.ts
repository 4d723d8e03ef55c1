// What jobs see of their run: the contexts of expressions, and the variables of processes.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts and
// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
import type { Contexts, Json } from "./expressions.ts";
import type { StepFiles } from "./job.ts";
import type { JobRecord, JobResult } from "./records.ts";
import type { Run } from "./run.ts";
import type { JobText } from "./workflow.ts";

const SERVER_URL = "https://github.example";
const ACTOR = "alice";

/** What a job's expressions see before it has a leg. */
export function contextsOf(run: Run, job: JobText, needs: readonly JobResult[]): Contexts {
  const { stage, started } = run;
  const of = job.needs.map((id, i): [string, Json] => {
    const { conclusion = "skipped", outputs = {} } = needs[i] ?? {};
    return [id, { result: conclusion, outputs }];
  });
  return {
    github: {
      repository: stage.github.repository,
      repository_owner: stage.github.repository.split("/")[0] ?? "",
      ref: run.ref,
      ref_name: run.ref.replace(/^refs\/(heads|tags)\//, ""),
      sha: run.sha,
      event_name: started.event,
      event: started.payload,
      run_id: String(run.id),
      run_number: String(run.id),
      run_attempt: String(run.attempt),
      actor: ACTOR,
      workflow: run.text.name,
      job: job.id,
      server_url: SERVER_URL,
      api_url: stage.github.url,
    },
    inputs: started.inputs,
    needs: Object.fromEntries(of),
    vars: stage.vars,
    matrix: null,
    runner: { os: "Linux", temp: stage.folder },
    env: {},
    strategy: {},
    job: { status: "success" },
  };
}

/** The variables that GitHub's runner sets for a step. */
export function variablesOf(run: Run, record: JobRecord, files: StepFiles): Record<string, string> {
  return {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: run.stage.github.repository,
    GITHUB_API_URL: run.stage.github.url,
    GITHUB_SERVER_URL: SERVER_URL,
    GITHUB_REF: run.ref,
    GITHUB_SHA: run.sha,
    GITHUB_EVENT_NAME: run.started.event,
    GITHUB_EVENT_PATH: run.stage.eventFile(run),
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_ATTEMPT: String(run.attempt),
    GITHUB_ACTOR: ACTOR,
    GITHUB_HEAD_REF: run.started.pull?.head ?? "",
    GITHUB_BASE_REF: run.started.pull?.base ?? "",
    GITHUB_WORKFLOW: run.text.name,
    GITHUB_JOB: record.key,
    GITHUB_OUTPUT: files.output,
    GITHUB_STEP_SUMMARY: files.summary,
    RUNNER_TEMP: run.stage.folder,
  };
}
