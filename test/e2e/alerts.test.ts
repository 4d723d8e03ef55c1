// report in CI: one issue a flow over an incident's life, and what happens when telling fails.
import { afterEach, expect, it } from "vitest";
import { addIssue } from "../../sim/github/issues.ts";
import { addJob } from "../../sim/github/runs.ts";
import { DAY } from "../support/november.ts";
import {
  ALERTED,
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

/** A run whose archive fails for every batch. */
async function failingRun(title?: string | null): Promise<void> {
  const { world } = stage;
  await expectRun(world, 0, "plan");
  world.warp10.faults.push({ path: "/api/v0/fetch", kind: "status503", times: 99 });
  await expectRun(world, 3, "archive");
  world.warp10.faults.clear();
  failedLeg(stage, title);
}

const report = (code: number, needs: string, ...more: string[]) =>
  expectRun(stage.world, code, "report", "--alert", "--needs", needs, ...more);

it("opens an issue, changes it, closes it with its duration, and opens it again", async () => {
  stage = await githubStage();
  const { world, inbox } = stage;
  await failingRun();
  await report(1, ARCHIVE_FAILED);
  const opened = issueOf(stage);
  expect(opened).toMatchObject({
    number: 1,
    state: "open",
    labels: ["cellarman", "offload"],
    assignees: ["oncall"],
    comments: [],
    marker: { flow: "world", slack: { channel: "C0123456789" } },
  });
  expect(opened?.body).toContain("@acme/data");
  expect(opened?.body).toContain("**2025-11: archive failed, 1 batch is not done** (transient)");
  expect(opened?.body).toMatch(/\| 2025-11 \| [0-9a-f]{8}-00000 \| planned \|/);
  expect(opened?.body).toContain("`cellarman archive world --period 2025-11`");
  expect(opened?.body).toMatch(/Logs: \[archive \(world-1\)\]\(https:\/\/github.com\/acme\/flows/);
  expect(opened?.body).toMatch(/`gh run rerun \d+ --failed --repo acme\/flows`/);
  expect(opened?.body).toContain("actions/workflows/control.yml");
  expect([...inbox.messages.values()]).toEqual([expect.stringContaining("needs a look since")]);

  // The same failure: the text is new, nobody is disturbed.
  world.moveClock(DAY / 12);
  await report(1, ARCHIVE_FAILED);
  expect(issueOf(stage)).toMatchObject({ state: "open", comments: [] });
  expect(issueOf(stage)?.body).not.toBe(opened?.body);
  expect(inbox.letters).toHaveLength(1);

  // Another failure: one comment, and the one message reads anew.
  stage.run.jobs.length = 0;
  failedLeg(stage, "cellarman deterministic", "world: the read token was refused");
  await report(1, ARCHIVE_FAILED);
  expect(issueOf(stage)?.comments).toEqual([expect.stringContaining("The failure changed in")]);
  expect(inbox.letters.map((l) => l.path)).toEqual(["/api/chat.postMessage", "/api/chat.update"]);
  expect(inbox.messages.size).toBe(1);

  for (const step of ["archive", "verify"]) await expectRun(world, 0, step);
  world.moveClock(DAY);
  await report(0, GREEN);
  expect(issueOf(stage)).toMatchObject({ state: "closed", stateReason: "completed" });
  expect(issueOf(stage)?.comments.at(-1)).toMatch(
    /^Well again after 26\.0 h, seen by \[this run\]/,
  );
  expect([...inbox.messages.values()]).toEqual([expect.stringContaining("is well again")]);
  const said = inbox.letters.length;
  await report(0, GREEN);
  expect(inbox.letters).toHaveLength(said);

  // Back again: the same issue, a new incident with a message of its own.
  world.moveClock(40 * DAY);
  stage.run.jobs.length = 0;
  await failingRun();
  await report(1, ARCHIVE_FAILED);
  expect(issueOf(stage)).toMatchObject({ number: 1, state: "open", stateReason: "reopened" });
  expect(issueOf(stage)?.comments.at(-1)).toContain("It is back");
  expect(inbox.messages.size).toBe(2);
});

it("finds the issue though its title was changed, and no stranger's issue", async () => {
  stage = await githubStage();
  await failingRun();
  await report(1, ARCHIVE_FAILED);
  const [issue] = stage.github.world.issues.values();
  if (issue) issue.title = "renamed by a person";
  await report(1, ARCHIVE_FAILED);
  expect(issueOf(stage)?.title).toBe("renamed by a person");

  // Anybody may copy the marker, and a form may set the label: it is not taken for ours.
  const copy = { title: "mine", body: issue?.body, labels: ["cellarman"] };
  stage.github.world.issues.clear();
  addIssue(stage.github.world, "stranger", copy);
  await report(1, ARCHIVE_FAILED);
  expect([...stage.github.world.issues.values()].map((i) => i.by)).toEqual([
    "stranger",
    "github-actions[bot]",
  ]);
});

it("closes the younger of two issues that two runs opened at the same time", async () => {
  stage = await githubStage();
  await failingRun();
  await report(1, ARCHIVE_FAILED);
  const [first] = stage.github.world.issues.values();
  addIssue(stage.github.world, "github-actions[bot]", {
    title: "twin",
    body: first?.body,
    labels: ["cellarman"],
  });
  await report(1, ARCHIVE_FAILED);
  const found = [...stage.github.world.issues.values()];
  expect(found.map((i) => [i.state, i.stateReason])).toEqual([
    ["open", null],
    ["closed", "not_planned"],
  ]);
  expect(found[1]?.body).toContain("#1");
});

it("waits while the run will be tried again, and tells when re-runs are used up", async () => {
  stage = await githubStage();
  const { world, github, run } = stage;
  await failingRun();
  const { stdout } = await report(1, ARCHIVE_FAILED, "--max-reruns", "1");
  expect(stdout).toContain("it will be tried again, nobody is told yet");
  expect(issueOf(stage)).toBeUndefined();
  expect(stage.inbox.letters).toEqual([]);

  run.attempt = 2;
  world.env.set("GITHUB_RUN_ATTEMPT", "2");
  failedLeg(stage);
  await report(1, ARCHIVE_FAILED, "--max-reruns", "1");
  expect(issueOf(stage)).toMatchObject({ state: "open" });
  expect(github.calls.length).toBeLessThanOrEqual(20);
});

it("does not wait for a re-run that cannot begin before a reviewer has said yes", async () => {
  stage = await githubStage();
  await failingRun();
  addJob(stage.github.world, stage.run, { name: "approve", conclusion: null, isWaiting: true });
  await report(1, ARCHIVE_FAILED, "--max-reruns", "3");
  expect(issueOf(stage)).toMatchObject({ state: "open" });
});

it("does not wait for a re-run that would fail the same way", async () => {
  stage = await githubStage();
  await failingRun("cellarman deterministic");
  await report(1, ARCHIVE_FAILED, "--max-reruns", "3");
  expect(issueOf(stage)).toMatchObject({ state: "open" });
});

it("goes by the ledger: a green matrix is neither needed nor enough", async () => {
  stage = await githubStage();
  const { world, github, run } = stage;
  await expectRun(world, 0, "plan");
  addJob(github.world, run, { name: "archive (world-1)" });
  world.moveClock(60_000);
  const idle = await report(1, GREEN);
  expect(idle.stdout).toContain("archive ended green, and none came forward");

  for (const step of ["archive", "verify"]) await expectRun(world, 0, step);
  failedLeg(stage, null);
  const { stdout } = await report(0, ARCHIVE_FAILED);
  expect(stdout).toContain("archive failed, and left nothing undone");
  expect(issueOf(stage)).toMatchObject({ state: "closed" });
});

it("takes a leg that was superseded for a notice", async () => {
  stage = await githubStage();
  await expectRun(stage.world, 0, "plan");
  const cancelled = ARCHIVE_FAILED.replace("failure", "cancelled");
  const { stdout } = await report(0, cancelled);
  expect(stdout).toContain("archive: legs were superseded by another run of the same legs");
  expect(issueOf(stage)).toBeUndefined();
});

it("blames a flow that plan left out, and no other", async () => {
  stage = await githubStage();
  const { world, github, run } = stage;
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  await world.writeFlow("second", ALERTED.replace("2025-11", "2027-01"));
  const annotations = [{ title: "cellarman transient", message: "second: the server was silent" }];
  addJob(github.world, run, { name: "plan", annotations });
  await report(1, "plan=success/3,archive=success,verify=success,purge=skipped");
  expect(issueOf(stage)).toMatchObject({ marker: { flow: "second" } });
  expect(issueOf(stage)?.body).toContain("plan failed: second: the server was silent");
});

it("does not take a run that left the flow alone for its recovery", async () => {
  stage = await githubStage();
  await failingRun();
  await report(1, ARCHIVE_FAILED);
  stage.world.moveClock(DAY / 24);
  // A dispatch for another flow; legs that another run superseded; a report by hand.
  for (const jobs of ["plan=success,archive=skipped", "plan=success,archive=cancelled"]) {
    await report(0, jobs);
    expect(issueOf(stage)).toMatchObject({ state: "open", comments: [] });
  }
  await expectRun(stage.world, 0, "report", "--alert");
  expect(issueOf(stage)).toMatchObject({ state: "open", comments: [] });
  expect(issueOf(stage)?.body).toContain("archive failed, 1 batch is not done");
});

it("says what is wrong with --needs", async () => {
  stage = await githubStage();
  const { stderr } = await report(2, "plan=success,Archive");
  expect(stderr).toContain('--needs: "Archive" is not JOB=RESULT');
});
