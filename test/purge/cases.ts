// A gate's case over a bucket in memory: flow, plan, batch and limits as most tests need them.
import type { GateCase } from "../../src/purge/check.ts";
import { PURGE_LIMITS } from "../../src/purge/limits.ts";
import { flowOf, GOOD } from "../flow/flows.ts";
import { AT, planOf } from "../ledger/plans.ts";
import { hexHash, hexId } from "../support/values.ts";

const plan = planOf("aaaaaaaa");
const [batch = plan.batches[0]] = plan.batches;

/** The case of the plan's only batch, in its whole range. */
export function gateCase(said: Partial<GateCase> = {}): GateCase {
  if (!batch) throw new Error("the plan has no batch");
  return {
    flow: flowOf(GOOD),
    flowFile: "flows/metrics.yaml",
    flowsAreAuthoritative: false,
    plan: {
      key: "plans/f/2025-11/plan-x.json",
      sha256: hexHash(1),
      value: plan,
      lastModifiedMs: 0,
    },
    batch,
    at: { ...AT, batch: batch.id },
    range: { start: 0n, end: 99n },
    onList: true,
    dryRun: false,
    retiredSeals: [],
    limits: PURGE_LIMITS,
    process: hexId(3),
    ...said,
  };
}
