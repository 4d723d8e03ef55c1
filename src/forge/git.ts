// Forge over plain git: `git fetch` of the checkout's remote. Works with any host; needs no API.
import { execFile } from "node:child_process";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { CellarmanError } from "../runtime/errors.ts";
import type { Forge } from "./forge.ts";

const run = promisify(execFile);

/** Longest time that git may take for one call, ms. */
const GIT_TIMEOUT_MS = 60_000;

/**
 * Where the fetched head is kept: a ref of our own, so that runs side by side do not mix up
 * FETCH_HEAD.
 */
const HEAD_REF = "refs/cellarman/default";

async function git(directory: string, ...args: string[]): Promise<string> {
  const { stdout } = await run("git", ["-c", "core.askPass=true", ...args], {
    cwd: directory,
    timeout: GIT_TIMEOUT_MS,
    maxBuffer: 1024 * 1024,
  });
  return stdout;
}

/** Opens the checkout that holds `directory`; undefined when it is none, or has no remote. */
export async function openGit(directory: string): Promise<Forge | undefined> {
  if (!(await isInCheckout(directory))) return undefined;
  const top = (await git(directory, "rev-parse", "--show-toplevel")).trim();
  const remote = await remoteOf(top);
  if (!remote) return undefined;
  const branch = await defaultBranch(top, remote);
  return {
    branch,
    async pathInside(file) {
      const folder = await realpath(dirname(file));
      return relative(await realpath(top), join(folder, basename(file)));
    },
    async fileNow(path) {
      await fetchHead(top, remote, branch);
      return show(top, HEAD_REF, path);
    },
    async fileAsFetched(path) {
      const ref = `refs/remotes/${remote}/${branch}`;
      const known = await answer(top, "rev-parse", "--verify", "--quiet", ref);
      if (known) return show(top, ref, path);
      // CI checks out one branch alone: of another one, the default branch was never fetched.
      await fetchHead(top, remote, branch);
      return show(top, HEAD_REF, path);
    },
  };
}

/**
 * Whether any folder from here up holds a `.git`: then git must answer, and a failure is no "no".
 */
async function isInCheckout(directory: string): Promise<boolean> {
  for (let folder = await realpath(directory); ; folder = dirname(folder)) {
    const found = await stat(join(folder, ".git")).catch(() => undefined);
    if (found) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** git's answer without the last newline, or undefined when git fails. */
async function answer(directory: string, ...args: string[]): Promise<string | undefined> {
  try {
    return (await git(directory, ...args)).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * When a file last changed in the checkout's history, ms; undefined where git does not tell. In a
 * shallow checkout it is the date of its oldest commit at the earliest.
 */
export async function lastCommitMs(file: string): Promise<number | undefined> {
  const said = await answer(dirname(file), "log", "-1", "--format=%ct", "--", basename(file));
  return said !== undefined && /^\d{1,11}$/.test(said) ? Number(said) * 1000 : undefined;
}

/** `origin` where there is one: the first by name may be somebody's fork. */
async function remoteOf(top: string): Promise<string | undefined> {
  const remotes = (await git(top, "remote")).trim().split("\n").filter(Boolean);
  return remotes.includes("origin") ? "origin" : remotes[0];
}

async function defaultBranch(top: string, remote: string): Promise<string> {
  const known = await answer(top, "symbolic-ref", "--short", `refs/remotes/${remote}/HEAD`);
  if (known) return known.slice(remote.length + 1);
  const listed = await answer(top, "ls-remote", "--symref", remote, "HEAD");
  return /^ref: refs\/heads\/(\S+)\s+HEAD/.exec(listed ?? "")?.[1] ?? "main";
}

async function fetchHead(top: string, remote: string, branch: string): Promise<void> {
  try {
    // HEAD of the remote, not the branch that was its default when this was cloned.
    await git(top, "fetch", "--quiet", "--no-tags", remote, `+HEAD:${HEAD_REF}`);
  } catch (cause) {
    throw new CellarmanError("blocked", `git could not fetch ${branch} from ${remote}`, {
      hint: "A purge goes by the default branch as it is now: see that the remote can be reached.",
      retryable: true,
      cause,
    });
  }
}

/** Throws where git cannot tell: "cannot tell" is never "not there". */
async function show(top: string, ref: string, path: string): Promise<string | undefined> {
  const listed = await git(top, "ls-tree", "--name-only", ref, "--", path);
  if (listed.trim() === "") return undefined;
  return git(top, "show", `${ref}:${path}`);
}
