// approve: a person says yes to exactly the seals that are verified and not yet approved.
import { type SealList, sealList } from "../cellar/approval-list.ts";
import { readRecord, type Stored, writeRecord } from "../cellar/records.ts";
import type { Cold } from "../cellar/cold.ts";
import { approvalKey, type PeriodRef } from "../ledger/keys.ts";
import { type Seal, sealRecord } from "../ledger/records.ts";
import type { Approved } from "../ledger/receipts.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { bytesText } from "../runtime/progress.ts";
import { some } from "../runtime/words.ts";
import { randomId } from "../runtime/random.ts";
import { chosenFlow, openStore } from "./open.ts";
import { limitsOf, openPeriods } from "./periods.ts";
import { type Invocation, textOption, type VerbResult } from "./verb.ts";

/** Characters of the period's digest that a person repeats. */
const DIGEST_CHARS = 8;

/** Prints what the approval covers, asks for the digest's first characters, writes the receipt. */
export async function run(inv: Invocation): Promise<VerbResult> {
  const at = await chosenFlow(inv);
  const period = inv.positionals[1];
  if (period === undefined) {
    throw new CellarmanError("usage", "approve needs a flow and a period", {
      hint: "cellarman approve metrics 2025-11",
    });
  }
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

/** Writes an approval down. */
export async function writeApproval(
  cold: Cold,
  at: PeriodRef,
  process: string,
  approval: Pick<Approved, "seals" | "digest">,
): Promise<void> {
  const value = { schema: "cellarman/approved/1" as const, ...at, process, ...approval };
  await writeRecord(cold, approvalKey(at, randomId()), { ...value, by: "command" }, true);
}

/** The verified seals of a period that no approval in force names. */
export async function sealsToApprove(
  inv: Invocation,
  at: Pick<Awaited<ReturnType<typeof chosenFlow>>, "flow">,
  cold: Cold,
  period: string,
): Promise<Stored<Seal>[]> {
  const options = { ...inv.options, period };
  const [found] = await openPeriods({ ...inv, options }, at.flow, cold);
  if (!found) {
    throw new CellarmanError("usage", `${at.flow.name} has no open period ${period}`, {
      hint: `cellarman status ${at.flow.name}`,
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
  const inForce = found.ledger.approvals.filter((a) => nowMs - a.lastModifiedMs <= approvalMs);
  const approved = new Set(inForce.flatMap((a) => a.value.seals.map((q) => q.sha256)));
  return seals.filter((s) => !approved.has(s.sha256));
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
