// Runs and their jobs as GitHub's API tells of them: the stand-in is told what the runner does.
import { addJob, type Run as Told } from "../../../sim/github/runs.ts";
import type { World } from "../../../sim/github/world.ts";
import type { JobRecord } from "./records.ts";
import type { Run } from "./run.ts";

/** A run that was started. */
export function mirrorRun(world: World, run: Run, file: string): void {
  world.runs.set(run.id, {
    id: run.id,
    workflow: file,
    event: run.started.event,
    branch: run.started.pull?.head ?? run.ref.replace(/^refs\/heads\//, ""),
    sha: run.sha,
    actor: "alice",
    attempt: 1,
    status: "in_progress",
    conclusion: null,
    createdAt: world.time(),
    jobs: [],
    approvals: [],
  });
}

const toldOf = (world: World, run: Run): Told | undefined => world.runs.get(run.id);

/** An attempt that begins. */
export function mirrorAttempt(world: World, run: Run): void {
  const told = toldOf(world, run);
  if (!told) return;
  told.attempt = run.attempt;
  told.status = "in_progress";
  told.conclusion = null;
}

/** A job that ended, with the annotations of its check. */
export function mirrorJob(world: World, run: Run, record: JobRecord): void {
  const told = toldOf(world, run);
  if (!told) return;
  addJob(world, told, {
    id: record.id,
    name: record.name,
    attempt: record.attempt,
    conclusion: record.conclusion ?? null,
    annotations: record.annotations.map(({ title, message }) => ({ title, message })),
  });
}

/** An attempt that ended. */
export function mirrorEnd(world: World, run: Run): void {
  const told = toldOf(world, run);
  if (!told) return;
  told.status = "completed";
  told.conclusion = run.conclusion ?? null;
}
