// A run's legs as they are written down, and as the matrices that GitHub makes jobs of.
import { readRecord, writeRecord } from "../cellar/records.ts";
import { legsKey } from "../ledger/keys.ts";
import { type Legs, legsRecord } from "../ledger/records.ts";
import { HOSTED_RUNNER, jobMinutes, type Leg } from "../plan/legs.ts";
import { type FlowFile, openStore } from "./open.ts";
import type { PlannedLegs } from "./plan-legs.ts";
import { flagOption, type Invocation } from "./verb.ts";

type Recorded = Legs["legs"][number];

/** Writes a flow's legs down, once for the whole run; in a dry run they are only told. */
export async function writeLegs(
  inv: Invocation,
  at: FlowFile,
  { archive, verify, purge, reviewed }: PlannedLegs["legs"],
  review: PlannedLegs["review"],
): Promise<void> {
  const { name } = at.flow;
  const own = (legs: readonly Leg[], step: Recorded["step"]): Recorded[] =>
    legs.filter((leg) => leg.flow === name).map((leg) => recorded(leg, step));
  const legs = [
    ...own(archive, "archive"),
    ...own(verify, "verify"),
    ...own([...purge, ...reviewed], "purge"),
  ];
  if (legs.length === 0 || flagOption(inv.options, "dry-run")) return;
  const cold = await openStore(inv, at);
  try {
    const asked = review.filter(({ flow }) => flow === name).map(({ digest }) => digest);
    const said = { flow: name, process: inv.process, asked, legs };
    const record = { schema: "cellarman/legs/1" as const, ...said };
    await writeRecord(cold, legsKey(name, inv.process), record, true);
  } finally {
    await cold.close();
  }
}

/** How long a reviewer is not asked for the same again by a timer, ms. */
const ASK_AGAIN_MS = 7 * 86_400_000;

/** The digests that reviewers of the flow were asked for in the last week. */
export async function askedLately(inv: Invocation, at: FlowFile): Promise<ReadonlySet<string>> {
  const cold = await openStore(inv, at);
  try {
    const sinceMs = (await cold.nowMs()) - ASK_AGAIN_MS;
    const listed = await Array.fromAsync(cold.list(`legs/${at.flow.name}/`));
    const asked = new Set<string>();
    for (const { key } of listed.filter((one) => one.lastModifiedMs > sinceMs)) {
      const record = await readRecord(cold, key, legsRecord);
      for (const digest of record?.value.asked ?? []) asked.add(digest);
    }
    return asked;
  } finally {
    await cold.close();
  }
}

const recorded = ({ name, deadlineMs, items }: Leg, step: Recorded["step"]): Recorded => ({
  leg: name,
  step,
  deadlineMs,
  periods: [...Map.groupBy(items, (item) => item.period)].map(([period, of]) => ({
    period,
    batches: of.map((item) => item.id),
  })),
});

/** A matrix's entries: a leg's name, its runners and environment, and minutes; nothing else. */
export const matrixOf = (legs: readonly Leg[]): { readonly include: readonly object[] } => ({
  include: legs.map((leg) => ({
    leg: leg.name,
    runners: leg.runners ?? [HOSTED_RUNNER],
    environment: leg.environment,
    minutes: jobMinutes(leg),
  })),
});
