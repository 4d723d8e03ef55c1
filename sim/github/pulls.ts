// Pull requests and their reviews.
import {
  type Answer,
  type Call,
  created,
  type Handlers,
  notFound,
  ok,
  page,
  refused,
  text,
  unprocessable,
} from "./call.ts";
import { blobSha, type Commit } from "./git.ts";
import { commitShape, repositoryShape } from "./git-calls.ts";
import { addIssue } from "./issues.ts";
import type { World } from "./world.ts";

export interface Review {
  readonly id: number;
  readonly by: string;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
  readonly commit: string;
  readonly at: string;
}

export interface Pull {
  readonly number: number;
  readonly id: number;
  readonly by: string;
  readonly headRef: string;
  readonly baseRef: string;
  /** The base branch when it was opened: what the diff is against. */
  readonly baseSha: string;
  /** The fork that it comes from; undefined: the repository itself. */
  readonly fork?: string;
  /** Kept once it is closed. */
  headSha: string | undefined;
  state: "open" | "closed";
  mergedAt: string | null;
  mergedBy: string | null;
  mergeCommit: string | null;
  readonly reviews: Review[];
}

const REPO = "/repos/{owner}/{repo}";
const PULL = `${REPO}/pulls/{pull_number}`;

export const pullHandlers: Handlers = {
  [`POST ${REPO}/pulls`]: open,
  [`GET ${REPO}/pulls`]: (call) => ok(page(listed(call), call).map((p) => shape(call.world, p))),
  [`GET ${PULL}`]: (call) => withPull(call, (pull) => ok(shape(call.world, pull))),
  [`PATCH ${PULL}`]: (call) => withPull(call, (pull) => change(call, pull)),
  [`GET ${PULL}/files`]: (call) =>
    withPull(call, (pull) => ok(page(changedFiles(call.world, pull), call))),
  [`GET ${PULL}/commits`]: (call) =>
    withPull(call, (pull) =>
      ok(page(commitsOf(call.world, pull), call).map((c) => commitShape(call.world, c))),
    ),
  [`GET ${PULL}/reviews`]: (call) =>
    withPull(call, (pull) =>
      ok(page(pull.reviews, call).map((review) => reviewShape(call.world, review))),
    ),
  [`GET ${REPO}/commits/{commit_sha}/pulls`]: ({ world, params }) => {
    const sha = params["commit_sha"] ?? "";
    const found = [...world.pulls.values()].filter(
      (pull) =>
        pull.mergeCommit === sha || commitsOf(world, pull).some((commit) => commit.sha === sha),
    );
    return ok(found.map((pull) => shape(world, pull)));
  },
};

function withPull({ world, params }: Call, work: (pull: Pull) => Answer): Answer {
  const pull = world.pulls.get(Number(params["pull_number"]));
  return pull ? work(pull) : notFound();
}

function open({ world, body, user }: Call): Answer {
  if (!world.allowsPulls && user.type === "Bot" && user.login === "github-actions[bot]") {
    const message = "GitHub Actions is not permitted to create or approve pull requests.";
    return refused(403, message);
  }
  const headRef = text(body["head"]).replace(/^[^:]*:/, "");
  const exists = [...world.pulls.values()].some(
    (pull) => pull.state === "open" && pull.headRef === headRef,
  );
  if (exists) return unprocessable(`A pull request already exists for ${headRef}.`);
  if (!world.git.heads.has(headRef)) return unprocessable("head is invalid");
  const pull = openPull(world, {
    by: user.login,
    headRef,
    baseRef: text(body["base"]),
    title: text(body["title"]),
    body: text(body["body"]),
  });
  return created(shape(world, pull));
}

/** Opens a pull request, as a person or a bot does. */
export function openPull(
  world: World,
  said: Pick<Pull, "by" | "headRef"> & {
    baseRef?: string;
    title?: string;
    body?: string;
    fork?: string;
  },
): Pull {
  const baseRef = said.baseRef ?? world.defaultBranch;
  const issue = addIssue(
    world,
    said.by,
    { title: said.title ?? "a change", body: said.body ?? "" },
    true,
  );
  const pull: Pull = {
    number: issue.number,
    id: issue.id,
    by: said.by,
    headRef: said.headRef,
    baseRef,
    baseSha: world.git.heads.get(baseRef) ?? "",
    ...(said.fork === undefined ? {} : { fork: said.fork }),
    headSha: undefined,
    state: "open",
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    reviews: [],
  };
  world.pulls.set(pull.number, pull);
  return pull;
}

function change({ world, body }: Call, pull: Pull): Answer {
  const issue = world.issues.get(pull.number);
  if (issue && body["title"] !== undefined) issue.title = text(body["title"]);
  if (issue && body["body"] !== undefined) issue.body = text(body["body"]);
  if (body["state"] === "closed" && pull.state === "open") {
    pull.headSha = headOf(world, pull);
    pull.state = "closed";
  }
  return ok(shape(world, pull));
}

/** The last commit of a pull request. */
export const headOf = (world: World, pull: Pull): string =>
  pull.headSha ?? world.git.heads.get(pull.headRef) ?? "";

function commitsOf(world: World, pull: Pull): Commit[] {
  const known = world.git.ancestors(pull.baseSha);
  return [...world.git.ancestors(headOf(world, pull))]
    .filter((sha) => !known.has(sha))
    .flatMap((sha) => world.git.commits.get(sha) ?? [])
    .toReversed();
}

export function changedFiles(world: World, pull: Pull) {
  const before = world.git.commits.get(pull.baseSha)?.files ?? new Map<string, string>();
  const after = world.git.commits.get(headOf(world, pull))?.files ?? new Map<string, string>();
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((filename) => {
      const [old, now] = [before.get(filename), after.get(filename)];
      const status = old === undefined ? "added" : now === undefined ? "removed" : "modified";
      return { filename, status, sha: now === undefined ? null : blobSha(now), changes: 1 };
    });
}

function listed({ world, query }: Call): Pull[] {
  const state = query["state"] ?? "open";
  const head = query["head"]?.replace(/^[^:]*:/, "");
  return [...world.pulls.values()]
    .filter((pull) => state === "all" || pull.state === state)
    .filter((pull) => head === undefined || pull.headRef === head)
    .filter((pull) => query["base"] === undefined || pull.baseRef === query["base"])
    .toReversed();
}

function shape(world: World, pull: Pull) {
  const issue = world.issues.get(pull.number);
  const repo = repositoryShape(world);
  const fork = pull.fork === undefined ? repo : { ...repo, id: 2, full_name: pull.fork };
  const side = (ref: string, sha: string, of: object) => ({
    label: `${world.owner}:${ref}`,
    ref,
    sha,
    repo: of,
    user: world.user(world.owner),
  });
  return {
    id: pull.id,
    number: pull.number,
    html_url: `https://github.com/${world.owner}/${world.repo}/pull/${pull.number}`,
    state: pull.state,
    title: issue?.title,
    body: issue?.body,
    user: world.user(pull.by),
    head: side(pull.headRef, headOf(world, pull), fork),
    base: side(pull.baseRef, pull.baseSha, repo),
    merged: pull.mergedAt !== null,
    merged_at: pull.mergedAt,
    merged_by: pull.mergedBy === null ? null : world.user(pull.mergedBy),
    merge_commit_sha: pull.mergeCommit,
    changed_files: changedFiles(world, pull).length,
    commits: commitsOf(world, pull).length,
    created_at: issue?.createdAt,
    updated_at: issue?.updatedAt,
  };
}

const reviewShape = (world: World, { id, by, state, commit, at }: Review) => ({
  id,
  user: world.user(by),
  body: "",
  state,
  commit_id: commit,
  submitted_at: at,
  author_association: world.strangers.has(by) ? "NONE" : "COLLABORATOR",
});
