// What a branch's rules demand. Rulesets alone: classic protection needs an administrator's token.
import type { GitHub } from "./client.ts";
import { isHidden } from "./failure.ts";
import { allPages, PER_PAGE } from "./pages.ts";

/**
 * Approvals that a branch's active rules demand before a merge; undefined: this repository's plan
 * has no branch rules, or the token may not see them.
 */
export async function readReviewsDemanded(
  github: GitHub,
  branch: string,
): Promise<number | undefined> {
  try {
    const rules = await allPages(
      async (page) =>
        (
          await github.request("GET /repos/{owner}/{repo}/rules/branches/{branch}", {
            ...github.repository,
            branch,
            per_page: PER_PAGE,
            page,
          })
        ).data,
    );
    const demanded = rules.map((rule) =>
      rule.type === "pull_request" ? (rule.parameters?.required_approving_review_count ?? 0) : 0,
    );
    return Math.max(0, ...demanded);
  } catch (error) {
    if (isHidden(error)) return undefined;
    throw error;
  }
}
