// Whether a file on the default branch was reviewed by somebody who may, and who did not write it
// (design §7, "Approval by pull request"). Pure.
import type { FileHistory, MergedPull, PullReview } from "../../forge/forge.ts";

/** Whose yes counts, and since when; or why none does. */
export type Reviewed =
  | { readonly by: string; readonly atMs: number; readonly pull: number }
  | { readonly why: string };

/** What a file's history is judged by. */
export interface ReviewRules {
  readonly path: string;
  /** The default branch. */
  readonly branch: string;
  /** Accounts of the policy. */
  readonly approvers: readonly string[];
}

/** Signs what people do in the browser and what tokens write through the API. */
const GITHUBS_OWN = "web-flow";

/** Judges the pull requests that brought the file; one that is in order is enough. */
export function judgeHistory(history: FileHistory, rules: ReviewRules): Reviewed {
  if (rules.approvers.length === 0) return { why: "the policy names no approvers" };
  const judged = history.pulls.map((pull) => judgePull(pull, history.blob, rules));
  const fine = judged.find((one) => "by" in one);
  return fine ?? judged[0] ?? { why: `${rules.path} did not come by a merged pull request` };
}

function judgePull(pull: MergedPull, blob: string, rules: ReviewRules): Reviewed {
  const why = disorderOf(pull, blob, rules);
  if (why !== undefined) return { why: `pull request #${pull.number} ${why}` };
  const writers = writersOf(pull);
  if (!writers) {
    return { why: `who wrote pull request #${pull.number} cannot be told: it is not signed` };
  }
  return judgeReviews(pull, writers, rules);
}

/** What is wrong with a pull request, whoever reviewed it. */
function disorderOf(pull: MergedPull, blob: string, rules: ReviewRules): string | undefined {
  const { path, branch } = rules;
  if (pull.base !== branch) return `was merged into ${pull.base}`;
  if (pull.isFromFork) return "comes from a fork";
  if (!pull.isWhole) return "is not shown in full";
  const other = pull.files.find((file) => file.path !== path);
  if (other) return `changes ${other.path} too: an approval comes alone`;
  const [file] = pull.files;
  if (pull.files.length !== 1 || file?.blob !== blob)
    return `brought another ${path} than is there`;
  if (!pull.commits.some((commit) => commit.sha === pull.head))
    return "does not show its last commit";
  return undefined;
}

/**
 * Everybody who had a hand in a pull request; undefined: that cannot be told. Names in commits are
 * whatever their maker wrote: pushers are known by the forge, or every commit must be signed.
 */
function writersOf(pull: MergedPull): ReadonlySet<string> | undefined {
  const isSigned = pull.commits.every((one) => one.isVerified && one.author !== null);
  if (pull.pushers === null && !isSigned) return undefined;
  if (pull.author === null) return undefined;
  const named = pull.commits.flatMap(({ author, committer }) => [author, committer]);
  const all = [pull.author.login, ...(pull.pushers ?? []), ...named];
  return new Set(
    all.flatMap((login) => (login === null || login === GITHUBS_OWN ? [] : login.toLowerCase())),
  );
}

function judgeReviews(
  pull: MergedPull,
  writers: ReadonlySet<string>,
  { approvers }: ReviewRules,
): Reviewed {
  const listed = new Set(approvers.map((login) => login.toLowerCase()));
  const last = lastWords(pull.reviews);
  const no = (why: string): Reviewed => ({ why: `pull request #${pull.number} ${why}` });
  let wrote: string | undefined;
  let stale: string | undefined;
  let found: Reviewed | undefined;
  for (const [login, review] of last) {
    const { by, state, commit, atMs } = review;
    if (!by?.isHuman || !listed.has(login)) continue;
    if (state === "changes-requested") return no(`has changes requested by ${by.login}`);
    if (state !== "approved") continue;
    if (writers.has(login)) wrote = by.login;
    else if (commit !== pull.head || !(atMs <= pull.mergedMs)) stale = by.login;
    else found ??= { by: by.login, atMs: pull.mergedMs, pull: pull.number };
  }
  if (found) return found;
  if (stale !== undefined)
    return no(`was changed or merged before ${stale} reviewed its last commit`);
  if (wrote !== undefined) return no(`was approved by ${wrote} alone, who wrote it`);
  return no(`was not approved by one of ${approvers.join(", ")}`);
}

/** Each account's last word: a comment takes no yes and no no back. */
function lastWords(reviews: readonly PullReview[]): Map<string, PullReview> {
  const words = new Map<string, PullReview>();
  const said = reviews.filter(({ state, by }) => state !== "other" && by !== null);
  for (const review of said.toSorted((a, b) => a.atMs - b.atMs)) {
    words.set((review.by?.login ?? "").toLowerCase(), review);
  }
  return words;
}
