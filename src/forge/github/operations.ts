// Every call of GitHub's API that this program can make, and what a job's `permissions:` must say
// for it. The client refuses any other route; scripts/github-openapi.ts extracts exactly these.
// Source of the permissions: https://docs.github.com/en/rest/authentication
// (permissions required for GitHub Apps), and the description of each operation.

/** A key of a workflow's `permissions:`. */
type Scope = "contents" | "issues" | "pull-requests" | "actions" | "checks";

/** What one line of `permissions:` says, such as `issues: write`. */
export type Permission = `${Scope}: ${"read" | "write"}`;

const REPO = "/repos/{owner}/{repo}";
const ISSUE = `${REPO}/issues/{issue_number}`;
const PULL = `${REPO}/pulls/{pull_number}`;
const RUN = `${REPO}/actions/runs/{run_id}`;
const WORKFLOW = `${REPO}/actions/workflows/{workflow_id}`;
const ENVIRONMENT = `${REPO}/environments/{environment_name}`;

/** Routes in GitHub's own form; null: no permission beyond a token. */
export const OPERATIONS: Readonly<Record<string, Permission | null>> = {
  [`GET ${REPO}`]: null,
  // Who pushed what, and when: a commit's own author is whatever its maker wrote.
  [`GET ${REPO}/activity`]: "contents: read",
  [`GET ${REPO}/rules/branches/{branch}`]: null,
  [`GET ${REPO}/commits/{ref}`]: "contents: read",
  [`GET ${REPO}/commits`]: "contents: read",
  [`GET ${REPO}/commits/{commit_sha}/pulls`]: "pull-requests: read",
  [`GET ${REPO}/contents/{path}`]: "contents: read",
  [`PUT ${REPO}/contents/{path}`]: "contents: write",
  [`GET ${REPO}/git/trees/{tree_sha}`]: "contents: read",
  [`GET ${REPO}/git/blobs/{file_sha}`]: "contents: read",
  [`GET ${REPO}/git/ref/{ref}`]: "contents: read",
  [`POST ${REPO}/git/refs`]: "contents: write",
  [`PATCH ${REPO}/git/refs/{ref}`]: "contents: write",
  [`POST ${REPO}/issues`]: "issues: write",
  [`GET ${REPO}/issues`]: "issues: read",
  [`GET ${ISSUE}`]: "issues: read",
  [`PATCH ${ISSUE}`]: "issues: write",
  [`GET ${ISSUE}/comments`]: "issues: read",
  // Comments on a pull request go by the same routes, with `pull-requests: write`.
  [`POST ${ISSUE}/comments`]: "issues: write",
  [`PATCH ${REPO}/issues/comments/{comment_id}`]: "issues: write",
  [`GET ${REPO}/labels/{name}`]: "issues: read",
  [`POST ${REPO}/labels`]: "issues: write",
  [`POST ${REPO}/pulls`]: "pull-requests: write",
  [`GET ${REPO}/pulls`]: "pull-requests: read",
  [`GET ${PULL}`]: "pull-requests: read",
  [`PATCH ${PULL}`]: "pull-requests: write",
  [`GET ${PULL}/files`]: "pull-requests: read",
  [`GET ${PULL}/reviews`]: "pull-requests: read",
  [`GET ${PULL}/commits`]: "pull-requests: read",
  [`GET ${ENVIRONMENT}`]: "actions: read",
  [`GET ${ENVIRONMENT}/deployment-branch-policies`]: "actions: read",
  [`GET ${RUN}`]: "actions: read",
  [`GET ${RUN}/approvals`]: "actions: read",
  [`GET ${RUN}/jobs`]: "actions: read",
  [`GET ${RUN}/attempts/{attempt_number}/jobs`]: "actions: read",
  [`POST ${RUN}/rerun-failed-jobs`]: "actions: write",
  [`POST ${REPO}/actions/jobs/{job_id}/rerun`]: "actions: write",
  [`GET ${REPO}/actions/runs`]: "actions: read",
  [`GET ${REPO}/actions/workflows`]: "actions: read",
  [`GET ${WORKFLOW}`]: "actions: read",
  [`GET ${WORKFLOW}/runs`]: "actions: read",
  [`POST ${WORKFLOW}/dispatches`]: "actions: write",
  [`GET ${REPO}/check-runs/{check_run_id}/annotations`]: "checks: read",
  [`POST ${REPO}/check-runs`]: "checks: write",
  [`PATCH ${REPO}/check-runs/{check_run_id}`]: "checks: write",
  "GET /users/{username}": null,
};
