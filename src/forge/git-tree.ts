// Files of a checkout's repository at another state, by plain git: nothing is checked out, fetched
// or changed.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CellarmanError } from "../runtime/errors.ts";

const run = promisify(execFile);

/** Longest time that git may take for one call, ms. */
const GIT_TIMEOUT_MS = 60_000;
/** Largest file, and longest listing, bytes. */
const OUTPUT_MAX = 16 * 1024 * 1024;

async function git(directory: string, ...args: string[]): Promise<Buffer> {
  const { stdout } = await run("git", args, {
    cwd: directory,
    timeout: GIT_TIMEOUT_MS,
    maxBuffer: OUTPUT_MAX,
    encoding: "buffer",
  });
  return stdout;
}

/** git's first line, or undefined when git fails. */
async function answer(directory: string, ...args: string[]): Promise<string | undefined> {
  try {
    return (await git(directory, ...args)).toString("utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The files of one folder at one commit, by their paths inside the folder. */
export type FolderFiles = ReadonlyMap<string, Uint8Array>;

/** What a change is compared with. */
export interface BaseFolder {
  /** The folder's path from the repository's top, with a slash at its end; empty: the top. */
  readonly prefix: string;
  /** At the base's newest commit: what rules. */
  readonly tip: FolderFiles;
  /** Where the change left the base: what it is compared with. */
  readonly fork: FolderFiles;
  /** No common commit is known: the fork is the tip. */
  readonly isForkUnknown: boolean;
}

/**
 * Reads a folder at a base. A branch of the remote goes before a local one of the same name, which
 * may be old. Throws "usage" where there is no such base, or no repository.
 */
export async function readBase(folder: string, ref: string): Promise<BaseFolder> {
  const prefix = await prefixOf(folder);
  const commit = await commitOf(folder, ref);
  const fork = await answer(folder, "merge-base", commit, "HEAD");
  const tip = await filesAt(folder, commit, prefix);
  const same = fork === undefined || fork === commit;
  return {
    prefix,
    tip,
    fork: same ? tip : await filesAt(folder, fork, prefix),
    isForkUnknown: fork === undefined,
  };
}

async function prefixOf(folder: string): Promise<string> {
  try {
    return (await git(folder, "rev-parse", "--show-prefix")).toString("utf8").trim();
  } catch (cause) {
    throw new CellarmanError("usage", `${folder} is not in a git repository`, {
      hint: "A review compares with a commit: run it in a checkout.",
      cause,
    });
  }
}

async function commitOf(folder: string, ref: string): Promise<string> {
  const remotes = ((await answer(folder, "remote")) ?? "").split("\n").filter(Boolean);
  const remote = remotes.includes("origin") ? "origin" : remotes[0];
  const names = remote === undefined ? [ref] : [`refs/remotes/${remote}/${ref}`, ref];
  for (const name of names) {
    const parse = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
    const commit = await answer(folder, ...parse);
    if (commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  }
  throw new CellarmanError("usage", `there is no commit ${JSON.stringify(ref)} to compare with`, {
    hint: `git fetch ${remote ?? "origin"} ${ref}; in a workflow: checkout with fetch-depth: 0.`,
  });
}

/** The branch that the checkout's remote had as its default when it was cloned. */
export async function defaultBase(folder: string): Promise<string> {
  const head = await answer(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD");
  return head?.replace(/^origin\//, "") ?? "main";
}

async function filesAt(folder: string, commit: string, prefix: string): Promise<FolderFiles> {
  const at = prefix === "" ? [] : ["--", prefix];
  const list = ["ls-tree", "-r", "-z", "--full-tree", "--name-only", commit, ...at];
  const paths = (await git(folder, ...list)).toString("utf8").split("\0").filter(Boolean);
  const files = new Map<string, Uint8Array>();
  for (const path of paths.filter((p) => /\.ya?ml$/.test(p))) {
    files.set(path.slice(prefix.length), await git(folder, "show", `${commit}:${path}`));
  }
  return files;
}
