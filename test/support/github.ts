// A world whose flows lie on the stand-in for GitHub, with the checkout that a run of Actions has.
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { merge, review } from "../../sim/github/people.ts";
import type { Pull } from "../../sim/github/pulls.ts";
import { addRun } from "../../sim/github/runs.ts";
import { type GitHubSim, startGitHub } from "../../sim/github/server.ts";
import type { Said, World } from "../../sim/world.ts";

/** Who may approve, and who may not. */
export const ALICE = "alice";
export const BOB = "bob";
export const MALLORY = "mallory";

export const POLICY = `version: 1\napprovers: [${ALICE}, ${BOB}]\n`;
export const APPROVAL = "flows/approvals/world/2025-11.yaml";

/** A world in GitHub Actions. */
export interface Hosted {
  readonly github: GitHubSim;
  /** Runs a command as a step does: with the run's variables, and nothing said by hand. */
  run(...argv: string[]): Promise<Said>;
  /** The checkout becomes what the default branch is now. */
  checkout(): Promise<void>;
  /** The pull request that is open. */
  readonly pull: Pull;
  /** A person approves the open pull request, and somebody merges it. */
  approve(by: string, mergedBy?: string): void;
  close(): Promise<void>;
}

function git(folder: string, ...args: string[]): void {
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.net", "-c", "commit.gpgsign=false"];
  execFileSync("git", [...who, ...args], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
}

/** Puts a world's flow and a policy on a stand-in whose environments and rules are well set up. */
export async function hosted(world: World, policy = POLICY): Promise<Hosted> {
  const github = await startGitHub({ now: () => world.now() });
  const site = github.world;
  for (const login of [ALICE, BOB, MALLORY]) site.addUser(login);
  const flow = await readFile(join(world.flows, "world.yaml"), "utf8");
  site.git.push("main", { files: { "flows/world.yaml": flow, "flows/policy.yaml": policy } });
  site.rules.set("main", { reviews: 1 });
  site.addEnvironment("cellarman-purge");
  site.addEnvironment("cellarman-approve", { reviewers: [ALICE, BOB] });
  const run = addRun(site);
  const bare = `${world.folder}-remote.git`;
  git(world.folder, "init", "--quiet", "--initial-branch=main");
  git(world.folder, "init", "--quiet", "--bare", "--initial-branch=main", bare);
  git(world.folder, "remote", "add", "origin", bare);
  const variables = {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: github.repository,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: github.token,
    GITHUB_RUN_ID: String(run.id),
    GITHUB_REF: "refs/heads/main",
    CELLARMAN_GITHUB_SECOND_MS: "0",
  };
  for (const [name, value] of Object.entries(variables)) world.env.set(name, value);
  const checkout = async (): Promise<void> => {
    await rm(world.flows, { recursive: true });
    for (const [path, text] of site.git.head("main")?.files ?? []) {
      await mkdir(dirname(join(world.folder, path)), { recursive: true });
      await writeFile(join(world.folder, path), text);
    }
    git(world.folder, "add", "--all", "flows");
    git(world.folder, "commit", "--quiet", "--allow-empty", "-m", "as it is now");
    git(world.folder, "push", "--quiet", "-u", "origin", "main");
  };
  await checkout();
  const open = (): Pull => {
    const found = [...site.pulls.values()].find((pull) => pull.state === "open");
    if (!found) throw new Error("no pull request is open");
    return found;
  };
  return {
    github,
    run: (...argv) => world.runPlainly(...argv),
    checkout,
    get pull() {
      return open();
    },
    approve(by, mergedBy = by) {
      const pull = open();
      review(site, pull, by);
      merge(site, pull, mergedBy);
    },
    async close() {
      await github.close();
      await rm(bare, { recursive: true, force: true });
    },
  };
}
