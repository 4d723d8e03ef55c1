// GitHub around the runs: a repository, its environments with their secrets and reviewers, tokens
// with a job's permissions, concurrency groups, machines.
import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitHubSim } from "../../../sim/github/server.ts";
import type { Permission } from "../../../src/forge/github/operations.ts";
import { ConcurrencyGroups } from "./concurrency.ts";
import { type Contexts, type Json, textOf } from "./expressions.ts";
import type { Conclusion, JobRecord } from "./records.ts";
import type { Repository } from "./repository.ts";
import { mirrorRun } from "./mirror.ts";
import { Run, type Started } from "./run.ts";
import { filtersMatch, inputsOf } from "./triggers.ts";
import { at, child, type JobText, readWorkflow } from "./workflow.ts";

/** An environment as the repository's settings have it. */
export interface Environment {
  readonly secrets: Readonly<Record<string, string>>;
  /** Branches that may use it; undefined: all. */
  readonly branches?: readonly string[];
  /** Asks the reviewers; undefined: nobody is asked. */
  review?(run: Run): Promise<boolean>;
}

/** What every stage has. */
export interface StageParts {
  readonly folder: string;
  readonly repository: Repository;
  readonly github: GitHubSim;
  /** Variables of every machine: its clock. */
  machine(): Readonly<Record<string, string>>;
}

/** Hosted jobs end after 6 h (facts github-actions §1.1). */
const HOSTED_MINUTES_MAX = 360;

export class Stage {
  readonly folder: string;
  readonly repository: Repository;
  readonly github: GitHubSim;
  readonly environments = new Map<string, Environment>();
  readonly secrets: Record<string, string> = {};
  readonly vars: Record<string, string> = {};
  readonly runs: Run[] = [];
  readonly groups = new ConcurrencyGroups();
  /** Sees each process of a step begin. */
  watch: ((record: JobRecord, process: ChildProcess) => void) | undefined;
  /** Waits of the machines are this many times shorter. */
  hurry = 1;
  private readonly parts: StageParts;
  private lastId = 0;

  constructor(parts: StageParts) {
    this.parts = parts;
    this.folder = parts.folder;
    this.repository = parts.repository;
    this.github = parts.github;
  }

  /** A machine's own variables: nothing of the test's but where programs lie. */
  machine(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.folder,
      TMPDIR: tmpdir(),
      CELLARMAN_CLOCK_PACE: String(this.hurry),
      ...this.parts.machine(),
    };
  }

  /** Starts a workflow by its timer, on the default branch. */
  schedule(file: string): Run {
    return this.start(file, { event: "schedule", payload: {}, inputs: {}, ref: "refs/heads/main" });
  }

  /** Starts a workflow by hand, with inputs. */
  dispatch(file: string, inputs: Readonly<Record<string, string>> = {}, branch = "main"): Run {
    const ref = `refs/heads/${branch}`;
    return this.start(file, { event: "workflow_dispatch", payload: { inputs }, inputs, ref });
  }

  /** The runs that a push to a branch starts, of all workflows in the repository. */
  pushed(paths: readonly string[], branch = "main"): Run[] {
    const ref = `refs/heads/${branch}`;
    const sha = this.repository.head(branch);
    const files = this.repository.list(sha, ".github/workflows");
    return files
      .map((path) => readWorkflow(path, this.repository.show(sha, path)))
      .filter((text) => filtersMatch(child(child(text.root, "on"), "push"), ref, paths))
      .map((text) =>
        this.start(text.path.split("/").at(-1) ?? "", {
          event: "push",
          payload: {},
          inputs: {},
          ref,
        }),
      );
  }

  /** A pull request from a branch here, or from a fork: that one has no secrets, and reads only. */
  pullRequest(file: string, number: number, head: string, isFork = false): Run {
    const { repository } = this.github;
    const repo = { full_name: isFork ? "mallory/flows" : repository };
    const sha = this.repository.head(head);
    const payload = {
      pull_request: {
        number,
        user: { login: isFork ? "mallory" : "alice" },
        head: { sha, ref: head, repo },
        base: { ref: "main" },
      },
    };
    return this.start(file, {
      event: "pull_request",
      payload,
      inputs: {},
      ref: `refs/pull/${number}/merge`,
      sha,
      pull: { head, base: "main", isFork },
    });
  }

  /** The end of one run starts another, on the default branch. */
  completed(file: string, ended: Run): Run {
    const { id, attempt, conclusion = "", text } = ended;
    const of = { id, run_attempt: attempt, conclusion, name: text.name, head_branch: "main" };
    const payload = { action: "completed", workflow_run: of };
    return this.start(file, { event: "workflow_run", payload, inputs: {}, ref: "refs/heads/main" });
  }

  /** Starts any event's run. Throws where the workflow does not listen to it. */
  start(file: string, begun: Omit<Started, "sha"> & { readonly sha?: string }): Run {
    const branch = begun.ref.replace(/^refs\/heads\//, "");
    const sha = begun.sha ?? this.repository.head(branch);
    const path = `.github/workflows/${file}`;
    const text = readWorkflow(path, this.repository.show(sha, path));
    const on = child(text.root, "on");
    const inputs = inputsOf(on, begun.event, begun.inputs);
    const repository = { default_branch: "main", full_name: this.github.repository };
    const payload = begun.event === "schedule" ? begun.payload : { repository, ...begun.payload };
    this.lastId += 1;
    const run = new Run(this, text, 1_000 + this.lastId, { ...begun, sha, inputs, payload });
    this.runs.push(run);
    mirrorRun(this.github.world, run, file);
    return run;
  }

  eventFile(run: Run): string {
    const file = join(this.folder, `event-${run.id}.json`);
    writeFileSync(file, JSON.stringify({ ...run.started.payload, inputs: run.started.inputs }));
    return file;
  }

  newRecord(run: Run, key: string, name: string, matrix: Json, environment: string): JobRecord {
    this.lastId += 1;
    return {
      id: 50_000 + this.lastId,
      key,
      name,
      attempt: run.attempt,
      matrix,
      environment,
      conclusion: undefined,
      log: "",
      summary: "",
      annotations: [],
      outputs: {},
      steps: [],
      child: undefined,
      lost: false,
    };
  }

  /** Waits for the job's turn and its reviewers, gives it its secrets and token, and runs it. */
  async runJob(
    run: Run,
    job: JobText,
    record: JobRecord,
    contexts: Contexts,
    steps: (workspace: string, secrets: Record<string, string>) => Promise<Conclusion>,
  ): Promise<Conclusion> {
    assertMinutes(at(job.token, "timeout-minutes", contexts), at(job.token, "runs-on", contexts));
    const group = groupOf(at(job.token, "concurrency", contexts));
    if (group !== "" && (await this.groups.enter(group)) === "superseded") {
      record.log += `Canceling since a higher priority waiting request for ${group} exists\n`;
      return "cancelled";
    }
    try {
      const environment = this.environments.get(record.environment);
      const allowed =
        environment?.branches?.some((name) => run.ref === `refs/heads/${name}`) ?? true;
      if (!allowed || (environment?.review && !(await environment.review(run)))) {
        record.log += `${run.ref} is not allowed to deploy to ${record.environment}\n`;
        return "failure";
      }
      if (run.isCancelled) return "cancelled";
      const workspace = join(this.folder, `work-${record.id}`);
      mkdirSync(workspace);
      const token = this.tokenFor(run, job, record, contexts);
      // A pull request from a fork gets no secret but a token that reads.
      const own = run.started.pull?.isFork ? {} : { ...this.secrets, ...environment?.secrets };
      return await steps(workspace, { ...own, GITHUB_TOKEN: token });
    } finally {
      if (group !== "") this.groups.leave(group);
    }
  }

  /**
   * A token with the job's permissions, else the workflow's; what neither names is none.
   * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax (permissions)
   */
  private tokenFor(run: Run, job: JobText, record: JobRecord, contexts: Contexts): string {
    const said =
      at(job.token, "permissions", contexts) ?? at(run.text.root, "permissions", contexts);
    if (said === undefined) throw new Error(`${record.name} says no permissions`);
    const permissions = Object.entries(said as Record<string, string>)
      .filter(([, level]) => level !== "none")
      .map(
        ([scope, level]): Permission =>
          `${scope}: ${run.started.pull?.isFork ? "read" : level}` as Permission,
      );
    const token = `ghs_job${record.id}attempt${record.attempt}`;
    this.github.addToken(token, { login: "github-actions[bot]", permissions });
    return token;
  }
}

function groupOf(said: Json | undefined): string {
  if (typeof said !== "object" || said === null) return textOf(said);
  return textOf((said as Record<string, Json>)["group"]);
}

function assertMinutes(minutes: Json | undefined, labels: Json | undefined): void {
  const hosted = !JSON.stringify(labels ?? "").includes("self-hosted");
  if (typeof minutes === "number" && minutes > 0 && (!hosted || minutes <= HOSTED_MINUTES_MAX))
    return;
  throw new Error(`timeout-minutes ${textOf(minutes)} does not fit a job on ${textOf(labels)}`);
}
