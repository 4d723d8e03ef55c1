// The budget that a purge list is cut to: the flow's, within the policy's.
import type { Budget } from "../flow/flow.ts";
import { leastBudget } from "../flow/policy-rules.ts";
import { asCellarmanError } from "../runtime/errors.ts";
import { type FlowFile, policyNow } from "./open.ts";
import type { Invocation } from "./verb.ts";

/** The lesser of flow's and policy's budget; undefined, so no purge: the policy is not known. */
export async function budgetNow(inv: Invocation, at: FlowFile): Promise<Budget | undefined> {
  try {
    const policy = await policyNow(inv, at);
    return leastBudget(at.flow.purge.budget, policy?.budget);
  } catch (error) {
    // What is due is archived all the same.
    inv.log.warn(
      `${at.flow.name}: nothing is put on the purge list: ${asCellarmanError(error).message}`,
    );
    return undefined;
  }
}
