// What the reviewers of a CI environment are asked for: `plan` writes each list down, so that the
// receipt after their yes is for exactly the digest that was printed, whatever is verified by then.
import { writeProposal } from "../cellar/approval-list.ts";
import type { Cold } from "../cellar/cold.ts";
import type { Flow } from "../flow/flow.ts";
import { type Cover, coverOf } from "./approval-cover.ts";
import type { RuledPeriod } from "./periods.ts";
import { sealsToApprove } from "./seals-to-approve.ts";
import type { Invocation } from "./verb.ts";

/** One cover for each period of which something could be purged after a yes. */
export async function coversToReview(
  inv: Invocation,
  flow: Flow,
  cold: Cold,
  periods: readonly RuledPeriod[],
): Promise<Cover[]> {
  const { mode, approveBy } = flow.purge;
  if (mode !== "approve" || approveBy !== "environment") return [];
  const covers: Cover[] = [];
  for (const { ledger, statuses } of periods) {
    if (!statuses.some((s) => s.waitsFor === "approval")) continue;
    const { waiting } = await sealsToApprove(inv, flow, cold, ledger.at.period);
    const cover = await coverOf(cold, ledger.at, waiting);
    await writeProposal(cold, ledger.at, inv.process, cover);
    covers.push(cover);
  }
  return covers;
}
