// What guards branches and environments, and what accounts there are.
import { type Handlers, notFound, ok, refused } from "./call.ts";
import type { World } from "./world.ts";

/** An environment, and its protection. */
export interface Environment {
  readonly id: number;
  readonly name: string;
  /** Accounts whose yes it needs; none: it needs no yes. */
  readonly reviewers: readonly string[];
  readonly preventSelfReview: boolean;
  /** null: the API does not say, as on old servers. */
  readonly adminsBypass: boolean | null;
  /** `any`: every branch; `protected`; or patterns of names. */
  readonly branches: "any" | "protected" | readonly string[];
}

const REPO = "/repos/{owner}/{repo}";
const ENVIRONMENT = `${REPO}/environments/{environment_name}`;

export const ruleHandlers: Handlers = {
  [`GET ${REPO}/rules/branches/{branch}`]: ({ world, params }) => {
    const rule = world.rules.get(params["branch"] ?? "");
    if (!world.hasRules) {
      const message =
        "Upgrade to GitHub Pro or make this repository public to enable this feature.";
      return refused(403, message);
    }
    return ok(rule === undefined ? [] : [{ type: "pull_request", ...ruleShape(world, rule) }]);
  },
  [`GET ${ENVIRONMENT}`]: ({ world, params }) => {
    const found = world.environments.get(params["environment_name"] ?? "");
    return found ? ok(environmentShape(world, found)) : notFound();
  },
  [`GET ${ENVIRONMENT}/deployment-branch-policies`]: ({ world, params }) => {
    const found = world.environments.get(params["environment_name"] ?? "");
    if (!found) return notFound();
    const names = typeof found.branches === "string" ? [] : found.branches;
    return ok({
      total_count: names.length,
      branch_policies: names.map((name, id) => ({ id, name, type: "branch" })),
    });
  },
  "GET /users/{username}": ({ world, params }) => {
    const user = world.users.get(params["username"] ?? "");
    return user ? ok(user) : notFound();
  },
};

/** A pull-request rule of a branch. */
export interface BranchRule {
  readonly reviews: number;
  readonly lastPush?: boolean;
}

const ruleShape = ({ owner, repo }: World, { reviews, lastPush = false }: BranchRule) => ({
  ruleset_source_type: "Repository",
  ruleset_source: `${owner}/${repo}`,
  ruleset_id: 1,
  parameters: {
    required_approving_review_count: reviews,
    require_last_push_approval: lastPush,
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    required_review_thread_resolution: false,
  },
});

function environmentShape(world: World, environment: Environment) {
  const { branches, reviewers, preventSelfReview, adminsBypass } = environment;
  const review = {
    id: 1,
    node_id: "GR_1",
    type: "required_reviewers",
    prevent_self_review: preventSelfReview,
    reviewers: reviewers.map((login) => ({ type: "User", reviewer: world.user(login) })),
  };
  const policy = { id: 2, node_id: "GR_2", type: "branch_policy" };
  return {
    id: environment.id,
    name: environment.name,
    protection_rules: [
      ...(reviewers.length > 0 ? [review] : []),
      ...(branches === "any" ? [] : [policy]),
    ],
    deployment_branch_policy:
      branches === "any"
        ? null
        : {
            protected_branches: branches === "protected",
            custom_branch_policies: branches !== "protected",
          },
    // GitHub answers it, and its description does not name it.
    ...(adminsBypass === null ? {} : { can_admins_bypass: adminsBypass }),
  };
}
