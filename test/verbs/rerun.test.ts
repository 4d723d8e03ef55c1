// rerun: which failed jobs are run again, how often, and what it says.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { addJob, type Job, type JobAnnotation } from "../../sim/github/runs.ts";
import { type GitHubStage, githubStage } from "../support/github-stage.ts";
import { failure } from "../support/stage.ts";

let stage: GitHubStage;
beforeEach(async () => {
  stage = await githubStage();
  stage.run.status = "completed";
  stage.run.conclusion = "failure";
  const event = join(stage.world.folder, "event.json");
  await writeFile(
    event,
    JSON.stringify({ action: "completed", workflow_run: { id: stage.run.id } }),
  );
  stage.world.env.set("GITHUB_EVENT_PATH", event);
  // This job's own run is another one than the run that ended.
  stage.world.env.set("GITHUB_RUN_ID", "999");
});
afterEach(async () => stage.close());

const annotated = (...titles: string[]): JobAnnotation[] =>
  titles.map((title) => ({ title, message: "why" }));

function job(name: string, said: Partial<Job> = {}): Job {
  return addJob(stage.github.world, stage.run, { name, ...said });
}
const failedJob = (name: string, ...titles: string[]): Job =>
  job(name, { conclusion: "failure", annotations: annotated(...titles) });

interface Decision {
  readonly action: string;
  readonly done: string;
  readonly why: string;
  readonly waitSeconds: number;
  readonly jobs: readonly { job: string; verdict: string }[];
}

async function rerun(...more: string[]): Promise<Decision> {
  const { code, document } = await stage.world.json("rerun", ...more);
  expect(code).toBe(0);
  return document as unknown as Decision;
}
const reruns = () => stage.github.world.reruns;

it("runs a lost runner's leg again after a minute, and says why", async () => {
  job("plan");
  failedJob("archive (metrics-1)");
  failedJob("report", "cellarman deterministic");
  const before = stage.world.now();
  expect(await rerun()).toMatchObject({
    action: "failed-jobs",
    done: "failed jobs run again",
    why: "1 failed, and each may go well next time: re-run 1 of 2",
    waitSeconds: 60,
    jobs: [
      { job: "archive (metrics-1)", verdict: "retry" },
      { job: "report", verdict: "follows" },
    ],
  });
  expect(stage.world.now() - before).toBeGreaterThanOrEqual(60_000);
  expect(reruns()).toEqual([{ run: stage.run.id, job: undefined }]);
});

it.each([
  ["transient", "failed-jobs"],
  ["interrupted", "failed-jobs"],
  ["deterministic", "none"],
  ["mismatch", "none"],
  ["superseded", "none"],
])("a leg that says %s: %s", async (name, action) => {
  failedJob("archive (metrics-1)", `cellarman ${name}`);
  expect((await rerun()).action).toBe(action);
  expect(reruns()).toHaveLength(action === "none" ? 0 : 1);
});

it("does not run a leg again in which one of several failures is there to stay", async () => {
  failedJob("archive (metrics-1)", "cellarman deterministic", "cellarman transient");
  expect((await rerun()).action).toBe("none");
});

it("runs one leg alone where another must not run again", async () => {
  failedJob("archive (metrics-1)", "cellarman deterministic");
  const lost = failedJob("archive (metrics-2)");
  job("purge (metrics-1)", { conclusion: "cancelled", runnerId: 0 });
  expect(await rerun()).toMatchObject({ action: "job", done: "one job run again" });
  expect(reruns()).toEqual([{ run: stage.run.id, job: lost.id }]);
});

it("never runs the report alone", async () => {
  job("archive (metrics-1)");
  failedJob("offload / report", "cellarman deterministic");
  expect(await rerun()).toMatchObject({
    action: "none",
    why: "no failed job may go well next time",
  });
});

it("never runs again what a person or a later run cancelled, or a reviewer refused", async () => {
  job("archive (metrics-1)", { conclusion: "cancelled", runnerId: 0 });
  job("approve", { conclusion: "failure", runnerId: 0 });
  expect((await rerun()).jobs.map((j) => j.verdict)).toEqual(["superseded", "hopeless"]);
  expect(reruns()).toEqual([]);

  failedJob("archive (metrics-2)");
  stage.run.conclusion = "cancelled";
  expect((await rerun()).why).toContain("the run was cancelled");
  expect(reruns()).toEqual([]);
});

it("waits longer each time, and stops when the re-runs are used up", async () => {
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 4; attempt++) {
    stage.run.attempt = attempt;
    stage.run.status = "completed";
    stage.run.conclusion = "failure";
    failedJob("archive (metrics-1)", "cellarman transient");
    waits.push((await rerun("--max-reruns", "3")).waitSeconds);
  }
  expect(waits).toEqual([60, 120, 240, 0]);
  expect(reruns()).toHaveLength(3);
});

it("stands back where somebody else was faster", async () => {
  failedJob("archive (metrics-1)");
  stage.github.faults.push({
    kind: "refuse",
    route: "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs",
    status: 403,
    message: "The workflow run is already running",
  });
  expect((await rerun()).done).toBe("somebody else ran it again");
});

it("only says so in a dry run", async () => {
  failedJob("archive (metrics-1)");
  expect((await rerun("--dry-run")).done).toBe("would be run again");
  expect(reruns()).toEqual([]);
});

it("says which permission the job lacks", async () => {
  failedJob("archive (metrics-1)");
  const permissions = ["actions: read", "checks: read"] as const;
  stage.github.addToken("ghs_reader", { login: "github-actions[bot]", permissions });
  stage.world.env.set("GITHUB_TOKEN", "ghs_reader");
  const { exit, code, hint } = await failure(stage.world, "rerun");
  expect([exit, code]).toEqual([12, "not-authorised"]);
  expect(hint).toContain("actions: write");
});

it("asks for the run where nothing names it", async () => {
  stage.world.env.delete("GITHUB_EVENT_PATH");
  expect(await failure(stage.world, "rerun")).toMatchObject({ exit: 2, code: "usage" });
});
