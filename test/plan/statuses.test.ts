// All batches of a period with their states: what the flow says now, and approvals while they are
// in force.
import { describe, expect, test } from "vitest";
import type { Flow } from "../../src/flow/flow.ts";
import { deriveStatuses, type DatedApproval } from "../../src/plan/statuses.ts";
import { flowOf, GOOD } from "../flow/flows.ts";
import { marks, receipts, seal } from "../ledger/marks.ts";
import { AT, batchOf } from "../ledger/plans.ts";
import { DAY_MS, hexHash, hexId } from "../support/values.ts";

const FLOW = flowOf(GOOD);
const S1 = seal("s1", 0);
const purge = (said: Partial<Flow["purge"]>): Flow => ({
  ...FLOW,
  purge: { ...FLOW.purge, ...said },
});

const approval = (day: number, ...keys: string[]): DatedApproval => ({
  lastModifiedMs: day * DAY_MS,
  value: {
    schema: "cellarman/approved/1",
    ...AT,
    process: hexId(1),
    seals: keys.map((key) => ({ key, sha256: hexHash(1) })),
    digest: hexHash(2),
    by: "command",
  },
});

function statesOn(
  day: number,
  said: { flow?: Flow; approvals?: DatedApproval[]; gcWaitMs?: number } = {},
) {
  return deriveStatuses({
    flow: FLOW,
    batches: [batchOf("aaaaaaaa-00000"), batchOf("aaaaaaaa-00001")],
    approvals: [],
    marksOf: (batch) =>
      batch === "aaaaaaaa-00000" ? marks({ seals: [S1], verified: receipts(S1) }) : marks(),
    nowMs: day * DAY_MS,
    gcWaitMs: DAY_MS,
    approvalMs: 30 * DAY_MS,
    ...said,
  }).map((s) => s.state);
}

describe("statuses", () => {
  test("are one for each batch, in the plan's order", () => {
    expect(statesOn(20)).toEqual(["cooling", "planned"]);
  });

  test("grace is the flow's as it is now", () => {
    const approvals = [approval(0, S1.key)];
    expect(statesOn(13, { approvals })[0]).toBe("cooling");
    expect(statesOn(13, { approvals, flow: purge({ graceMs: 10 * DAY_MS }) })[0]).toBe("approved");
  });

  test("the store's wait counts where it is longer than grace", () => {
    const said = { approvals: [approval(0, S1.key)], flow: purge({ graceMs: 0 }) };
    expect(statesOn(0.5, said)[0]).toBe("cooling");
    expect(statesOn(1, said)[0]).toBe("approved");
    expect(statesOn(1, { ...said, gcWaitMs: 2 * DAY_MS })[0]).toBe("cooling");
  });

  test("an approval is in force for 30 days, and another may take its place", () => {
    const old = approval(20, S1.key);
    expect(statesOn(50, { approvals: [old] })[0]).toBe("approved");
    expect(statesOn(50.1, { approvals: [old] })[0]).toBe("cooling");
    expect(statesOn(50.1, { approvals: [old, approval(50, S1.key)] })[0]).toBe("approved");
  });

  test("a mode that was changed to never waits for nothing", () => {
    expect(
      statesOn(50, { flow: purge({ mode: "never" }), approvals: [approval(40, S1.key)] })[0],
    ).toBe("verified");
  });
});
