// What the stand-in knows of workflows, runs and jobs.
import type { World } from "./world.ts";

export interface Workflow {
  readonly id: number;
  /** `offload.yml` */
  readonly file: string;
  state: string;
  readonly createdAt: string;
}

export interface Run {
  readonly id: number;
  /** File of its workflow. */
  readonly workflow: string;
  attempt: number;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  readonly event: string;
  readonly headBranch: string;
  readonly headSha: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Job {
  readonly id: number;
  readonly run: number;
  readonly attempt: number;
  readonly name: string;
  readonly conclusion: string | null;
  /** 0: none took it. */
  readonly runnerId: number;
  readonly createdAt: string;
  readonly startedAt: string;
  readonly completedAt: string | null;
  readonly annotations: readonly JobAnnotation[];
}

/** What a job's step printed as `::error title=…::…`, or GitHub says of it. */
export interface JobAnnotation {
  readonly level: "notice" | "warning" | "failure";
  readonly title: string | null;
  readonly message: string;
}

/** A request to run something again. */
export interface Rerun {
  readonly run: number;
  /** Undefined: all that failed. */
  readonly job: number | undefined;
}

/** What the stand-in knows of runs. */
export class Runs {
  readonly workflows = new Map<string, Workflow>();
  readonly runs = new Map<number, Run>();
  readonly jobs = new Map<number, Job>();
  readonly reruns: Rerun[] = [];

  private readonly world: () => World;

  constructor(world: () => World) {
    this.world = world;
  }

  addWorkflow(file: string, said: Partial<Workflow> = {}): Workflow {
    const world = this.world();
    const workflow = { id: world.id(), file, state: "active", createdAt: world.time(), ...said };
    this.workflows.set(file, workflow);
    return workflow;
  }

  addRun(said: Partial<Run> & Pick<Run, "workflow">): Run {
    const world = this.world();
    const run: Run = {
      id: world.id(),
      attempt: 1,
      status: "completed",
      conclusion: "success",
      event: "schedule",
      headBranch: world.defaultBranch,
      headSha: "0".repeat(40),
      createdAt: world.time(),
      updatedAt: world.time(),
      ...said,
    };
    this.runs.set(run.id, run);
    return run;
  }

  addJob(said: Partial<Job> & Pick<Job, "run" | "name">): Job {
    const world = this.world();
    const job: Job = {
      id: world.id(),
      attempt: this.runs.get(said.run)?.attempt ?? 1,
      conclusion: "success",
      runnerId: 7,
      createdAt: world.time(),
      startedAt: world.time(),
      completedAt: world.time(),
      annotations: [],
      ...said,
    };
    this.jobs.set(job.id, job);
    return job;
  }
}
