// The repository itself: what it is, its branches, commits, trees and files.
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
import { blobSha, type Commit, folder, type Push, treeSha } from "./git.ts";
import { ACTIONS_BOT, type World } from "./world.ts";

const REPO = "/repos/{owner}/{repo}";

export const gitHandlers: Handlers = {
  [`GET ${REPO}`]: ({ world }) => ok(repositoryShape(world)),
  [`GET ${REPO}/git/ref/{ref}`]: ({ world, params }) => refAnswer(world, params["ref"] ?? "", 200),
  [`POST ${REPO}/git/refs`]: createRef,
  [`PATCH ${REPO}/git/refs/{ref}`]: moveRef,
  [`GET ${REPO}/git/trees/{tree_sha}`]: tree,
  [`GET ${REPO}/git/blobs/{file_sha}`]: blob,
  [`GET ${REPO}/commits/{ref}`]: ({ world, params }) => {
    const commit = world.git.find(params["ref"] ?? "");
    return commit ? ok(commitShape(world, commit)) : refused(422, "No commit found for SHA");
  },
  [`GET ${REPO}/commits`]: (call) => {
    const { world, query } = call;
    const head = world.git.find(query["sha"] ?? world.defaultBranch);
    if (!head) return notFound();
    const { path } = query;
    const all =
      path === undefined
        ? [...world.git.ancestors(head.sha)].flatMap((sha) => world.git.commits.get(sha) ?? [])
        : world.git.log(head.sha, path);
    return ok(page(all, call).map((one) => commitShape(world, one)));
  },
  [`GET ${REPO}/activity`]: (call) => {
    const { world, query } = call;
    const { ref } = query;
    const all = world.git.pushes
      .filter((push) => ref === undefined || push.ref === `refs/heads/${ref}` || push.ref === ref)
      .toReversed();
    return ok(page(all, call).map((push) => activityShape(world, push)));
  },
  [`GET ${REPO}/contents/{path}`]: readContents,
  [`PUT ${REPO}/contents/{path}`]: writeContents,
};

/** As the calls on a repository and a pull request's sides show it. */
export const repositoryShape = (world: World) => ({
  id: 1,
  name: world.repo,
  full_name: `${world.owner}/${world.repo}`,
  owner: world.user(world.owner),
  private: world.isPrivate,
  has_issues: world.hasIssues,
  default_branch: world.defaultBranch,
  html_url: `https://github.com/${world.owner}/${world.repo}`,
  url: `${world.url()}/repos/${world.owner}/${world.repo}`,
});

function refAnswer(world: World, ref: string, status: number): Answer {
  const sha = world.git.heads.get(ref.replace(/^(refs\/)?heads\//, ""));
  if (sha === undefined) return notFound();
  const name = `refs/${ref.replace(/^refs\//, "")}`;
  return { status, body: { ref: name, object: { type: "commit", sha } } };
}

function createRef({ world, body, user }: Call): Answer {
  const ref = text(body["ref"]);
  const branch = ref.replace(/^refs\/heads\//, "");
  if (world.git.heads.has(branch)) return unprocessable("Reference already exists");
  if (!world.git.commits.has(text(body["sha"]))) return unprocessable("Object does not exist");
  world.git.move(branch, text(body["sha"]), user.login);
  return refAnswer(world, ref, 201);
}

function moveRef({ world, body, params, user }: Call): Answer {
  const branch = (params["ref"] ?? "").replace(/^heads\//, "");
  const now = world.git.heads.get(branch);
  const sha = text(body["sha"]);
  if (now === undefined || !world.git.commits.has(sha)) return unprocessable("no such reference");
  if (body["force"] !== true && !world.git.ancestors(sha).has(now)) {
    return unprocessable("Update is not a fast forward");
  }
  world.git.move(branch, sha, user.login);
  return refAnswer(world, `heads/${branch}`, 200);
}

/** A tree by its id, or by a commit's. */
function tree({ world, params }: Call): Answer {
  const wanted = params["tree_sha"] ?? "";
  for (const { sha, files } of world.git.commits.values()) {
    const paths = new Set([""]);
    for (const file of files.keys()) {
      const parts = file.split("/").slice(0, -1);
      for (let i = 1; i <= parts.length; i++) paths.add(parts.slice(0, i).join("/"));
    }
    const path = [...paths].find((one) => sha === wanted || treeSha(files, one) === wanted);
    if (path === undefined) continue;
    const entries = (folder(files, path) ?? []).map((entry) => ({
      ...entry,
      mode: entry.type === "tree" ? "040000" : "100644",
    }));
    return ok({ sha: treeSha(files, path), tree: entries, truncated: world.truncatesTrees });
  }
  return notFound();
}

function blob({ world, params }: Call): Answer {
  for (const { files } of world.git.commits.values()) {
    for (const content of files.values()) {
      if (blobSha(content) !== params["file_sha"]) continue;
      const bytes = Buffer.from(content);
      const encoded = bytes.toString("base64");
      return ok({
        sha: blobSha(content),
        size: bytes.length,
        content: encoded,
        encoding: "base64",
      });
    }
  }
  return notFound();
}

function readContents({ world, params, query }: Call): Answer {
  const commit = world.git.find(query["ref"] ?? world.defaultBranch);
  const path = params["path"] ?? "";
  const content = commit?.files.get(path);
  return content === undefined ? notFound() : ok(fileShape(path, content));
}

/** As GitHub does it: for a bot without a name of its own said, the commit is signed by GitHub. */
function writeContents({ world, params, body, user }: Call): Answer {
  const branch = text(body["branch"], world.defaultBranch);
  const head = world.git.head(branch);
  if (!head) return notFound();
  if (world.guards(branch)) return refused(409, "Repository rule violations found");
  const path = params["path"] ?? "";
  const known = head.files.get(path);
  if (known !== undefined && body["sha"] !== blobSha(known)) {
    return refused(known === undefined ? 422 : 409, `${path} does not match`);
  }
  const content = Buffer.from(text(body["content"]), "base64").toString("utf8");
  const said = body["author"] !== undefined || body["committer"] !== undefined;
  const commit = world.git.push(branch, {
    files: { [path]: content },
    author: user.login,
    committer: said ? user.login : "web-flow",
    message: text(body["message"]),
    verified: !said,
    pusher: user.login,
  });
  const made = { content: fileShape(path, content), commit: { sha: commit.sha } };
  return known === undefined ? created(made) : ok(made);
}

const fileShape = (path: string, content: string) => ({
  type: "file",
  name: path.split("/").at(-1) ?? path,
  path,
  sha: blobSha(content),
  size: Buffer.byteLength(content),
  content: Buffer.from(content).toString("base64"),
  encoding: "base64",
});

export function commitShape(world: World, commit: Commit) {
  const person = { name: commit.author ?? "?", email: "?", date: commit.at };
  const account = (login: string | null) => (login === null ? null : world.user(login));
  return {
    sha: commit.sha,
    commit: {
      author: person,
      committer: { ...person, name: commit.committer ?? "?" },
      message: commit.message,
      tree: { sha: treeSha(commit.files), url: "" },
      verification: { verified: commit.verified, reason: commit.verified ? "valid" : "unsigned" },
    },
    author: account(commit.author),
    committer: account(commit.committer),
    parents: commit.parents.map((sha) => ({ sha, url: "" })),
  };
}

const activityShape = (world: World, push: Push) => ({
  id: push.id,
  before: push.before,
  after: push.after,
  ref: push.ref,
  timestamp: push.at,
  activity_type: push.kind,
  actor: world.user(push.actor === "" ? ACTIONS_BOT : push.actor),
});
