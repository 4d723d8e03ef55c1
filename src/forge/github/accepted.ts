// Who said yes to a pull request's newest commit: a person, who did not write it.
import type { GitHub } from "./client.ts";
import { allPages, PER_PAGE } from "./pages.ts";

/** A pull request's newest commit. */
export interface PullHead {
  readonly number: number;
  readonly sha: string;
  /** Who opened it. */
  readonly author: string;
}

/** Who belongs to the repository: a stranger's approving review counts for nothing. */
const INSIDERS: ReadonlySet<string> = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);

/**
 * The account whose last review approves the head; undefined: nobody's. Where `approvers` names
 * anybody, only those count; bots, the author and who wrote the head never do.
 */
export async function approverOf(
  github: GitHub,
  head: PullHead,
  approvers: readonly string[],
): Promise<string | undefined> {
  const writers = new Set([head.author, ...(await writersOf(github, head.sha))].map(lower));
  const listed = new Set(approvers.map(lower));
  const last = new Map<string, Review>();
  for (const review of await reviewsOf(github, head.number)) {
    // A comment after an approval takes nothing back.
    if (review.state !== "COMMENTED") last.set(lower(review.user?.login ?? ""), review);
  }
  const yes = [...last].find(
    ([login, review]) =>
      review.state === "APPROVED" &&
      review.commit_id === head.sha &&
      review.user?.type === "User" &&
      !writers.has(login) &&
      (listed.size > 0 ? listed.has(login) : INSIDERS.has(review.author_association)),
  );
  return yes?.[1].user?.login;
}

const lower = (login: string): string => login.toLowerCase();

type Review = Awaited<ReturnType<typeof reviewsOf>>[number];

const reviewsOf = ({ repository, request }: GitHub, pull: number) =>
  allPages(async (page) => {
    const at = { ...repository, pull_number: pull, per_page: PER_PAGE, page };
    return (await request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", at)).data;
  });

async function writersOf({ repository, request }: GitHub, ref: string): Promise<string[]> {
  const route = "GET /repos/{owner}/{repo}/commits/{ref}";
  const { data } = await request(route, { ...repository, ref });
  return [data.author, data.committer].flatMap((who) =>
    who && "login" in who && typeof who.login === "string" ? [who.login] : [],
  );
}
