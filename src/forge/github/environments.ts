// What guards an environment, and who said yes to a run that waited at it.
import type { EnvironmentRules, RunApproval } from "../forge.ts";
import { accountOf } from "./accounts.ts";
import type { GitHub } from "./client.ts";
import { isHidden } from "./failure.ts";
import { PER_PAGE } from "./pages.ts";

/** An environment's protection; undefined where GitHub shows none of this name. */
export async function readEnvironmentRules(
  github: GitHub,
  name: string,
): Promise<EnvironmentRules | undefined> {
  const environment = await readEnvironment(github, name);
  if (!environment) return undefined;
  const rules = environment.protection_rules ?? [];
  const review = rules.find((rule) => rule.type === "required_reviewers");
  return {
    demandsReview:
      review !== undefined && "reviewers" in review && (review.reviewers ?? []).length > 0,
    preventsSelfReview:
      review !== undefined &&
      "prevent_self_review" in review &&
      review.prevent_self_review === true,
    adminsBypass: bypassOf(environment),
    branches:
      environment.deployment_branch_policy?.custom_branch_policies === true
        ? await branchesOf(github, name)
        : null,
  };
}

async function readEnvironment(github: GitHub, name: string) {
  try {
    const answer = await github.request(
      "GET /repos/{owner}/{repo}/environments/{environment_name}",
      { ...github.repository, environment_name: name },
    );
    return answer.data;
  } catch (error) {
    if (isHidden(error)) return undefined;
    throw error;
  }
}

/** GitHub answers it; its description (OpenAPI) does not name it, and old servers lack it. */
function bypassOf(environment: object): boolean | null {
  const said: unknown = Reflect.get(environment, "can_admins_bypass");
  return typeof said === "boolean" ? said : null;
}

/** Names and patterns; null where a tag is among them, or not all are listed. */
async function branchesOf(github: GitHub, name: string): Promise<string[] | null> {
  const { data } = await github.request(
    "GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies",
    { ...github.repository, environment_name: name, per_page: PER_PAGE },
  );
  const policies = data.branch_policies;
  const isWhole = policies.length === data.total_count;
  if (!isWhole || policies.some((one) => one.type === "tag")) return null;
  return policies.map((one) => one.name ?? "");
}

/** Who said yes or no to a run. */
export async function readRunApprovals(github: GitHub, run: number): Promise<RunApproval[]> {
  const { data } = await github.request(
    "GET /repos/{owner}/{repo}/actions/runs/{run_id}/approvals",
    {
      ...github.repository,
      run_id: run,
    },
  );
  return data.map(({ user, state, environments }) => ({
    by: accountOf(user),
    approved: state === "approved",
    environments: environments.flatMap(({ name }) => name ?? []),
  }));
}
