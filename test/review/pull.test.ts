// A review in a pull request's run: one comment, edited in place; a person's yes; forks and tokens
// with too few rights, which fail nothing.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { review as reviewIt } from "../../sim/github/people.ts";
import { openPull, type Pull } from "../../sim/github/pulls.ts";
import { type GitHubSim, startGitHub } from "../../sim/github/server.ts";
import { Change, FLOW, type Reviewed } from "./change.ts";

let github: GitHubSim;
let change: Change;
let pull: Pull;

const edited = (part: string, by: string): string => FLOW.replace(part, () => by);

beforeEach(async () => {
  github = await startGitHub();
  const { world } = github;
  for (const login of ["ann", "bob"]) world.addUser(login);
  world.addUser("robot[bot]", "Bot");
  world.git.push("change", { files: { "flows/metrics.yaml": "x" }, author: "ann" });
  pull = openPull(world, { by: "ann", headRef: "change" });
});

afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
  change.dispose();
});

/** Runs the review as a job of the pull request does. */
async function review(
  env: Readonly<Record<string, string>> = {},
  from = github.repository,
): Promise<Reviewed> {
  const eventPath = join(change.root, "event.json");
  const head = { sha: github.world.git.heads.get("change"), repo: { full_name: from } };
  const base = { ref: "main" };
  const event = { pull_request: { number: pull.number, user: { login: "ann" }, head, base } };
  writeFileSync(eventPath, JSON.stringify(event));
  return change.review(
    {
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: github.repository,
      GITHUB_RUN_ID: "1",
      GITHUB_API_URL: github.url,
      GITHUB_EVENT_PATH: eventPath,
      GITHUB_TOKEN: github.token,
      CELLARMAN_GITHUB_SECOND_MS: "0",
      ...env,
    },
    "--comment",
  );
}

const comments = (): string[] => [...github.world.comments.values()].map((c) => c.body);
const notices = ({ document }: Reviewed): string => document.notices.join("\n");

describe("the comment", () => {
  beforeEach(() => {
    change = new Change(
      { "flows/metrics.yaml": FLOW },
      { "flows/metrics.yaml": edited("P45D", "P46D") },
    );
  });

  it("is one: written, left alone, edited in place", async () => {
    const first = await review();
    expect(notices(first)).toContain("the comment was created");
    expect(comments()).toHaveLength(1);
    expect(comments()[0]).toContain(first.document.markdown);
    expect(comments()[0]).toMatch(/^<!-- cellarman:review [0-9a-f]{64} -->\n/);

    const edits = (): number => github.calls.filter((c) => c.method === "PATCH").length;
    expect(notices(await review())).toContain("unchanged since the last push");
    expect(edits()).toBe(0);

    change.commit({ "flows/metrics.yaml": edited("P45D", "P47D") });
    expect(notices(await review())).toContain("the comment was updated");
    expect(edits()).toBe(1);
    expect(comments()).toHaveLength(1);
    expect(comments()[0]).toContain("`P47D`");
  });

  it("is not somebody's who quotes its marker, and is found behind many others", async () => {
    const { world } = github;
    const said = (by: string, body: string): void => {
      const at = world.time();
      const id = world.id();
      world.comments.set(id, { id, issue: pull.number, body, by, createdAt: at, updatedAt: at });
    };
    for (let i = 0; i < 130; i++) said("bob", `<!-- cellarman:review ${"0".repeat(64)} -->\nmine`);
    await review();
    await review();
    expect(comments().filter((c) => c.includes("mine"))).toHaveLength(130);
    expect(comments()).toHaveLength(131);
  });

  it("of a fork is none: no call is made, the document says so and carries the text", async () => {
    const said = await review({}, "mallory/flows");
    expect(said.code).toBe(0);
    expect(notices(said)).toContain("no comment on a pull request from a fork");
    expect(said.document.markdown).toContain("## Cellarman");
    expect(github.calls).toEqual([]);
  });

  it("without a token is none", async () => {
    expect(notices(await review({ GITHUB_TOKEN: "" }))).toContain(
      "no comment without GITHUB_TOKEN",
    );
  });

  it("with a token that only reads is none: the permission to add is said", async () => {
    github.addToken("reads", {
      login: "github-actions[bot]",
      permissions: ["pull-requests: read"],
    });
    const said = await review({ GITHUB_TOKEN: "reads" });
    expect(said.code).toBe(0);
    expect(notices(said)).toContain("the comment was not written");
    expect(said.stderr).toContain("permissions:");
    expect(comments()).toEqual([]);
  });

  it("while GitHub fails is none; the review stands", async () => {
    github.faults.push({ kind: "refuse", status: 422, message: "no", times: 99 });
    const said = await review();
    expect(said.code).toBe(0);
    expect(notices(said)).toContain("the job summary and the annotations carry the same text");
  });
});

describe("a credential that would go elsewhere", () => {
  beforeEach(() => {
    const elsewhere = edited("warp10.example.net", "other.example.net");
    change = new Change({ "flows/metrics.yaml": FLOW }, { "flows/metrics.yaml": elsewhere });
  });

  it("is refused until a person approves the newest commit", async () => {
    expect((await review()).code).toBe(1);
    reviewIt(github.world, pull, "bob");
    const said = await review();
    expect(said.code).toBe(0);
    expect(notices(said)).toContain("accepted by bob's review");
  });

  it.each([
    ["its author", "ann", "APPROVED"],
    ["a bot", "robot[bot]", "APPROVED"],
    ["a comment", "bob", "COMMENTED"],
    ["a request for changes", "bob", "CHANGES_REQUESTED"],
    ["a dismissed review", "bob", "DISMISSED"],
    ["a stranger", "mallory", "APPROVED"],
  ] as const)("is not accepted by %s", async (_, by, state) => {
    github.world.strangers.add("mallory");
    reviewIt(github.world, pull, by, state);
    expect((await review()).code).toBe(1);
  });

  it("is not accepted by a review of an older commit, or by who wrote the newest", async () => {
    reviewIt(github.world, pull, "bob");
    github.world.git.push("change", { files: { "flows/metrics.yaml": "y" }, author: "bob" });
    expect((await review()).code).toBe(1);
    reviewIt(github.world, pull, "bob");
    expect((await review()).code).toBe(1);
  });

  it("takes back a yes by a later no", async () => {
    reviewIt(github.world, pull, "bob");
    reviewIt(github.world, pull, "bob", "CHANGES_REQUESTED");
    expect((await review()).code).toBe(1);
  });

  it("is not accepted while GitHub does not say", async () => {
    reviewIt(github.world, pull, "bob");
    github.faults.push({ kind: "refuse", status: 403, times: 99 });
    expect((await review()).code).toBe(1);
  });
});

it("a run that the tool started on a branch takes the default branch as its base", async () => {
  change = new Change(
    { "flows/metrics.yaml": FLOW },
    { "flows/metrics.yaml": edited("P45D", "P46D") },
  );
  const eventPath = join(change.root, "event.json");
  writeFileSync(eventPath, JSON.stringify({ repository: { default_branch: "main" } }));
  const said = await change.review(
    {
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: github.repository,
      GITHUB_RUN_ID: "1",
      GITHUB_EVENT_PATH: eventPath,
    },
    "--comment",
  );
  expect(said.document).toMatchObject({ base: "main", verdict: "changes" });
  expect(github.calls).toEqual([]);
});

describe("approvers of the base's policy", () => {
  it("are the only ones whose yes counts", async () => {
    const policy = "version: 1\napprovers: [Carol]\n";
    change = new Change(
      { "flows/metrics.yaml": FLOW, "flows/policy.yaml": policy },
      {
        "flows/metrics.yaml": edited("warp10.example.net", "other.example.net"),
        "flows/policy.yaml": "version: 1\napprovers: [bob]\n",
      },
    );
    reviewIt(github.world, pull, "bob");
    expect((await review()).code).toBe(1);
    reviewIt(github.world, pull, "carol");
    expect((await review()).code).toBe(0);
  });
});
