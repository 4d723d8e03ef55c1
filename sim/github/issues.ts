// Issues, their comments and labels. Source of the answers: GitHub's OpenAPI description.
import {
  type Call,
  created,
  type Handlers,
  notFound,
  ok,
  page,
  refused,
  text,
  texts,
  unprocessable,
} from "./call.ts";
import type { World } from "./world.ts";

export interface Issue {
  readonly number: number;
  readonly id: number;
  title: string;
  body: string;
  state: "open" | "closed";
  stateReason: string | null;
  labels: string[];
  assignees: string[];
  readonly by: string;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  /** A pull request is an issue as well. */
  readonly isPull: boolean;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  body: string;
  readonly by: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

const REPO = "/repos/{owner}/{repo}";
const ISSUE = `${REPO}/issues/{issue_number}`;

export const issueHandlers: Handlers = {
  [`POST ${REPO}/issues`]: (call) => guarded(call, () => open(call)),
  [`GET ${REPO}/issues`]: (call) => ok(page(listed(call), call).map((i) => shape(call.world, i))),
  [`GET ${ISSUE}`]: (call) => withIssue(call, (issue) => ok(shape(call.world, issue))),
  [`PATCH ${ISSUE}`]: (call) => guarded(call, () => withIssue(call, (i) => change(call, i))),
  [`GET ${ISSUE}/comments`]: (call) =>
    withIssue(call, ({ number }) => {
      const all = [...call.world.comments.values()].filter((c) => c.issue === number);
      return ok(page(all, call).map((c) => commentShape(call.world, c)));
    }),
  [`POST ${ISSUE}/comments`]: (call) =>
    guarded(call, () => withIssue(call, ({ number }) => comment(call, number))),
  [`PATCH ${REPO}/issues/comments/{comment_id}`]: (call) => {
    const found = call.world.comments.get(Number(call.params["comment_id"]));
    if (!found) return notFound();
    found.body = text(call.body["body"]);
    found.updatedAt = call.world.time();
    return ok(commentShape(call.world, found));
  },
  [`GET ${REPO}/labels/{name}`]: ({ world, params }) => {
    const label = world.labels.get(params["name"] ?? "");
    return label ? ok(label) : notFound();
  },
  [`POST ${REPO}/labels`]: ({ world, body }) => {
    const name = text(body["name"]);
    if (world.labels.has(name)) return unprocessable(`label ${name} exists`);
    return created(addLabel(world, name, text(body["color"], "ededed"), body["description"]));
  },
};

function addLabel(world: World, name: string, color: string, said: unknown): Label {
  const label = { id: world.id(), name, color, description: text(said) || null };
  world.labels.set(name, label);
  return label;
}

/** Issues may be switched off: 410. A pull request's conversation stays. */
function guarded(call: Call, work: () => ReturnType<typeof ok>): ReturnType<typeof ok> {
  const { world, params } = call;
  const isPull = world.issues.get(Number(params["issue_number"]))?.isPull === true;
  if (world.hasIssues || isPull) return work();
  return refused(410, "Issues has been disabled in this repository.");
}

function withIssue(call: Call, work: (issue: Issue) => ReturnType<typeof ok>) {
  const issue = call.world.issues.get(Number(call.params["issue_number"]));
  return issue ? work(issue) : notFound();
}

/** Opens an issue, or the issue side of a pull request. */
export function addIssue(
  world: World,
  by: string,
  said: Readonly<Record<string, unknown>>,
  isPull = false,
): Issue {
  const at = world.time();
  const labels = labelNames(said["labels"]);
  for (const name of labels) if (!world.labels.has(name)) addLabel(world, name, "ededed", null);
  const issue: Issue = {
    number: world.number(),
    id: world.id(),
    title: String(said["title"]),
    body: text(said["body"]),
    state: "open",
    stateReason: null,
    labels,
    assignees: texts(said["assignees"]).filter((login) => world.users.has(login)),
    by,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    isPull,
  };
  world.issues.set(issue.number, issue);
  return issue;
}

const open = ({ world, user, body }: Call) =>
  created(shape(world, addIssue(world, user.login, body)));

const labelNames = (value: unknown): string[] =>
  (Array.isArray(value) ? value : []).map((one: unknown) =>
    typeof one === "string" ? one : text((one as { name?: unknown } | null)?.name),
  );

function change({ world, body }: Call, issue: Issue) {
  if (body["title"] !== undefined) issue.title = String(body["title"]);
  if (body["body"] !== undefined) issue.body = text(body["body"]);
  if (body["labels"] !== undefined) issue.labels = labelNames(body["labels"]);
  if (body["assignees"] !== undefined) issue.assignees = texts(body["assignees"]);
  const state = body["state"];
  if (state === "open" || state === "closed") {
    issue.closedAt = state === "closed" ? world.time() : null;
    const reason = state === "closed" ? "completed" : "reopened";
    issue.stateReason =
      issue.state === state ? issue.stateReason : text(body["state_reason"], reason);
    issue.state = state;
  }
  issue.updatedAt = world.time();
  return ok(shape(world, issue));
}

function comment({ world, body, user }: Call, issue: number) {
  const at = world.time();
  const made: Comment = {
    id: world.id(),
    issue,
    body: text(body["body"]),
    by: user.login,
    createdAt: at,
    updatedAt: at,
  };
  world.comments.set(made.id, made);
  return created(commentShape(world, made));
}

/** As GitHub lists: open ones unless asked, the newest first. */
function listed({ world, query }: Call): Issue[] {
  const state = query["state"] ?? "open";
  const labels = (query["labels"] ?? "").split(",").filter(Boolean);
  const { creator } = query;
  return [...world.issues.values()]
    .filter((issue) => state === "all" || issue.state === state)
    .filter((issue) => labels.every((name) => issue.labels.includes(name)))
    .filter((issue) => creator === undefined || issue.by === creator)
    .toSorted((a, b) => b.number - a.number);
}

function shape(world: World, issue: Issue) {
  const base = `${world.url()}/repos/${world.owner}/${world.repo}`;
  const html = `https://github.com/${world.owner}/${world.repo}`;
  return {
    id: issue.id,
    node_id: `I_${issue.id}`,
    number: issue.number,
    url: `${base}/issues/${issue.number}`,
    repository_url: base,
    html_url: `${html}/${issue.isPull ? "pull" : "issues"}/${issue.number}`,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.stateReason,
    user: world.user(issue.by),
    labels: issue.labels.map((name) => world.labels.get(name) ?? { name }),
    assignee: null,
    assignees: issue.assignees.map((login) => world.user(login)),
    milestone: null,
    locked: false,
    comments: [...world.comments.values()].filter((c) => c.issue === issue.number).length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    author_association: "NONE",
    ...(issue.isPull
      ? { pull_request: { url: null, html_url: null, diff_url: null, patch_url: null } }
      : {}),
  };
}

function commentShape(world: World, said: Comment) {
  const html = `https://github.com/${world.owner}/${world.repo}/issues/${said.issue}`;
  return {
    id: said.id,
    node_id: `IC_${said.id}`,
    url: `${world.url()}/repos/${world.owner}/${world.repo}/issues/comments/${said.id}`,
    html_url: `${html}#issuecomment-${said.id}`,
    body: said.body,
    user: world.user(said.by),
    created_at: said.createdAt,
    updated_at: said.updatedAt,
    author_association: "NONE",
  };
}
