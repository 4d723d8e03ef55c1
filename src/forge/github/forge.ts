// The forge over GitHub's API: what the default branch says now, and who reviewed it.
import type { Clock } from "../../runtime/clock.ts";
import type { FileHistory, Forge, Reviews } from "../forge.ts";
import type { GitHub } from "./client.ts";
import { readEnvironmentRules, readRunApprovals } from "./environments.ts";
import { CommitFiles } from "./files.ts";
import { type Head, HEAD_FRESH_MS, headOf } from "./head.ts";
import { mergedPullsOf } from "./pulls.ts";
import { readReviewsDemanded } from "./rules.ts";

/**
 * The same repository as a checkout's, asked by the API instead of `git fetch`: paths and what was
 * fetched come from the checkout.
 */
export async function overGitHub(
  checkout: Forge,
  github: GitHub,
  clock: Pick<Clock, "now">,
): Promise<Forge> {
  const head = headOf(github, clock);
  const files = new CommitFiles(github);
  const { branch } = await head();
  return {
    branch,
    pathInside: (file) => checkout.pathInside(file),
    fileAsFetched: (path) => checkout.fileAsFetched(path),
    fileNow: async (path) => (await files.find((await head()).sha, path))?.text,
    reviews: reviewsOf(github, head, files, clock),
  };
}

function reviewsOf(
  github: GitHub,
  head: () => Promise<Head>,
  files: CommitFiles,
  clock: Pick<Clock, "now">,
): Reviews {
  // What is asked of one head stays true of it: a merge or an edit moves the head.
  const histories = keptByHead((at, path) => historyOf(github, files, at, path));
  // The rest is asked for every batch of a leg: once a minute, as the head.
  const demanded = keptFresh(clock, (branch: string) => readReviewsDemanded(github, branch));
  const environment = keptFresh(clock, (name: string) => readEnvironmentRules(github, name));
  const runApprovals = keptFresh(clock, (run: number) => readRunApprovals(github, run));
  return {
    historyOf: async (path) => histories(await head(), path),
    reviewsDemanded: async () => demanded((await head()).branch),
    environment,
    runApprovals,
  };
}

/** Remembers each answer for as long as the head's; what fails is not kept. */
function keptFresh<K, T>(
  clock: Pick<Clock, "now">,
  read: (key: K) => Promise<T>,
): (key: K) => Promise<T> {
  const kept = new Map<K, { readonly atMs: number; readonly answer: T }>();
  return async (key) => {
    const known = kept.get(key);
    const atMs = clock.now();
    if (known && atMs - known.atMs < HEAD_FRESH_MS) return known.answer;
    const answer = await read(key);
    kept.set(key, { atMs, answer });
    return answer;
  };
}

async function historyOf(
  github: GitHub,
  files: CommitFiles,
  at: Head,
  path: string,
): Promise<FileHistory | undefined> {
  const found = await files.find(at.sha, path);
  return found && { ...found, pulls: await mergedPullsOf(github, at.sha, path) };
}

/** Remembers the answers for the last head. */
function keptByHead<T>(
  read: (head: Head, path: string) => Promise<T>,
): (head: Head, path: string) => Promise<T> {
  let sha = "";
  const kept = new Map<string, T>();
  return async (head, path) => {
    if (head.sha !== sha) kept.clear();
    sha = head.sha;
    const answer = kept.get(path) ?? (await read(head, path));
    if (head.sha === sha) kept.set(path, answer);
    return answer;
  };
}
