// What there is to approve in a period: its verified seals that no approval in force names.
import type { Cold } from "../cellar/cold.ts";
import { readRecord, type Stored } from "../cellar/records.ts";
import type { Flow } from "../flow/flow.ts";
import { type Seal, sealRecord } from "../ledger/records.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { approvalsFor } from "./approvals.ts";
import { limitsOf, openPeriods } from "./periods.ts";
import type { Invocation } from "./verb.ts";

/** Seals by whether they are approved. */
export interface SealsToApprove {
  readonly waiting: readonly Stored<Seal>[];
  /** Digests of seals that an approval in force names. */
  readonly approved: ReadonlySet<string>;
}

/** Reads them. Throws "usage" where the flow has no such open period. */
export async function sealsToApprove(
  inv: Invocation,
  flow: Flow,
  cold: Cold,
  period: string,
): Promise<SealsToApprove> {
  const options = { ...inv.options, period };
  const [found] = await openPeriods({ ...inv, options }, flow, cold);
  if (!found) {
    throw new CellarmanError("usage", `${flow.name} has no open period ${period}`, {
      hint: `cellarman status ${flow.name}`,
    });
  }
  // A batch that is purging may have a further seal, of late points, that nobody approved yet.
  const verified = found.statuses.filter(
    (s) => s.verified && ["verified", "cooling", "purging"].includes(s.state),
  );
  const seals: Stored<Seal>[] = [];
  for (const { seal } of verified) {
    const read = seal && (await readRecord(cold, seal.key, sealRecord));
    if (read) seals.push(read);
  }
  const nowMs = await cold.nowMs();
  const { approvalMs } = limitsOf(inv);
  const approvals = await approvalsFor(inv, flow, cold, found.ledger);
  const inForce = approvals.filter((a) => nowMs - a.lastModifiedMs <= approvalMs);
  const approved = new Set(inForce.flatMap((a) => a.value.seals.map((q) => q.sha256)));
  return { waiting: seals.filter((s) => !approved.has(s.sha256)), approved };
}
