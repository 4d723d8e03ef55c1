// What a run left undone, and whose fault it was.
import { describe, expect, it } from "vitest";
import { assignedBy } from "../../src/alert/assigned.ts";
import {
  type FailedJob,
  type FlowWork,
  harmlessNeeds,
  leavesOpen,
  type Need,
  runCauses,
  type RunOutcome,
} from "../../src/alert/run-causes.ts";
import type { Legs } from "../../src/ledger/records.ts";
import { hexId } from "../support/values.ts";
import { NOW, planned, plantSeal, viewOf } from "../report/ledgers.ts";

const needs = (results: Record<string, string>): Need[] =>
  Object.entries(results).map(([job, result]) => ({ job, result }));

const failedJob = (name: string, ...messages: string[]): FailedJob => ({
  job: name.split(" ")[0] ?? "",
  name,
  url: `https://github.com/acme/flows/actions/runs/1/job/${name.length}`,
  complaints: messages.map((message) => ({ class: "transient", message })),
});

const outcome = (said: Partial<RunOutcome> = {}): RunOutcome => ({
  flows: ["f", "g"],
  needs: needs({ plan: "success", archive: "failure", verify: "success" }),
  failedJobs: [],
  beganMs: NOW - 3_600_000,
  ...said,
});

/** A record that gives each leg some of the four batches, for archiving. */
const legs = (byLeg: Record<string, number[]>): Legs => ({
  schema: "cellarman/legs/1",
  asked: [],
  flow: "f",
  process: hexId(1),
  legs: Object.entries(byLeg).map(([leg, batches]) => ({
    leg,
    step: "archive",
    deadlineMs: 1,
    periods: [
      { period: "2025-11", batches: batches.map((n) => `aaaaaaaa-${String(n).padStart(5, "0")}`) },
    ],
  })),
});

async function work(record?: Legs | null): Promise<FlowWork> {
  const view = await viewOf(planned(4));
  return { view, assigned: record === undefined ? undefined : assignedBy(record) };
}

const batchesOf = (causes: ReturnType<typeof runCauses>): string[] =>
  causes.flatMap((c) => c.rows.map((r) => r.batch.slice(-1)));

describe("a failed leg", () => {
  it("left the batches that it was given, and no other", async () => {
    const record = legs({ "f-1": [0, 1], "f-2": [2] });
    const jobs = [failedJob("archive (f-1)")];
    const causes = runCauses(await work(record), outcome({ failedJobs: jobs }));
    expect(causes.map((c) => c.key)).toEqual(["archive 2025-11 unknown"]);
    expect(batchesOf(causes)).toEqual(["0", "1", "2"]);
    expect(causes[0]?.rows.map((r) => r.log)).toEqual([jobs[0]?.url, jobs[0]?.url, undefined]);
    expect(causes[0]?.links).toEqual([{ text: "archive (f-1)", url: jobs[0]?.url }]);
  });

  it("of another flow is none of this one's", async () => {
    const failedJobs = [failedJob("archive (g-1)", "g: silent")];
    const moved = outcome({ failedJobs, beganMs: undefined });
    expect(runCauses(await work(), moved)).toEqual([]);
    expect(runCauses(await work(legs({ "f-1": [0] })), moved)).toEqual([]);
  });

  it("takes nothing from a flow that the run did not work on", async () => {
    const jobs = [failedJob("archive (g-1)")];
    expect(runCauses(await work(null), outcome({ failedJobs: jobs }))).toEqual([]);
    const green = outcome({ needs: needs({ archive: "success" }) });
    expect(runCauses(await work(null), green)).toEqual([]);
  });

  it("says of each batch what its annotation says", async () => {
    const message = "f 2025-11 aaaaaaaa-00001: the server answered 503";
    const causes = runCauses(
      await work(),
      outcome({ failedJobs: [failedJob("archive (f-1)", message)] }),
    );
    expect(causes[0]).toMatchObject({ key: "archive 2025-11 transient", class: "transient" });
    const row = causes[0]?.rows.find((r) => r.batch.endsWith("1"));
    expect(row).toMatchObject({ class: "transient", message: "the server answered 503" });
  });

  it("that nobody can name is every flow's", async () => {
    const jobs = [failedJob("archive", "no space left")];
    expect(batchesOf(runCauses(await work(), outcome({ failedJobs: jobs })))).toHaveLength(4);
    expect(batchesOf(runCauses(await work(), outcome()))).toHaveLength(4);
  });
});

describe("a green matrix", () => {
  const green = (said: Partial<RunOutcome> = {}): RunOutcome =>
    outcome({ needs: needs({ archive: "success", verify: "success" }), ...said });

  it("that moved nothing is a failure, one that moved something is not", async () => {
    expect(runCauses(await work(), green()).map((c) => c.key)).toEqual(["idle archive 2025-11"]);
    const cold = planned(4);
    cold.clockMs = NOW - 60_000;
    plantSeal(cold, 0);
    const view = await viewOf(cold);
    expect(runCauses({ view, assigned: undefined }, green())).toEqual([]);
  });

  it("of which nobody knows when it began is not judged", async () => {
    expect(runCauses(await work(), green({ beganMs: undefined }))).toEqual([]);
  });
});

describe("a run without a cause", () => {
  const quiet = outcome({ needs: needs({ plan: "success", archive: "skipped" }) });

  it("is no recovery of a flow that has work left and did not come forward", async () => {
    expect(leavesOpen(await work(), quiet, false)).toBe(true);
    expect(leavesOpen(await work(), outcome({ needs: [] }), false)).toBe(true);
  });

  it("is one where nothing is left, though a purge elsewhere is awaited", async () => {
    const cold = planned(1);
    plantSeal(cold, 0);
    const view = await viewOf(cold);
    const approved = {
      ...view,
      periods: view.periods.map((p) =>
        p.kind !== "open"
          ? p
          : {
              ...p,
              batches: p.batches.map((b) => ({
                ...b,
                status: { ...b.status, state: "approved" as const },
              })),
            },
      ),
    };
    const found = { view: approved, assigned: undefined };
    expect(leavesOpen(found, quiet, true)).toBe(false);
    expect(leavesOpen(found, quiet, false)).toBe(true);
    const purged = outcome({ needs: needs({ plan: "success", purge: "success" }) });
    expect(leavesOpen(found, purged, false)).toBe(false);
  });
});

describe("other jobs", () => {
  it.each(["skipped", "cancelled", "success"])("%s are no failure", async (result) => {
    const said = outcome({ needs: needs({ plan: result, archive: "skipped" }) });
    expect(runCauses(await work(), said)).toEqual([]);
  });

  it("that failed are, with what they say", async () => {
    const said = outcome({
      needs: needs({ approve: "failure" }),
      failedJobs: [failedJob("approve", "f: self-review is allowed")],
    });
    const [only] = runCauses(await work(), said);
    expect(only).toMatchObject({ key: "approve transient", class: "transient" });
    expect(only?.what).toBe("approve failed: f: self-review is allowed");
  });

  it("that failed and left nothing undone are remarks, as are superseded ones", async () => {
    const done = outcome({ needs: needs({ archive: "failure", verify: "cancelled" }) });
    const nothing = await work(null);
    expect(harmlessNeeds([nothing], done).map((n) => n.job)).toEqual(["archive", "verify"]);
    expect(harmlessNeeds([await work()], done).map((n) => n.job)).toEqual(["verify"]);
  });

  it("that purge what a reviewer allowed count with those that purge", async () => {
    const said = outcome({ needs: needs({ purge: "success", "purge-reviewed": "failure" }) });
    expect(runCauses(await work(), said)).toEqual([]);
  });
});
