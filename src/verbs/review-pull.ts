// The pull request that a review runs for: who accepted it, and its one comment. GitHub failing
// here fails nothing: summary and annotations carry the same text.
import { z } from "zod";
import { actionsContext, openRunGitHub, readEvent } from "../forge/actions/context.ts";
import { approverOf, type PullHead } from "../forge/github/accepted.ts";
import type { GitHub } from "../forge/github/client.ts";
import { putSticky } from "../forge/github/sticky.ts";
import { asCellarmanError } from "../runtime/errors.ts";
import type { Invocation } from "./verb.ts";

/** A pull request, as the event tells. */
export interface Pull extends PullHead {
  /** Its branch lies in another repository: this run has a token that only reads. */
  readonly isFork: boolean;
  /** The branch that it is to be merged into. */
  readonly base: string;
}

const event = z.object({
  pull_request: z.object({
    number: z.number(),
    user: z.object({ login: z.string() }),
    head: z.object({
      sha: z.string(),
      repo: z.object({ full_name: z.string() }).nullable(),
    }),
    base: z.object({ ref: z.string() }),
  }),
});

const repository = z.object({ repository: z.object({ default_branch: z.string() }) });

/** The default branch as a run's event names it; undefined outside a run. */
export async function eventBranch(inv: Invocation): Promise<string | undefined> {
  const context = actionsContext(inv.io.env);
  const read = context && repository.safeParse(await readEvent(context));
  return read?.data?.repository.default_branch;
}

/** The pull request of this run; undefined: there is none. */
export async function pullOf(inv: Invocation): Promise<Pull | undefined> {
  const context = actionsContext(inv.io.env);
  const read = context && event.safeParse(await readEvent(context));
  if (!read?.success) return undefined;
  const { number, user, head, base } = read.data.pull_request;
  const isFork = head.repo?.full_name !== context?.repository;
  return { number, sha: head.sha, author: user.login, isFork, base: base.ref };
}

const SAME_TEXT = "the job summary and the annotations carry the same text";

/** Writes the one comment; resolves to a sentence on what became of it. */
export async function tellPull(inv: Invocation, pull: Pull, text: string): Promise<string> {
  if (pull.isFork) return `no comment on a pull request from a fork: ${SAME_TEXT}`;
  const said = await withGitHub(inv, (github) => putSticky(github, pull.number, "review", text));
  if (said === undefined) return `no comment without GITHUB_TOKEN: ${SAME_TEXT}`;
  if (typeof said !== "string") return `the comment was not written (${said.why}): ${SAME_TEXT}`;
  if (said === "unchanged") return "the comment stays as it is: unchanged since the last push";
  return `the comment was ${said}`;
}

/** Who accepted the pull request's head; undefined: nobody, or GitHub does not say. */
export async function acceptedBy(
  inv: Invocation,
  pull: Pull,
  approvers: readonly string[],
): Promise<string | undefined> {
  const said = await withGitHub(inv, (github) => approverOf(github, pull, approvers));
  if (said === undefined || typeof said === "string") return said;
  inv.log.warn(`who reviewed this pull request is not known: ${said.why}`);
  return undefined;
}

async function withGitHub<T>(
  inv: Invocation,
  work: (github: GitHub) => Promise<T>,
): Promise<T | { readonly why: string } | undefined> {
  const github = openRunGitHub(inv.io, inv.log);
  if (!github) return undefined;
  try {
    return await work(github);
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    const error = asCellarmanError(thrown);
    if (error.hint !== undefined) inv.log.warn(error.hint);
    return { why: error.message };
  } finally {
    await github.close();
  }
}
