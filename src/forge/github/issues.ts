// Issues of the repository, for alerts.
import {
  type IssueEdit,
  type Issues,
  LABEL,
  type ListedIssue,
  type NewIssue,
} from "../../alert/issues.ts";
import type { CallBudget } from "./budget.ts";
import type { GitHub } from "./client.ts";
import { statusOf } from "./failure.ts";

/** Pages of 100 issues that are read: one issue a flow, and few flows. */
const PAGES_MAX = 5;

/** Who may label and edit issues of the repository. */
const INSIDERS: ReadonlySet<string> = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);

/** Opens the issues; every call is taken off the budget. */
export function openIssues(github: GitHub, budget: CallBudget): Issues {
  const { repository } = github;
  const create = async (issue: NewIssue) => {
    budget.spend();
    const { data } = await github.request("POST /repos/{owner}/{repo}/issues", {
      ...repository,
      title: issue.title,
      body: issue.body,
      labels: [...issue.labels],
      assignees: [...issue.assignees],
    });
    return data;
  };
  return {
    list: () => list(github, budget),
    async open(issue) {
      try {
        const data = await create(issue);
        return { number: data.number, url: data.html_url, dropped: droppedOf(issue, data) };
      } catch (error) {
        // A label or an account that GitHub refuses must not keep the issue from being opened.
        if (statusOf(error) !== 422) throw error;
        const data = await create({ ...issue, labels: [LABEL], assignees: [] });
        return { number: data.number, url: data.html_url, dropped: droppedOf(issue, data) };
      }
    },
    async edit(number, edit) {
      budget.spend();
      await github.request("PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
        ...repository,
        issue_number: number,
        ...changes(edit),
      });
    },
    async comment(number, body) {
      budget.spend();
      await github.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
        ...repository,
        issue_number: number,
        body,
      });
    },
  };
}

const changes = ({ body, state, reason }: IssueEdit) => ({
  body,
  state,
  ...(reason === undefined ? {} : { state_reason: reason }),
});

async function list(github: GitHub, budget: CallBudget): Promise<ListedIssue[]> {
  const found: ListedIssue[] = [];
  for (let page = 1; page <= PAGES_MAX; page++) {
    budget.spend();
    const { data } = await github.request("GET /repos/{owner}/{repo}/issues", {
      ...github.repository,
      labels: LABEL,
      state: "all",
      per_page: 100,
      page,
    });
    for (const one of data) {
      if (one.pull_request) continue;
      found.push({
        number: one.number,
        url: one.html_url,
        isOpen: one.state === "open",
        body: one.body ?? "",
        isTrusted: one.user?.type === "Bot" || INSIDERS.has(one.author_association ?? ""),
      });
    }
    if (data.length < 100) break;
  }
  return found;
}

/** GitHub leaves out what it does not know or may not set, without a word. */
function droppedOf(
  wanted: NewIssue,
  got: {
    readonly labels: readonly (string | { name?: string | null })[];
    readonly assignees?: readonly { login: string }[] | null;
  },
): string {
  const labels = new Set(got.labels.map((one) => (typeof one === "string" ? one : one.name)));
  const logins = new Set((got.assignees ?? []).map(({ login }) => login.toLowerCase()));
  const missing = [
    ...wanted.labels.filter((name) => !labels.has(name)).map((name) => `label ${name}`),
    ...wanted.assignees
      .filter((login) => !logins.has(login.toLowerCase()))
      .map((login) => `assignee ${login}`),
  ];
  return missing.join(", ");
}
