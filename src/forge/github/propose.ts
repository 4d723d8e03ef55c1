// One pull request that adds one file: opened where there is none, brought up to date where there
// is, and started checks on where GitHub starts none by itself.
import { asCellarmanError } from "../../runtime/errors.ts";
import type { GitHub } from "./client.ts";
import { statusOf, unless404 } from "./failure.ts";
import { blobId } from "./files.ts";

/** What is proposed. */
export interface Proposal {
  /** The branch that it comes from; it belongs to the tool. */
  readonly branch: string;
  readonly path: string;
  readonly text: string;
  readonly title: string;
  readonly body: string;
}

/** What became of it. */
export interface Proposed {
  readonly outcome: "opened" | "updated" | "unchanged" | "forbidden";
  readonly number: number | null;
  readonly url: string | null;
  /** Why it was not opened, or why no check was started on it; empty: all is well. */
  readonly note: string;
}

/** Opens or updates the pull request. `review`: the workflow to start on it, where none would. */
export async function propose(
  github: GitHub,
  proposal: Proposal,
  review: string | undefined,
): Promise<Proposed> {
  const { data: repository } = await github.request("GET /repos/{owner}/{repo}", {
    ...github.repository,
  });
  const base = repository.default_branch;
  const known = await openPull(github, proposal.branch, base);
  if (known && (await textOnBranch(github, proposal))?.blob === blobOf(proposal.text)) {
    return { outcome: "unchanged", number: known.number, url: known.html_url, note: "" };
  }
  try {
    if (!known) await startBranch(github, proposal.branch, base);
    await putFile(github, proposal);
    const pull = known
      ? await updatePull(github, known.number, proposal)
      : await createPull(github, proposal, base);
    const note = review === undefined ? "" : await startReview(github, review, proposal.branch);
    const outcome = known ? "updated" : "opened";
    return { outcome, number: pull.number, url: pull.html_url, note };
  } catch (error) {
    const { code, message, hint = "" } = asCellarmanError(error);
    if (statusOf(error) !== 403 || code !== "not-authorised") throw error;
    const note = `${message}. ${hint}`.trim();
    return { outcome: "forbidden", number: null, url: null, note };
  }
}

const blobOf = (text: string): string => blobId(Buffer.from(text));

async function openPull(github: GitHub, branch: string, base: string) {
  const { data } = await github.request("GET /repos/{owner}/{repo}/pulls", {
    ...github.repository,
    state: "open",
    head: `${github.repository.owner}:${branch}`,
    base,
  });
  return data.find((pull) => pull.head.repo?.full_name === pull.base.repo.full_name);
}

/** Points the tool's branch at the default branch's head, whatever it was at before. */
async function startBranch(github: GitHub, branch: string, base: string): Promise<void> {
  const { repository } = github;
  const at = await github.request("GET /repos/{owner}/{repo}/git/ref/{ref}", {
    ...repository,
    ref: `heads/${base}`,
  });
  const { sha } = at.data.object;
  const ref = `heads/${branch}`;
  const there = await unless404(
    github.request("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...repository, ref }),
  );
  await (there
    ? github.request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
        ...repository,
        ref,
        sha,
        force: true,
      })
    : github.request("POST /repos/{owner}/{repo}/git/refs", {
        ...repository,
        ref: `refs/${ref}`,
        sha,
      }));
}

/** The file as the branch has it. Absence permits nothing here: at worst the put is refused. */
async function textOnBranch(
  github: GitHub,
  { path, branch }: Proposal,
): Promise<{ blob: string } | undefined> {
  const found = await unless404(
    github.request("GET /repos/{owner}/{repo}/contents/{path}", {
      ...github.repository,
      path,
      ref: branch,
    }),
  );
  const data = found?.data;
  return data !== undefined && "sha" in data ? { blob: data.sha } : undefined;
}

/** Without an author of its own said, GitHub signs the commit for the token's account. */
async function putFile(github: GitHub, proposal: Proposal): Promise<void> {
  const { path, branch, text, title } = proposal;
  const before = await textOnBranch(github, proposal);
  if (before?.blob === blobOf(text)) return;
  await github.request("PUT /repos/{owner}/{repo}/contents/{path}", {
    ...github.repository,
    path,
    branch,
    message: title,
    content: Buffer.from(text).toString("base64"),
    ...(before ? { sha: before.blob } : {}),
  });
}

async function createPull(github: GitHub, { branch, title, body }: Proposal, base: string) {
  const { data } = await github.request("POST /repos/{owner}/{repo}/pulls", {
    ...github.repository,
    head: branch,
    base,
    title,
    body,
  });
  return data;
}

async function updatePull(github: GitHub, number: number, { title, body }: Proposal) {
  const { data } = await github.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", {
    ...github.repository,
    pull_number: number,
    title,
    body,
  });
  return data;
}

/** Pull requests of GITHUB_TOKEN start no workflows: a dispatch does. Its failure stops nothing. */
async function startReview(github: GitHub, workflow: string, branch: string): Promise<string> {
  try {
    await github.request("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", {
      ...github.repository,
      workflow_id: workflow,
      ref: branch,
    });
    return "";
  } catch (error) {
    return `${workflow} was not started on ${branch}: ${asCellarmanError(error).message}`;
  }
}
