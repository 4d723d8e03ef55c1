// Real git repositories in a temporary folder: a remote, a checkout of it, and a colleague who
// pushes.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Runs git without anybody's configuration. */
export function git(directory: string, ...args: string[]): string {
  const identity = [
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.net",
    "-c",
    "commit.gpgsign=false",
  ];
  return execFileSync("git", [...identity, ...args], {
    cwd: directory,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  });
}

/** A remote with one commit, its checkout, and another checkout that pushes. */
export interface Repositories {
  readonly root: string;
  readonly remote: string;
  readonly checkout: string;
  /** A colleague commits a file (null: removes it) and pushes it to a branch. */
  push(path: string, text: string | null, branch?: string): void;
  dispose(): void;
}

/** Copies repositories that `makeTemplate` made: faster by far than making them again. */
export function copyOf(template: string): Repositories {
  const root = mkdtempSync(join(tmpdir(), "cellarman-git-"));
  cpSync(template, root, { recursive: true });
  const [remote, checkout, colleague] = placesIn(root);
  for (const clone of [checkout, colleague]) {
    const config = join(clone, ".git", "config");
    writeFileSync(config, readFileSync(config, "utf8").replaceAll(template, root));
  }
  const push = (path: string, text: string | null, branch = BRANCH): void =>
    pushFrom(colleague, path, text, branch);
  const dispose = (): void => rmSync(root, { recursive: true, force: true });
  return { root, remote, checkout, push, dispose };
}

/** The default branch. */
const BRANCH = "trunk";

/** Makes the folder that is copied: `flows/f.yaml` says "one" on the default branch. */
export function makeTemplate(): string {
  const root = mkdtempSync(join(tmpdir(), "cellarman-git-"));
  const [remote, checkout, colleague] = placesIn(root);
  git(root, "init", "--quiet", "--bare", `--initial-branch=${BRANCH}`, remote);
  git(root, "clone", "--quiet", remote, colleague);
  pushFrom(colleague, "flows/f.yaml", "one", BRANCH);
  git(root, "clone", "--quiet", remote, checkout);
  return root;
}

const placesIn = (root: string): [string, string, string] => [
  join(root, "remote"),
  join(root, "checkout"),
  join(root, "colleague"),
];

function pushFrom(clone: string, path: string, text: string | null, branch: string): void {
  const file = join(clone, path);
  mkdirSync(dirname(file), { recursive: true });
  if (text === null) rmSync(file);
  else writeFileSync(file, text);
  git(clone, "add", "--all");
  git(clone, "commit", "--quiet", "--message", "change");
  git(clone, "push", "--quiet", "origin", `HEAD:${branch}`);
}
