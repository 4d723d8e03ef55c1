// One run of a workflow: its jobs by their needs, attempt after attempt.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { conditionOf, type Contexts, type Json, textOf } from "./expressions.ts";
import { contextsOf } from "./contexts.ts";
import { runSteps } from "./job.ts";
import { isMapping, matrixOf } from "./matrix.ts";
import { mirrorAttempt, mirrorEnd, mirrorJob } from "./mirror.ts";
import { cancelProcess } from "./process.ts";
import {
  type Artifact,
  type Conclusion,
  type JobRecord,
  type JobResult,
  resultOf,
} from "./records.ts";
import type { Stage } from "./stage.ts";
import { at, child, type JobText, type WorkflowText } from "./workflow.ts";

/** What started a run. */
export interface Started {
  readonly event: string;
  readonly payload: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly ref: string;
  readonly sha: string;
  /** A pull request's branches, and whether it comes from a fork. */
  readonly pull?: { readonly head: string; readonly base: string; readonly isFork: boolean };
}

/** Legs of one matrix that this machine runs at once, whatever GitHub would. */
const AT_ONCE = 3;

export class Run {
  readonly stage: Stage;
  readonly text: WorkflowText;
  readonly id: number;
  readonly started: Started;
  readonly artifacts: Artifact[] = [];
  /** Records of every attempt, in the order in which they began. */
  readonly records: JobRecord[] = [];
  attempt = 0;
  /** Jobs that a test is about, by name; the others end as if they had done their work. */
  only: ((name: string) => boolean) | undefined;
  isCancelled = false;
  conclusion: Conclusion | undefined;
  private results = new Map<string, JobResult>();
  private readonly adopted = new Map<string, JobResult>();

  constructor(stage: Stage, text: WorkflowText, id: number, started: Started) {
    this.stage = stage;
    this.text = text;
    this.id = id;
    this.started = started;
  }

  get sha(): string {
    return this.started.sha;
  }

  get ref(): string {
    return this.started.ref;
  }

  /** The newest record of a job by the name that GitHub shows. Throws where there is none. */
  job(name: string): JobRecord {
    const found = this.records.findLast((record) => record.name === name);
    if (!found)
      throw new Error(`no job ${name}; there are: ${this.records.map((r) => r.name).join()}`);
    return found;
  }

  /** Names and conclusions of an attempt's jobs. */
  conclusions(attempt = this.attempt): Record<string, Conclusion | undefined> {
    const of = this.records.filter((record) => record.attempt === attempt);
    return Object.fromEntries(of.map((record) => [record.name, record.conclusion]));
  }

  /** All jobs, for the first time. */
  async begin(): Promise<this> {
    return this.go(this.adopted);
  }

  /** Takes another run's plan for its own, as if both had been planned at the same moment. */
  adopt(other: Run): void {
    const plan = other.results.get("plan");
    if (plan) this.adopted.set("plan", plan);
  }

  /**
   * "Re-run failed jobs": the failed ones and all that depend on them; what succeeded keeps its
   * outputs, and the commit is the same.
   * Source: https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs
   */
  async rerunFailed(): Promise<this> {
    const again = new Set<string>();
    for (const job of this.text.jobs) {
      const known = this.results.get(job.id)?.conclusion;
      const failed = known === "failure" || known === "cancelled";
      if (failed || job.needs.some((need) => again.has(need))) again.add(job.id);
    }
    if (again.size === 0) throw new Error("This workflow run cannot be retried: nothing failed");
    const kept = [...this.results].filter(([id]) => !again.has(id));
    // Legs that succeeded are kept where no job before theirs is run again.
    const legs = this.text.jobs.filter((job) => !job.needs.some((need) => again.has(need)));
    const before = [...this.results].filter(([id]) => legs.some((job) => job.id === id));
    return this.go(new Map(kept), new Map(before));
  }

  /** "Re-run all jobs", or the web's button on a run that was green. */
  async rerunAll(): Promise<this> {
    return this.go(new Map());
  }

  /** Cancels the run: what runs is signalled, what waits does not begin, but for always(). */
  async cancel(): Promise<void> {
    this.isCancelled = true;
    const running = this.records.flatMap((record) => record.child ?? []);
    await Promise.all(running.map(cancelProcess));
  }

  private async go(
    kept: ReadonlyMap<string, JobResult>,
    before: ReadonlyMap<string, JobResult> = new Map(),
  ): Promise<this> {
    this.attempt += 1;
    this.isCancelled = false;
    mirrorAttempt(this.stage.github.world, this);
    this.results = new Map(kept);
    const pending = new Map<string, Promise<JobResult>>();
    const resultFor = (id: string): Promise<JobResult> => {
      const known = pending.get(id);
      if (known) return known;
      const job = this.text.jobs.find((one) => one.id === id);
      if (!job) throw new Error(`${this.text.path} has no job ${id}`);
      const result = kept.has(id)
        ? Promise.resolve(kept.get(id) as JobResult)
        : this.jobResult(job, resultFor, before.get(id));
      pending.set(id, result);
      return result;
    };
    const all = await Promise.all(this.text.jobs.map((job) => resultFor(job.id)));
    const conclusions = all.map((one) => one.conclusion);
    this.conclusion = conclusions.includes("failure")
      ? "failure"
      : this.isCancelled || conclusions.includes("cancelled")
        ? "cancelled"
        : "success";
    mirrorEnd(this.stage.github.world, this);
    return this;
  }

  private async jobResult(
    job: JobText,
    resultFor: (id: string) => Promise<JobResult>,
    before: JobResult | undefined,
  ): Promise<JobResult> {
    const needs = await Promise.all(job.needs.map(resultFor));
    const contexts = contextsOf(this, job, needs);
    const ancestors = await this.ancestors(job, resultFor);
    const status = {
      success: !this.isCancelled && ancestors.every((one) => one.conclusion === "success"),
      failure: ancestors.some((one) => one.conclusion === "failure"),
      cancelled: this.isCancelled,
    };
    const result = conditionOf(child(job.token, "if"), contexts, status)
      ? await this.legs(job, contexts, before)
      : this.skipped(job);
    this.results.set(job.id, result);
    return result;
  }

  /** `success()` and `failure()` look at the whole chain of needs, not at the last link. */
  private async ancestors(
    job: JobText,
    resultFor: (id: string) => Promise<JobResult>,
  ): Promise<JobResult[]> {
    const ids = new Set(job.needs);
    for (const id of ids) {
      const needs = this.text.jobs.find((one) => one.id === id)?.needs ?? [];
      for (const need of needs) ids.add(need);
    }
    return Promise.all([...ids].map(resultFor));
  }

  private skipped(job: JobText): JobResult {
    const record = this.stage.newRecord(this, job.id, job.id, null, "");
    record.conclusion = "skipped";
    this.records.push(record);
    mirrorJob(this.stage.github.world, this, record);
    return { conclusion: "skipped", outputs: {}, records: [record] };
  }

  private async legs(
    job: JobText,
    contexts: Contexts,
    before: JobResult | undefined,
  ): Promise<JobResult> {
    const combinations = matrixOf(at(child(job.token, "strategy"), "matrix", contexts));
    const strategy = (at(child(job.token, "strategy"), "max-parallel", contexts) ??
      AT_ONCE) as number;
    const queue = combinations.map(
      (matrix) => () => this.leg(job, { ...contexts, matrix }, before),
    );
    const records: JobRecord[] = [];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) records.push(await next());
    };
    await Promise.all(Array.from({ length: Math.min(strategy, AT_ONCE) }, worker));
    // All legs write the same outputs, and the last writer wins (facts github-actions §2).
    const outputs = Object.assign({}, ...records.map((record) => record.outputs)) as Record<
      string,
      string
    >;
    return { conclusion: resultOf(records), outputs, records };
  }

  private async leg(
    job: JobText,
    contexts: Contexts,
    before: JobResult | undefined,
  ): Promise<JobRecord> {
    const matrix = contexts["matrix"] ?? null;
    const name = textOf(at(job.token, "name", contexts)) || job.id;
    const earlier = before?.records.find((one) => one.name === name);
    if (earlier?.conclusion === "success") return earlier;
    const environment = at(job.token, "environment", contexts);
    const place = textOf(isMapping(environment) ? environment["name"] : environment);
    const record = this.stage.newRecord(this, job.id, name, matrix, place);
    this.records.push(record);
    if (this.only && !this.only(name)) {
      record.conclusion = "success";
      return record;
    }
    record.conclusion = await this.stage.runJob(this, job, record, contexts, (workspace, secrets) =>
      runSteps({
        run: this,
        text: job,
        record,
        workspace,
        secrets,
        contexts: { ...contexts, secrets },
      }),
    );
    mirrorJob(this.stage.github.world, this, record);
    rmSync(join(this.stage.folder, `work-${record.id}`), { recursive: true, force: true });
    return record;
  }
}
