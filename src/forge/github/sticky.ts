// One comment on a pull request, found by a hidden marker and edited in place.
import { createHash } from "node:crypto";
import type { GitHub } from "./client.ts";

/** What became of the comment. */
export type StickyOutcome = "created" | "updated" | "unchanged";

/** Comments that one page gives, and pages that are looked through. */
const PAGE = 100;
const PAGES_MAX = 30;

/**
 * Writes the comment of a kind; a text that is there already is not written again. `text` and the
 * marker together must stay below 65,536 characters.
 */
export async function putSticky(
  github: GitHub,
  pull: number,
  kind: string,
  text: string,
): Promise<StickyOutcome> {
  const { repository, request } = github;
  const body = `${markerOf(kind, text)}\n${text}`;
  const known = await findSticky(github, pull, kind);
  if (known?.body.startsWith(markerOf(kind, text))) return "unchanged";
  if (known) {
    const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
    await request(route, { ...repository, comment_id: known.id, body });
    return "updated";
  }
  const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
  await request(route, { ...repository, issue_number: pull, body });
  return "created";
}

/** Nobody sees it; it says whose comment this is, and what it says. */
function markerOf(kind: string, text: string): string {
  const digest = createHash("sha256").update(text, "utf8").digest("hex");
  return `<!-- cellarman:${kind} ${digest} -->`;
}

async function findSticky(
  { repository, request }: GitHub,
  pull: number,
  kind: string,
): Promise<{ id: number; body: string } | undefined> {
  for (let page = 1; page <= PAGES_MAX; page++) {
    const { data } = await request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      ...repository,
      issue_number: pull,
      per_page: PAGE,
      page,
    });
    // A person's comment with the marker in it is a quotation, not ours.
    const ours = data.find(
      ({ body, user }) => user?.type === "Bot" && body?.startsWith(`<!-- cellarman:${kind} `),
    );
    if (ours) return { id: Number(ours.id), body: ours.body ?? "" };
    if (data.length < PAGE) return undefined;
  }
  return undefined;
}
