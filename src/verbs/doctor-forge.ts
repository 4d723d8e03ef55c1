// doctor, in GitHub Actions: what guards the delete token, and whether the flow's way of approving
// can count there.
import { actionsContext } from "../forge/actions/context.ts";
import type { Flow } from "../flow/flow.ts";
import { loadPolicy, policyBeside } from "../flow/policy.ts";
import type { Forge, Reviews } from "../forge/forge.ts";
import { unfitToApprove, unfitToDelete } from "../purge/approval/judge-environment.ts";
import { approveEnvironment } from "../purge/approval/read.ts";
import { bad, examine, type Finding, ok, weak } from "./doctor-finding.ts";
import { type FlowFile, openForge } from "./open.ts";
import { purgeEnvironment } from "./purge-trust.ts";
import type { Invocation } from "./verb.ts";

const DELETE_CHECK = "delete token's environment";
const ELSEWHERE = "Purge from the command line elsewhere; archive and verify may stay in Actions.";

/** Every check of the forge; none outside a run, nor of a flow that never purges. */
export async function examineForge(inv: Invocation, at: FlowFile): Promise<readonly Finding[]> {
  if (!actionsContext(inv.io.env) || at.flow.purge.mode === "never") return [];
  return examine(DELETE_CHECK, inv.io.signal, async () => {
    const forge = await openForge(inv);
    if (!forge?.reviews) {
      const advice = "Give this step GITHUB_TOKEN: ${{ github.token }}, with actions: read.";
      return [weak(DELETE_CHECK, "cannot be told: there is no token of the run", advice)];
    }
    return [
      await examineDelete(at.flow, forge, forge.reviews),
      ...(await examineApproval(at, forge, forge.reviews)),
    ];
  });
}

async function examineDelete(flow: Flow, forge: Forge, reviews: Reviews): Promise<Finding> {
  const name = purgeEnvironment(flow);
  const rules = await reviews.environment(name);
  if (!rules) return weak(DELETE_CHECK, `GitHub shows no environment ${name}`, ELSEWHERE);
  const unfit = unfitToDelete(name, rules, forge.branch);
  if (unfit === undefined) return ok(DELETE_CHECK, `${name}, of ${forge.branch} alone`);
  const advice = `Limit its deployment branches to ${forge.branch}: purge refuses until then.`;
  return bad(DELETE_CHECK, unfit, advice);
}

async function examineApproval(
  { file, flow }: FlowFile,
  forge: Forge,
  reviews: Reviews,
): Promise<Finding[]> {
  const { mode, approveBy } = flow.purge;
  if (mode !== "approve" || approveBy === "command") return [];
  if (approveBy === "environment") {
    const name = approveEnvironment(flow);
    const unfit = unfitToApprove(name, await reviews.environment(name));
    const advice = "Correct its protection, or set purge.approve-by to pull-request.";
    const check = "approving environment";
    return [unfit === undefined ? ok(check, name) : bad(check, unfit, advice)];
  }
  const text = await forge.fileNow(policyBeside(await forge.pathInside(file)));
  const approvers = text === undefined ? [] : loadPolicy(text).approvers;
  return [judgeRules(await reviews.reviewsDemanded(), forge.branch), judgeApprovers(approvers)];
}

/** What the branch's rules demand of a merge. Pure. */
export function judgeRules(demanded: number | undefined, branch: string): Finding {
  const check = "rules of the default branch";
  if (demanded === undefined) return weak(check, "GitHub shows none", ELSEWHERE);
  if (demanded > 0) return ok(check, `${demanded} review${demanded === 1 ? "" : "s"} on ${branch}`);
  const advice =
    "Settings, Rules: require a pull request with one approval. Classic branch protection " +
    "cannot be read with a run's token.";
  return bad(check, `${branch} demands no review`, advice);
}

function judgeApprovers(approvers: readonly string[]): Finding {
  const check = "approvers";
  if (approvers.length > 0) return ok(check, approvers.join(", "));
  const advice = "List accounts under approvers in flows/policy.yaml: nobody's review counts yet.";
  return bad(check, "the policy of the default branch names none", advice);
}
