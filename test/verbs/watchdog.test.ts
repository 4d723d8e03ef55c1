// watchdog: what should have happened and did not, by the ledger and by GitHub.
import { execFileSync } from "node:child_process";
import { afterEach, expect, it } from "vitest";
import { addRun } from "../../sim/github/runs.ts";
import { DAY } from "../support/november.ts";
import {
  ARCHIVE_FAILED,
  failedLeg,
  type GitHubStage,
  githubStage,
  GREEN,
  issueOf,
} from "../support/github-stage.ts";
import { expectRun } from "../support/stage.ts";

let stage: GitHubStage;
afterEach(async () => stage.close());

const watchdog = (code: number, ...more: string[]) =>
  expectRun(stage.world, code, "watchdog", ...more);

/** A run of offload.yml that succeeds now. */
function succeeded(): void {
  addRun(stage.github.world, { status: "completed", conclusion: "success" });
}

it("pings the heartbeat when all is well, and tells nobody", async () => {
  stage = await githubStage();
  const { world, inbox } = stage;
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  succeeded();
  world.env.set("CELLARMAN_HEARTBEAT_URL", `${inbox.url}/ping/secret-id`);
  const { stdout } = await watchdog(0);
  expect(stdout).toBe("All is well.\n");
  expect(inbox.letters.map((l) => l.path)).toEqual(["/ping/secret-id"]);
  expect(issueOf(stage)).toBeUndefined();
});

it("raises the issue when runs were missed for two months; the next one closes it", async () => {
  stage = await githubStage();
  const { world, inbox } = stage;
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  succeeded();
  world.env.set("CELLARMAN_HEARTBEAT_URL", `${inbox.url}/ping`);
  world.moveClock(63 * DAY);
  const { stdout } = await watchdog(0);
  expect(stdout).toContain("2025-12 is due since 2026-04-01 00:00Z and has no plan");
  expect(stdout).toContain("offload.yml: its last run that succeeded ended 2026-03-0");
  expect(issueOf(stage)).toMatchObject({ state: "open", assignees: ["oncall"] });
  expect(inbox.letters.map((l) => l.path)).toEqual(["/api/chat.postMessage"]);
  expect([...inbox.messages.values()][0]).toContain("2026-01 is due since");

  // One run does everything that is due; the schedule's own part is over with it.
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  succeeded();
  world.env.set("GITHUB_EVENT_NAME", "schedule");
  await expectRun(world, 0, "report", "--alert", "--needs", GREEN);
  expect(issueOf(stage)).toMatchObject({ state: "closed" });
  expect([...inbox.messages.values()][0]).toContain("is well again");
});

it("raises the issue when GitHub has disabled the schedule", async () => {
  stage = await githubStage();
  const { world, github } = stage;
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  succeeded();
  github.world.workflows.set("offload.yml", "disabled_inactivity");
  const { stdout } = await watchdog(0);
  expect(stdout).toContain("GitHub disabled its schedule: 60 days without activity");
  expect(issueOf(stage)?.body).toContain("gh workflow enable offload.yml");
  github.world.workflows.set("offload.yml", "active");
  await watchdog(0);
  expect(issueOf(stage)).toMatchObject({ state: "closed" });
});

it("leaves the report's part of the issue as it is", async () => {
  stage = await githubStage();
  const { world } = stage;
  await expectRun(world, 0, "plan");
  failedLeg(stage);
  await expectRun(world, 1, "report", "--alert", "--needs", ARCHIVE_FAILED);
  succeeded();
  await watchdog(0);
  expect(issueOf(stage)?.body).toContain("archive failed, 1 batch is not done");
  expect(issueOf(stage)).toMatchObject({ state: "open", comments: [] });
});

it("counts from the day since which batches wait, where the purge is done elsewhere", async () => {
  stage = await githubStage();
  const { world } = stage;
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  world.moveClock(14 * DAY + DAY / 2);
  succeeded();
  expect((await watchdog(0, "--purge-elsewhere")).stdout).toContain("All is well.");
  world.moveClock(5 * DAY);
  succeeded();
  const { stdout } = await watchdog(0, "--purge-elsewhere");
  expect(stdout).toMatch(/1 batch waits for cellarman purge, oldest since 2026-03-19/);
  expect(issueOf(stage)?.body).toContain("`cellarman purge world`");
  // Where CI purges, the purge list's own pace is no trouble.
  expect((await watchdog(0)).stdout).toContain("All is well.");
});

it("fails the job where something is overdue and no issue can be opened", async () => {
  stage = await githubStage();
  stage.github.world.hasIssues = false;
  stage.world.moveClock(2 * DAY);
  const { code, stdout } = await stage.world.run("watchdog");
  expect(code).toBe(1);
  expect(stdout).toContain("the issue was not told");
});

it("fails the job where GitHub does not say whether the schedule is in force", async () => {
  stage = await githubStage();
  for (const step of ["plan", "archive", "verify"]) await expectRun(stage.world, 0, step);
  stage.github.faults.push({ kind: "refuse", status: 502, times: Infinity });
  const { code, stdout } = await stage.world.run("watchdog");
  expect(code).toBe(1);
  expect(stdout).toContain("whether offload.yml still runs cannot be seen");
});

it("is no failure of a pull request that may have no secrets", async () => {
  stage = await githubStage();
  const { world, github } = stage;
  github.addToken("ghs_fork", {
    login: "github-actions[bot]",
    permissions: ["issues: read", "actions: read"],
  });
  world.env.set("GITHUB_EVENT_NAME", "pull_request");
  world.env.set("GITHUB_TOKEN", "ghs_fork");
  world.env.delete("KEY_ID");
  world.env.delete("SLACK_BOT_TOKEN");
  const { code } = await world.run("watchdog");
  expect(code).toBe(0);
});

it("sees overdue periods without GitHub, and tells Slack", async () => {
  stage = await githubStage();
  const { world } = stage;
  world.env.delete("GITHUB_ACTIONS");
  world.moveClock(2 * DAY);
  await watchdog(0);
  expect([...stage.inbox.messages.values()]).toEqual([
    expect.stringContaining("2025-11 is due since 2026-03-01 00:00Z and has no plan"),
  ]);
});

it("gives a flow that was merged just now its time", async () => {
  stage = await githubStage();
  const { world } = stage;
  world.moveClock(2 * DAY);
  succeeded();
  const date = new Date(world.now() - DAY).toISOString();
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.net", "-c", "commit.gpgsign=false"];
  const git = (...args: string[]) =>
    execFileSync("git", [...who, ...args], {
      cwd: world.folder,
      env: { ...process.env, GIT_COMMITTER_DATE: date },
    });
  git("init", "--quiet");
  git("add", "flows");
  git("commit", "--quiet", "-m", "a new flow");
  expect((await watchdog(0)).stdout).toBe("All is well.\n");
  world.moveClock(5 * DAY);
  succeeded();
  expect((await watchdog(0)).stdout).toContain("2025-11 is due since 2026-03-01");
});

it("says on the command line alone what is overdue, and fails: nobody else was told", async () => {
  stage = await githubStage({ flow: "period: { first: 2025-11 }" });
  const { world } = stage;
  world.env.delete("GITHUB_ACTIONS");
  world.moveClock(2 * DAY);
  const { stdout } = await watchdog(1);
  expect(stdout).toContain("→ cellarman run world");
});
