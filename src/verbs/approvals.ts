// The approvals that states are derived from: good for deciding what to do next. What permits a
// delete is asked of the forge, by the gate.
import { join } from "node:path";
import { readProposal } from "../cellar/approval-list.ts";
import type { Cold } from "../cellar/cold.ts";
import type { PeriodLedger } from "../cellar/snapshot.ts";
import { type ApprovalFile, approvalBeside, loadApproval } from "../flow/approval.ts";
import type { Flow } from "../flow/flow.ts";
import { POLICY_FILE } from "../flow/policy.ts";
import { openGit } from "../forge/git.ts";
import type { PeriodRef } from "../ledger/keys.ts";
import type { DatedApproval } from "../plan/statuses.ts";
import { flowsFolder } from "./open.ts";
import type { Invocation } from "./verb.ts";

/** As the flow says who approves; a file counts as it was last fetched, with no call of an API. */
export async function approvalsFor(
  inv: Invocation,
  flow: Flow,
  cold: Cold,
  { at, approvals }: Pick<PeriodLedger, "at" | "approvals">,
): Promise<readonly DatedApproval[]> {
  const { mode, approveBy } = flow.purge;
  if (mode !== "approve" || approveBy === "command") return approvals;
  if (approveBy === "environment") return approvals.filter((a) => a.value.by === "environment");
  const file = await approvalAsFetched(inv, at);
  const list = file && (await readProposal(cold, at, file.digest));
  // Since when it counts is not known here: whether it has expired is the gate's to say.
  return list ? [{ value: list, lastModifiedMs: Number.POSITIVE_INFINITY }] : [];
}

/** A period's approval file on the default branch as last fetched; undefined: none is valid. */
export async function approvalAsFetched(
  inv: Invocation,
  { flow, period }: PeriodRef,
): Promise<ApprovalFile | undefined> {
  const forge = await openGit(flowsFolder(inv));
  if (!forge) return undefined;
  const path = approvalBeside(await policyInside(inv, forge), flow, period);
  const text = await forge.fileAsFetched(path);
  const loaded = text === undefined ? undefined : loadApproval(Buffer.from(text), path);
  const isIt = loaded && "approval" in loaded && loaded.approval.flow === flow;
  return isIt && loaded.approval.period === period ? loaded.approval : undefined;
}

/** The policy's path from the repository's top: approvals lie beside it. */
export const policyInside = (
  inv: Invocation,
  forge: { pathInside(file: string): Promise<string> },
): Promise<string> => forge.pathInside(join(flowsFolder(inv), POLICY_FILE));
