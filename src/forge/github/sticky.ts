// One comment on a pull request, found by a hidden marker and edited in place.
import { createHash } from "node:crypto";
import type { GitHub } from "./client.ts";
import { allPages, PER_PAGE } from "./pages.ts";

/** What became of the comment. */
export type StickyOutcome = "created" | "updated" | "unchanged";

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
  const comments = await allPages(async (page) => {
    const at = { ...repository, issue_number: pull, per_page: PER_PAGE, page };
    return (await request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", at)).data;
  });
  // A person's comment with the marker in it is a quotation, not ours.
  const ours = comments.find(
    ({ body, user }) => user?.type === "Bot" && body?.startsWith(`<!-- cellarman:${kind} `),
  );
  return ours && { id: Number(ours.id), body: ours.body ?? "" };
}
