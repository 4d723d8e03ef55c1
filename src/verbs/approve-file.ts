// approve, where a pull request approves: writes the file that a person proposes.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeProposal } from "../cellar/approval-list.ts";
import { approvalBeside, renderApproval } from "../flow/approval.ts";
import { POLICY_FILE } from "../flow/policy.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { approvalFile, coverJson, coverOf, coverText, sealsOfPeriod } from "./approval-cover.ts";
import { type FlowFile, flowsFolder, openStore } from "./open.ts";
import { openPeriods } from "./periods.ts";
import { flagOption, type Invocation, type VerbResult } from "./verb.ts";

/** Writes `flows/approvals/FLOW/PERIOD.yaml`, and the list that it names into the ledger. */
export async function approveByFile(
  inv: Invocation,
  at: FlowFile,
  period: string,
): Promise<VerbResult> {
  const cold = await openStore(inv, at);
  try {
    const options = { ...inv.options, period };
    const [found] = await openPeriods({ ...inv, options }, at.flow, cold);
    const seals = found && (await sealsOfPeriod(cold, found));
    if (!seals) {
      throw new CellarmanError("blocked", `${at.flow.name} ${period} is not verified as a whole`, {
        hint: `cellarman status ${at.flow.name} ${period}`,
      });
    }
    const cover = await coverOf(cold, { flow: at.flow.name, period }, seals);
    await writeProposal(cold, cover, inv.process, cover);
    const path = approvalBeside(join(flowsFolder(inv), POLICY_FILE), at.flow.name, period);
    if (!flagOption(inv.options, "dry-run")) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, renderApproval(approvalFile(cover, undefined)));
    }
    return {
      exitCode: EXIT.done,
      text:
        `Wrote ${path}: ${coverText(cover)}\n` +
        "Propose it in a pull request of its own. Merged after a review by one of the policy's\n" +
        "approvers who did not write it, it approves the DELETION from the hot store.\n",
      json: { ...coverJson(cover), file: path },
    };
  } finally {
    await cold.close();
  }
}
