// approve: a person says yes to exactly the seals that are verified and not yet approved; or, where
// the flow says so, by a pull request or in a CI environment.
import { type SealList, sealList } from "../cellar/approval-list.ts";
import type { Stored } from "../cellar/records.ts";
import type { Cold } from "../cellar/cold.ts";
import type { PeriodRef } from "../ledger/keys.ts";
import type { Seal } from "../ledger/records.ts";
import { approveEnvironment } from "../purge/approval/read.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { bytesText } from "../runtime/progress.ts";
import { some } from "../runtime/words.ts";
import { approveByEnvironment } from "./approve-environment.ts";
import { approveByFile } from "./approve-file.ts";
import { proposeApprovals } from "./approve-propose.ts";
import { approveReviewed } from "./approve-review.ts";
import { chosenFlow, type FlowFile, openStore } from "./open.ts";
import { sealsToApprove as readToApprove } from "./seals-to-approve.ts";
import { flagOption, type Invocation, textOption, type VerbResult } from "./verb.ts";
import { writeApproved } from "./write-approval.ts";

/** Characters of the period's digest that a person repeats. */
const DIGEST_CHARS = 8;

/** Approves as the flow says who approves, and as the command line asks. */
export async function run(inv: Invocation): Promise<VerbResult> {
  if (flagOption(inv.options, "propose")) return proposeApprovals(inv);
  const review = textOption(inv.options, "review");
  if (review !== undefined) return approveReviewed(inv, review);
  const at = await chosenFlow(inv);
  const period = inv.positionals[1];
  if (period === undefined) {
    throw new CellarmanError("usage", "approve needs a flow and a period", {
      hint: "cellarman approve metrics 2025-11",
    });
  }
  if (textOption(inv.options, "environment") !== undefined) {
    return approveByEnvironment(inv, at, period);
  }
  const { mode, approveBy } = at.flow.purge;
  if (mode === "approve" && approveBy === "pull-request") return approveByFile(inv, at, period);
  if (mode === "approve" && approveBy === "environment") {
    const name = approveEnvironment(at.flow);
    throw new CellarmanError("blocked", `the reviewers of ${name} approve ${at.flow.name}`, {
      hint: "Start a run of offload.yml, and say yes to its approve job.",
    });
  }
  return approveByCommand(inv, at, period);
}

/** Prints what the approval covers, asks for the digest's first characters, writes the receipt. */
async function approveByCommand(
  inv: Invocation,
  at: FlowFile,
  period: string,
): Promise<VerbResult> {
  const cold = await openStore(inv, at);
  try {
    const seals = await sealsToApprove(inv, at, cold, period);
    if (seals.length === 0) {
      const text = `${at.flow.name} ${period}: nothing to approve.\n`;
      return { exitCode: EXIT.done, text, json: { flow: at.flow.name, period, approved: 0 } };
    }
    const approval = approvalOf(seals);
    const { digest } = approval;
    inv.io.stderr(coverText(at.flow.name, period, seals, digest));
    await expectDigest(inv, digest);
    const ref = { flow: at.flow.name, period };
    await writeApproval(cold, ref, inv.process, approval);
    return {
      exitCode: EXIT.done,
      text:
        `Approved ${some(seals.length, "seal")} of ${at.flow.name} ${period}, ` +
        `digest ${digest}.\n`,
      json: { ...ref, approved: seals.length, digest },
    };
  } finally {
    await cold.close();
  }
}

/** What an approval names: exactly these seals, sorted by digest, and the period's digest. */
export const approvalOf = (seals: readonly Stored<Seal>[]): SealList => sealList(seals);

/** Writes an approval by command down. */
export const writeApproval = (
  cold: Cold,
  at: PeriodRef,
  process: string,
  approval: SealList,
): Promise<void> => writeApproved(cold, at, process, approval, { by: "command" });

/** The verified seals of a period that no approval in force names. */
export async function sealsToApprove(
  inv: Invocation,
  { flow }: Pick<FlowFile, "flow">,
  cold: Cold,
  period: string,
): Promise<readonly Stored<Seal>[]> {
  return (await readToApprove(inv, flow, cold, period)).waiting;
}

function coverText(
  flow: string,
  period: string,
  seals: readonly Stored<Seal>[],
  digest: string,
): string {
  const points = seals.reduce((n, s) => n + BigInt(s.value.points), 0n);
  const bytes = seals.reduce((n, s) => n + Number(s.value.bytes), 0);
  return (
    `${flow} ${period}: ${some(seals.length, "verified batch", "verified batches")}, ` +
    `${some(points, "point")}, ${bytesText(bytes)} in the archive.\n` +
    "Approved, they are DELETED from the hot store when their grace is over and the gate " +
    "finds every point archived.\n" +
    `Digest: ${digest}\n`
  );
}

async function expectDigest(inv: Invocation, digest: string): Promise<void> {
  const wanted = digest.slice(0, DIGEST_CHARS);
  const said =
    textOption(inv.options, "digest") ??
    (await inv.io.ask?.(`Type the first ${DIGEST_CHARS} characters of the digest to approve: `));
  if (said !== undefined && said.trim().length >= DIGEST_CHARS && digest.startsWith(said.trim()))
    return;
  throw new CellarmanError("blocked", "not approved: the digest was not repeated", {
    hint: `Where nobody sits: --digest ${wanted}`,
  });
}
