// approve --environment: the reviewers of a CI environment said yes to this run, and so to the
// digest that `plan` printed. Writes a receipt for exactly that list; the gate looks the yes up
// again.
import { readProposal } from "../cellar/approval-list.ts";
import type { Cold } from "../cellar/cold.ts";
import { actionsContext, openRunGitHub } from "../forge/actions/context.ts";
import type { GitHub } from "../forge/github/client.ts";
import { readEnvironmentRules, readRunApprovals } from "../forge/github/environments.ts";
import type { Approved, Proposed } from "../ledger/receipts.ts";
import { approversOf, unfitToApprove } from "../purge/approval/judge-environment.ts";
import { approveEnvironment } from "../purge/approval/read.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { some } from "../runtime/words.ts";
import { type FlowFile, openStore } from "./open.ts";
import { sealsToApprove } from "./seals-to-approve.ts";
import { type Invocation, textOption, type VerbResult } from "./verb.ts";
import { writeApproved } from "./write-approval.ts";

/** Writes the receipt. Throws "blocked" where no person's yes to this run can be shown. */
export async function approveByEnvironment(
  inv: Invocation,
  at: FlowFile,
  period: string,
): Promise<VerbResult> {
  const ref = { flow: at.flow.name, period };
  const environment = environmentOf(inv, at);
  const digest = textOption(inv.options, "digest") ?? "";
  const review = await reviewOf(inv, environment);
  const cold = await openStore(inv, at);
  try {
    const list = await readProposal(cold, ref, digest);
    if (!list) throw blocked(`plan wrote down no list of the digest ${digest || "(none)"}`);
    const open = await openSeals(inv, at, cold, list);
    const said = { ...ref, approved: open, digest, reviewers: review.reviewers };
    if (open === 0) {
      const text = `${ref.flow} ${period}: nothing of ${digest} is left to approve.\n`;
      return { exitCode: EXIT.done, text, json: said };
    }
    await writeApproved(cold, ref, inv.process, list, { by: "environment", review });
    const text =
      `Approved ${some(list.seals.length, "seal")} of ${ref.flow} ${period} by ` +
      `${review.reviewers.join(", ")}, digest ${digest}.\n`;
    return { exitCode: EXIT.done, text, json: { ...said, approved: list.seals.length } };
  } finally {
    await cold.close();
  }
}

function environmentOf(inv: Invocation, { flow }: FlowFile): string {
  const said = textOption(inv.options, "environment") ?? "";
  const { approveBy } = flow.purge;
  if (approveBy !== "environment") {
    throw new CellarmanError("usage", `${flow.name}: purge.approve-by is ${approveBy}`);
  }
  if (said === approveEnvironment(flow)) return said;
  throw blocked(`${flow.name} is approved in ${approveEnvironment(flow)}, not in ${said}`);
}

/** The people who said yes to this very run. */
async function reviewOf(
  inv: Invocation,
  environment: string,
): Promise<NonNullable<Approved["review"]>> {
  const context = actionsContext(inv.io.env);
  const github = openRunGitHub(inv.io, inv.log);
  if (!context || !github) {
    throw blocked("approve --environment needs a run of GitHub Actions", {
      hint: "Give the step GITHUB_TOKEN: ${{ github.token }}, with actions: read.",
    });
  }
  try {
    return await yesTo(github, context.runId, environment);
  } finally {
    await github.close();
  }
}

async function yesTo(
  github: GitHub,
  run: number,
  environment: string,
): Promise<NonNullable<Approved["review"]>> {
  const unfit = unfitToApprove(environment, await readEnvironmentRules(github, environment));
  if (unfit !== undefined) {
    throw blocked(`not approved: ${unfit}`, {
      hint:
        `Settings, Environments, ${environment}: required reviewers, "Prevent self-review" on, ` +
        '"Allow administrators to bypass" off. Or set purge.approve-by to pull-request.',
    });
  }
  const reviewers = [...new Set(approversOf(await readRunApprovals(github, run), environment))];
  if (reviewers.length > 0) return { run, environment, reviewers };
  throw blocked(`not approved: GitHub shows no person who approved ${environment} in this run`);
}

/**
 * How many seals of the list still wait. Throws "blocked" where one of them is neither waiting nor
 * approved any more: the reviewer said yes to something else.
 */
async function openSeals(
  inv: Invocation,
  at: FlowFile,
  cold: Cold,
  { period, seals }: Proposed,
): Promise<number> {
  const { waiting, approved } = await sealsToApprove(inv, at.flow, cold, period);
  const now = new Set(waiting.map((seal) => seal.sha256));
  const changed = seals.find((s) => !now.has(s.sha256) && !approved.has(s.sha256));
  if (changed) {
    throw blocked(`not approved: ${changed.key} no longer waits for it`, {
      hint: "Start a new run: its plan prints what there is to approve now.",
    });
  }
  return seals.filter((s) => now.has(s.sha256)).length;
}

const blocked = (message: string, details: { hint?: string } = {}): CellarmanError =>
  new CellarmanError("blocked", message, details);
