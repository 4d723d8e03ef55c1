// replan: retire a period's plan by a record; the next run plans anew. The retired plan's seals
// stay in the view.
import { readRecord, writeRecord } from "../cellar/records.ts";
import { readPeriod } from "../cellar/snapshot.ts";
import type { Cold } from "../cellar/cold.ts";
import type { Flow } from "../flow/flow.ts";
import { type PeriodRef, retiredKey, rulingKey } from "../ledger/keys.ts";
import { rulingRecord } from "../ledger/records.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { reasonOf } from "./hold.ts";
import { chosenFlow, openStore } from "./open.ts";
import { limitsOf, ruled } from "./periods.ts";
import { makeRule } from "./plan-period.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/**
 * Retires the ruling plan: `replan FLOW PERIOD --reason "..."`. Refused while a batch is purging.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const file = await chosenFlow(inv);
  const period = inv.positionals[1];
  if (period === undefined) throw new CellarmanError("usage", "replan needs a flow and a period");
  const reason = reasonOf(inv);
  const at = { flow: file.flow.name, period };
  const cold = await openStore(inv, file);
  try {
    const retired = await retirePlan(inv, file.flow, cold, period, reason);
    const text = `Retired the plan of ${at.flow} ${period}; cellarman plan makes the next one.\n`;
    return { exitCode: EXIT.done, text, json: { ...at, retired } };
  } finally {
    await cold.close();
  }
}

/**
 * Retires the plan that rules a period; returns its SHA-256. Throws "blocked" while a batch is
 * purging.
 */
export async function retirePlan(
  inv: Invocation,
  flow: Flow,
  cold: Cold,
  period: string,
  reason: string,
): Promise<string> {
  const at = { flow: flow.name, period };
  const found = ruled(flow, await readPeriod(cold, at), await cold.nowMs(), limitsOf(inv));
  if (!found) throw new CellarmanError("usage", `no plan rules ${at.flow} ${period}`);
  const purging = found.statuses.find((s) => s.openIntent);
  if (purging) {
    throw new CellarmanError("blocked", `batch ${purging.batch.id} is purging: not replanned`, {
      hint: `Let cellarman purge ${at.flow} finish it first.`,
    });
  }
  const { plan } = found.ruling;
  const n = await rulingNumber(cold, at, inv.process, plan);
  await writeRecord(
    cold,
    retiredKey(at, n),
    {
      schema: "cellarman/retired/1",
      ...at,
      process: inv.process,
      plan: { key: plan.key, sha256: plan.sha256 },
      reason,
    },
    true,
  );
  return plan.sha256;
}

/** The number of the ruling that names a plan; a plan that rules by age alone is named first. */
async function rulingNumber(
  cold: Cold,
  at: PeriodRef,
  process: string,
  plan: { key: string; sha256: string },
): Promise<number> {
  for (let n = 1; ; n++) {
    const ruling = await readRecord(cold, rulingKey(at, n), rulingRecord);
    if (!ruling) break;
    if (ruling.value.plan.sha256 === plan.sha256) return n;
  }
  await makeRule(cold, at, process, plan);
  return rulingNumber(cold, at, process, plan);
}
