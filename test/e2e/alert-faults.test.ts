// Alerting made to fail: each channel by itself, while the others go on, and never in silence.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import {
  ALERTED,
  ARCHIVE_FAILED,
  callsOf,
  failedLeg,
  type GitHubStage,
  githubStage,
  GREEN,
  issueOf,
} from "../support/github-stage.ts";
import { renderForActions } from "../../src/report/actions/render.ts";
import { expectRun } from "../support/stage.ts";

let stage: GitHubStage;
afterEach(async () => stage.close());

/** A planned period, none of whose batches was archived. */
async function failed(flow = ALERTED): Promise<void> {
  stage = await githubStage({ flow });
  await expectRun(stage.world, 0, "plan");
  failedLeg(stage);
}

interface Alert {
  readonly move: string;
  readonly told: readonly string[];
  readonly failures: readonly { channel: string; code: string; message: string }[];
}

async function report(
  needs = ARCHIVE_FAILED,
): Promise<{ code: number; alert: Alert; all: string }> {
  const said = await stage.world.run("report", "--alert", "--needs", needs, "--json");
  const { alerts } = JSON.parse(said.stdout) as { alerts: Alert[] };
  const [alert] = alerts;
  if (!alert) throw new Error("nobody was told");
  return { code: said.code, alert, all: said.stdout + said.stderr };
}

it("fails the job and says so where issues are disabled; Slack is told all the same", async () => {
  await failed();
  stage.github.world.hasIssues = false;
  const { code, alert, all } = await report();
  expect(code).toBe(1);
  expect(alert).toMatchObject({ move: "open", told: ["slack"], failures: [{ channel: "issue" }] });
  expect(alert.failures[0]?.message).toMatch(/410/);
  const shown = renderForActions({ verb: "report", exitCode: code, stdout: all, stderr: "" });
  expect(shown.commands).toContain("::error title=cellarman transient::");
  expect(shown.commands).toContain("2025-11: archive failed, 1 batch is not done");
  expect(shown.commands).toMatch(/^::error .*::world: the issue was not told: .*410/m);
});

it("does not fail a run in which all is well, though issues are disabled", async () => {
  stage = await githubStage();
  for (const step of ["plan", "archive", "verify"]) await expectRun(stage.world, 0, step);
  stage.github.world.hasIssues = false;
  expect((await report(GREEN)).code).toBe(0);
});

it("fails and says so where the API is down", async () => {
  await failed();
  stage.github.faults.push({ kind: "no-answer", times: Infinity });
  const { code, alert, all } = await report();
  expect(code).toBe(1);
  expect(alert).toMatchObject({
    told: ["slack"],
    failures: [{ channel: "issue", code: "network" }],
  });
  expect(all).toContain("the run's jobs could not be read");
  expect(stage.inbox.messages.size).toBe(1);
});

it("sits out a secondary rate limit", async () => {
  await failed();
  stage.world.env.set("CELLARMAN_GITHUB_SECOND_MS", "1");
  const route = "POST /repos/{owner}/{repo}/issues";
  stage.github.faults.push({ kind: "secondary-limit", route, retryAfterS: 3 });
  const { alert } = await report();
  expect(alert.failures).toEqual([]);
  expect(stage.github.faults.struck).toHaveLength(1);
  expect(issueOf(stage)).toMatchObject({ state: "open" });
});

it("opens the issue without the labels and assignees that GitHub refuses", async () => {
  await failed();
  const route = "POST /repos/{owner}/{repo}/issues";
  stage.github.faults.push({ kind: "refuse", route, status: 422, message: "assignees is invalid" });
  const { all } = await report();
  expect(issueOf(stage)).toMatchObject({ labels: ["cellarman"], assignees: [] });
  expect(all).toContain("GitHub left out of the issue: label offload, assignee oncall");
});

it("says which permission is missing", async () => {
  await failed();
  stage.github.addToken("ghs_little", {
    login: "github-actions[bot]",
    permissions: ["actions: read"],
  });
  stage.world.env.set("GITHUB_TOKEN", "ghs_little");
  const { code, all } = await report();
  expect(code).toBe(1);
  expect(all).toContain("issues: read");
});

it("tells Slack again in the next run when it could not, once", async () => {
  await failed();
  stage.inbox.refusals.push({ path: "/api/chat.postMessage", status: 500 });
  const first = await report();
  expect(first.alert).toMatchObject({ told: ["issue"], failures: [{ channel: "slack" }] });
  expect(issueOf(stage)?.marker?.told.slack).toBe("");
  const second = await report();
  expect(second.alert).toMatchObject({ move: "update", told: ["slack"], failures: [] });
  expect((await report()).alert.told).toEqual([]);
  expect(stage.inbox.messages.size).toBe(1);
});

it.each([
  ["refuses the token", "xoxp-another", /invalid_auth/],
  ["answers no JSON", "xoxb-secret-of-the-bot", /no JSON/],
])("keeps the issue when Slack %s", async (_what, token, message) => {
  await failed();
  stage.world.env.set("SLACK_BOT_TOKEN", token);
  if (token.startsWith("xoxb")) {
    stage.inbox.refusals.push({ path: "/api/chat.postMessage", status: 200, body: "<html>" });
  }
  const { alert, all } = await report();
  expect(alert.failures[0]?.message).toMatch(message);
  expect(issueOf(stage)).toMatchObject({ state: "open" });
  expect(all).not.toContain(token);
});

it("sends one message a change through the webhook, and keeps its address secret", async () => {
  await failed();
  const secret = `${stage.inbox.url}/services/T0/B0/secretpath`;
  stage.world.env.delete("SLACK_BOT_TOKEN");
  stage.world.env.set("SLACK_WEBHOOK_URL", secret);
  const path = "/services/T0/B0/secretpath";
  stage.inbox.refusals.push({ path, status: "hang" });
  const first = await report();
  expect(first.alert.failures).toMatchObject([{ channel: "slack", code: "network" }]);
  await report();
  await report();
  expect(stage.inbox.letters.map((l) => l.path)).toEqual([path, path]);
  expect(stage.inbox.letters[1]?.json["text"]).toContain("flow *world* needs a look");
  expect(first.all).not.toContain("secretpath");
  expect(JSON.stringify([...stage.github.world.issues.values()])).not.toContain("secretpath");
});

it("posts a versioned document with a bearer token to any other receiver", async () => {
  stage = await githubStage();
  const { world, inbox } = stage;
  const flow = `${ALERTED}\n  webhook: { url: "${inbox.url}/hook", token: { env: HOOK_TOKEN } }`;
  await world.writeFlow("world", flow);
  world.env.set("HOOK_TOKEN", "hook-secret");
  await expectRun(world, 0, "plan");
  failedLeg(stage);
  await report();
  const [letter] = inbox.letters.filter((l) => l.path === "/hook");
  expect(letter?.authorization).toBe("Bearer hook-secret");
  expect(letter?.json).toMatchObject({
    schema: "cellarman/alert/1",
    event: "opened",
    flow: "world",
    repository: "acme/flows",
    issue: "https://github.com/acme/flows/issues/1",
    causes: [{ key: "archive 2025-11 transient", class: "transient", batches: 1 }],
  });
  expect(Object.values(issueOf(stage)?.marker?.told ?? {})).toEqual([
    expect.stringMatching(/^[0-9a-f]{16}$/),
    expect.stringMatching(/^[0-9a-f]{16}$/),
  ]);
});

it("tells of each flow by itself: one unread, one not valid, one failed", async () => {
  await failed();
  const { world, github } = stage;
  const text = await readFile(join(world.flows, "world.yaml"), "utf8");
  const second = text.replace("flow: world", "flow: second").replace("KEY_ID", "OTHER_KEY");
  await writeFile(join(world.flows, "second.yaml"), second);
  await writeFile(join(world.flows, "third.yaml"), "version: 1\nflow: third\nnonsense: 1\n");
  const said = await world.run("report", "--alert", "--needs", ARCHIVE_FAILED, "--json");
  expect(said.code).toBe(1);
  const bodies = [...github.world.issues.values()].map(({ body }) => body);
  expect(bodies).toHaveLength(2);
  expect(bodies.filter((b) => b.includes("the ledger cannot be read: OTHER"))).toHaveLength(1);
  expect(bodies.filter((b) => b.includes("archive failed"))).toHaveLength(1);
  expect(JSON.parse(said.stdout)).toMatchObject({
    broken: [{ code: "flow-invalid", message: expect.stringContaining("nonsense") }],
  });
});

it("keeps within twenty calls, however many legs failed", async () => {
  await failed();
  for (let i = 2; i < 40; i++) failedLeg(stage, "cellarman transient", "x", `archive (world-${i})`);
  await report();
  expect(issueOf(stage)).toMatchObject({ state: "open" });
  expect(callsOf(stage).length).toBeLessThanOrEqual(20);
});

it("tells nobody in a dry run", async () => {
  await failed();
  await stage.world.run("report", "--alert", "--needs", ARCHIVE_FAILED, "--dry-run");
  expect(issueOf(stage)).toBeUndefined();
  expect(stage.inbox.letters).toEqual([]);
});
