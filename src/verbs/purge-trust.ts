// Whether a CI run may purge at all: the delete token lives in an environment that the default
// branch alone may use, and the forge says so (design §7). On a machine of one's own nothing is
// asked.
import { type ActionsContext, actionsContext } from "../forge/actions/context.ts";
import type { Reviews } from "../forge/forge.ts";
import type { BatchStatus } from "../ledger/state.ts";
import { dueStep } from "../plan/due.ts";
import { unfitToDelete } from "../purge/approval/judge-environment.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { some } from "../runtime/words.ts";
import type { FlowNow } from "./purge-ports.ts";
import { flagOption, type Invocation } from "./verb.ts";

/** What a run may do. */
export type Trust =
  | { readonly may: "purge" }
  /** It runs on another ref than the default branch: whatever it was told, nothing is deleted. */
  | { readonly may: "dry-run"; readonly why: string }
  /** The repository has no such environments or rules: the purge is somebody else's. */
  | { readonly may: "leave"; readonly why: string };

/** The environment that holds the delete token. */
export const purgeEnvironment = ({ run }: FlowNow["flow"]): string => `${run.environment}-purge`;

/** Throws "blocked" where the delete token is not guarded, or nobody can tell. */
export async function trustOf(inv: Invocation, now: FlowNow): Promise<Trust> {
  const context = actionsContext(inv.io.env);
  if (!context) return { may: "purge" };
  if (flagOption(inv.options, "flows-are-authoritative")) {
    throw new CellarmanError("usage", "--flows-are-authoritative is said by hand, never in CI");
  }
  const { forge, flow } = now;
  if (!forge?.reviews) {
    throw new CellarmanError("blocked", "what guards the delete token cannot be read", {
      hint:
        "Check the flows out in the purge job, and give its step GITHUB_TOKEN: " +
        "${{ github.token }}, with contents: read, actions: read and pull-requests: read.",
    });
  }
  const refusal = await missingGuard(forge.reviews, now, forge.branch);
  if (refusal) return refusal;
  const elsewhere = offDefault(context, forge.branch);
  if (elsewhere) return elsewhere;
  const name = purgeEnvironment(flow);
  const rules = await forge.reviews.environment(name);
  const unfit = rules && unfitToDelete(name, rules, forge.branch);
  if (unfit === undefined) return { may: "purge" };
  throw new CellarmanError("blocked", `not purged: the environment ${unfit}`, {
    hint:
      `Settings, Environments, ${name}: under "Deployment branches and tags" choose ` +
      `"Selected branches" and add ${forge.branch} alone.`,
  });
}

async function missingGuard(
  reviews: Reviews,
  { flow }: FlowNow,
  branch: string,
): Promise<Trust | undefined> {
  const name = purgeEnvironment(flow);
  if (!(await reviews.environment(name))) {
    return { may: "leave", why: `GitHub shows no environment ${name}` };
  }
  const { mode, approveBy } = flow.purge;
  if (mode !== "approve" || approveBy !== "pull-request") return undefined;
  if ((await reviews.reviewsDemanded()) !== undefined) return undefined;
  return { may: "leave", why: `GitHub shows no rules of the branch ${branch}` };
}

function offDefault({ ref }: ActionsContext, branch: string): Trust | undefined {
  if (ref === `refs/heads/${branch}`) return undefined;
  return { may: "dry-run", why: `this run is on ${ref || "no ref"}, not on ${branch}` };
}

/** What waits for a purge elsewhere; undefined: nothing does. */
export function waitsElsewhere(statuses: readonly BatchStatus[], why: string): string | undefined {
  const ready = statuses.filter((s) => dueStep(s) === "purge" || s.waitsFor === "approval");
  if (ready.length === 0) return undefined;
  const wait = ready.length === 1 ? "waits" : "wait";
  const since = Math.min(...ready.map((s) => s.untilMs ?? Number.POSITIVE_INFINITY));
  const date = Number.isFinite(since) ? `, oldest since ${dateOf(since)}` : "";
  return `${some(ready.length, "batch", "batches")} ${wait} for \`cellarman purge\`${date}: ${why}`;
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
