// A world with GitHub and receivers of alerts beside it, and its commands as a run of GitHub's.
import { expect } from "vitest";
import { type GitHubSim, startGitHub } from "../../sim/github/server.ts";
import { addJob, addRun, type Run } from "../../sim/github/runs.ts";
import { type Inbox, startInbox } from "../../sim/inbox.ts";
import type { World, WorldOptions } from "../../sim/world.ts";
import { readMarker } from "../../src/alert/marker.ts";
import { staged } from "./stage.ts";

/** A flow that is told of everywhere. */
export const ALERTED = [
  "period: { first: 2025-11 }",
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D } }",
  "run: { retry: { max-attempts: 1 } }",
  "alerts:",
  "  issue: { labels: [offload], assignees: [oncall], mentions: [acme/data] }",
  "  slack: { channel: C0123456789 }",
].join("\n");

export interface GitHubStage {
  readonly world: World;
  readonly github: GitHubSim;
  readonly inbox: Inbox;
  /** The run that the commands are part of. */
  readonly run: Run;
  close(): Promise<void>;
}

/** A world in March 2026 with a small November, whose commands run in GitHub Actions. */
export async function githubStage(options: WorldOptions = {}): Promise<GitHubStage> {
  const world = await staged({ flow: ALERTED, ...options });
  const github = await startGitHub({ now: () => world.now() });
  const inbox = await startInbox();
  github.world.addUser("oncall");
  const run = addRun(github.world);
  const variables = {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: github.repository,
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_EVENT_NAME: "workflow_dispatch",
    GITHUB_TOKEN: github.token,
    // No wait of GitHub's is kept.
    CELLARMAN_GITHUB_SECOND_MS: "0",
    SLACK_API_URL: `${inbox.url}/api`,
    SLACK_BOT_TOKEN: "xoxb-secret-of-the-bot",
  };
  for (const [name, value] of Object.entries(variables)) world.env.set(name, value);
  return {
    world,
    github,
    inbox,
    run,
    async close() {
      await Promise.all([world.close(), github.close(), inbox.close()]);
      expect(github.violations).toEqual([]);
    },
  };
}

/** What `${{ toJSON(needs) }}` says of jobs that ended so. */
export const needs = (results: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(results).map(([job, result]) => [job, { result }])),
  );

export const GREEN = needs({
  plan: "success",
  archive: "success",
  verify: "success",
  purge: "success",
});

export const ARCHIVE_FAILED = needs({
  plan: "success",
  archive: "failure",
  verify: "success",
  purge: "success",
});

/** One leg of a matrix that failed, with the annotation that carries its class. */
export function failedLeg(
  { github, run }: GitHubStage,
  title: string | null = "cellarman transient",
  message = "world: the server answered 503",
  name = "archive (world-1)",
): void {
  const annotations = title === null ? [] : [{ title, message }];
  addJob(github.world, run, { name, conclusion: "failure", annotations });
}

/** The only issue, with what it remembers; undefined: there is none. */
export function issueOf({ github }: GitHubStage) {
  const issues = [...github.world.issues.values()];
  expect(issues.length).toBeLessThanOrEqual(1);
  const [issue] = issues;
  if (!issue) return undefined;
  const comments = [...github.world.comments.values()].map((c) => c.body);
  return { ...issue, comments, marker: readMarker(issue.body) };
}

/** Calls that were made, by route. */
export const callsOf = ({ github }: GitHubStage): string[] => github.calls.map((c) => c.route);
