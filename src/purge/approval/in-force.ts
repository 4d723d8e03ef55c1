// Which approvals are in force on a view's seals. Pure.
import type { Stored } from "../../cellar/records.ts";
import type { Seal } from "../../ledger/records.ts";
import type { GateCase } from "../check.ts";
import type { Approval, ApprovalsRead } from "./read.ts";

/** Whether an approval names exactly this seal. */
export const approves = (approval: Approval, seal: Stored<Seal>): boolean =>
  approval.seals.some((q) => q.key === seal.key && q.sha256 === seal.sha256);

/** Approvals that are neither expired nor void; one that a purge rests on does not expire. */
export function approvalsInForce(
  approvals: readonly Approval[],
  gate: GateCase,
  seals: readonly Stored<Seal>[],
  rests: ReadonlySet<string>,
  nowMs: number,
): Approval[] {
  const ofPlan = seals.filter((seal) => seal.value.plan === gate.plan.sha256);
  return approvals.filter((approval) => {
    const isVoid = approval.isVoidedByOthers && !ofPlan.every((seal) => approves(approval, seal));
    if (isVoid) return false;
    if (rests.has(approval.key)) return true;
    return approval.refused === undefined && nowMs - approval.atMs <= gate.limits.approvalMs;
  });
}

/** Why a seal is not approved. */
export function unapproved(
  { approvals, none }: ApprovalsRead,
  inForce: readonly Approval[],
): string {
  if (inForce.length > 0) return "not approved";
  const refused = approvals.find((a) => a.refused !== undefined)?.refused;
  const isVoid = approvals.some((a) => a.isVoidedByOthers);
  const why = none ?? refused ?? (isVoid ? "expired, or void by a seal that came after it" : "");
  return why === "" ? "not approved" : `not approved: ${why}`;
}
