// Merged pull requests, with all that tells who wrote and who reviewed them.
import type { MergedPull, PullCommit, PullReview } from "../forge.ts";
import { accountOf } from "./accounts.ts";
import type { GitHub } from "./client.ts";
import { unless404 } from "./failure.ts";
import { allPages, PER_PAGE } from "./pages.ts";

/** Merged pull requests that brought the newest commit which changed a file, as of a commit. */
export async function mergedPullsOf(
  github: GitHub,
  head: string,
  path: string,
): Promise<MergedPull[]> {
  const { repository } = github;
  const { data: commits } = await github.request("GET /repos/{owner}/{repo}/commits", {
    ...repository,
    sha: head,
    path,
    per_page: 1,
  });
  const [newest] = commits;
  if (!newest) return [];
  const { data: pulls } = await github.request(
    "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
    { ...repository, commit_sha: newest.sha, per_page: PER_PAGE },
  );
  const merged = pulls.filter((pull) => pull.merged_at !== null);
  return Promise.all(merged.map((pull) => readMergedPull(github, pull.number)));
}

async function readMergedPull(github: GitHub, number: number): Promise<MergedPull> {
  const at = { ...github.repository, pull_number: number, per_page: PER_PAGE };
  const { data: pull } = await github.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
    ...github.repository,
    pull_number: number,
  });
  const files = await allPages(
    async (page) =>
      (
        await github.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", {
          ...at,
          page,
        })
      ).data,
  );
  const commits = await readCommits(github, number);
  const { sha: head, ref, repo } = pull.head;
  return {
    number,
    url: pull.html_url,
    base: pull.base.ref,
    isFromFork: repo?.full_name !== pull.base.repo.full_name,
    mergedMs: Date.parse(pull.merged_at ?? ""),
    author: accountOf(pull.user),
    head,
    pushers: await pushersOf(github, ref, head),
    isWhole: commits.length === pull.commits && files.length === pull.changed_files,
    commits,
    files: files.map(({ filename, sha }) => ({ path: filename, blob: sha })),
    reviews: await readReviews(github, number),
  };
}

async function readCommits(github: GitHub, number: number): Promise<PullCommit[]> {
  const listed = await allPages(
    async (page) =>
      (
        await github.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", {
          ...github.repository,
          pull_number: number,
          per_page: PER_PAGE,
          page,
        })
      ).data,
  );
  return listed.map(({ sha, author, committer, commit }) => ({
    sha,
    author: accountOf(author)?.login ?? null,
    committer: accountOf(committer)?.login ?? null,
    isVerified: commit.verification?.verified === true,
  }));
}

const STATES: Readonly<Record<string, PullReview["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  DISMISSED: "dismissed",
};

async function readReviews(github: GitHub, number: number): Promise<PullReview[]> {
  const listed = await allPages(
    async (page) =>
      (
        await github.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
          ...github.repository,
          pull_number: number,
          per_page: PER_PAGE,
          page,
        })
      ).data,
  );
  return listed.map(({ user, state, commit_id: commit, submitted_at: at }) => ({
    by: accountOf(user),
    state: STATES[state] ?? "other",
    commit,
    atMs: Date.parse(at ?? ""),
  }));
}

const PUSHES = new Set(["push", "force_push", "branch_creation"]);

/** Who pushed to a branch, by the repository's activity; null: the commit's push is not in it. */
async function pushersOf(github: GitHub, branch: string, sha: string): Promise<string[] | null> {
  const listed = await unless404(
    github.request("GET /repos/{owner}/{repo}/activity", {
      ...github.repository,
      ref: branch,
      per_page: PER_PAGE,
    }),
  );
  const pushes = (listed?.data ?? []).filter((one) => PUSHES.has(one.activity_type));
  if (!pushes.some((one) => one.after === sha && one.actor !== null)) return null;
  return pushes.flatMap((one) => one.actor?.login ?? []);
}
