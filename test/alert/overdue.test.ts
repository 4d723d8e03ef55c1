// When a period is overdue, and when it only takes its time.
import { describe, expect, it } from "vitest";
import { overdueCauses, waitingForPurge } from "../../src/alert/overdue.ts";
import type { FlowView } from "../../src/report/overview.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { DAY_MS } from "../support/values.ts";
import { planned, plantSeal, viewOf } from "../report/ledgers.ts";

const keys = (view: FlowView, elsewhere = false): string[] =>
  overdueCauses(view, elsewhere).map((c) => c.key);

/** The same view some days later; nothing else has happened. */
const later = (view: FlowView, days: number): FlowView => ({
  ...view,
  nowMs: view.nowMs + days * DAY_MS,
});

describe("a flow without any plan", () => {
  it("is new for a while after its file changed, however long its periods are due", async () => {
    const view = await viewOf(memoryCold(planned().clockMs));
    expect(view.periods.map((p) => p.kind)).toContain("unplanned");
    const keysAfter = (days: number) =>
      overdueCauses(view, false, view.nowMs - days * DAY_MS).map((c) => c.key);
    expect(keysAfter(1)).toEqual([]);
    expect(keysAfter(6)).toContain("overdue 2025-11");
    expect(keys(view)).toContain("overdue 2025-11");
    expect(keysAfter(-1)).toContain("overdue 2025-11");
  });

  it("is no flow of which a period is planned", async () => {
    const view = await viewOf(planned());
    const causes = overdueCauses(view, false, view.nowMs - DAY_MS);
    expect(causes.map((c) => c.key)).toContain("overdue 2025-11");
  });
});

describe("a period", () => {
  it("that is due, planned and not archived is overdue after its time", async () => {
    const view = await viewOf(planned());
    expect(keys(view)).toEqual(["overdue 2025-11"]);
    const [cause] = overdueCauses(view, false);
    expect(cause?.what).toContain("2 batches are not archived and verified");
    expect(cause?.rows.map((r) => r.state)).toEqual(["planned", "planned"]);
  });

  it("that is sealed and not verified is overdue as well, verified it is not", async () => {
    const cold = planned(1);
    plantSeal(cold, 0, { verified: false });
    expect(keys(await viewOf(cold))).toEqual(["overdue 2025-11"]);
    const good = planned(1);
    plantSeal(good, 0);
    expect(keys(later(await viewOf(good), 0))).toEqual([]);
  });

  it("that comes forward is not overdue until it stands still", async () => {
    const cold = planned(2);
    cold.clockMs += 17 * DAY_MS;
    plantSeal(cold, 0);
    const view = await viewOf(cold);
    expect(keys(view)).toEqual([]);
    expect(keys(later(view, 3))).toEqual([]);
    expect(keys(later(view, 6))).toContain("overdue 2025-11");
  });

  it("that waits for a purge elsewhere counts from when it may be purged", async () => {
    const cold = planned(1);
    plantSeal(cold, 0);
    const view = await viewOf(cold);
    const [period] = view.periods;
    const until = period?.kind === "open" ? period.batches[0]?.status.untilMs : undefined;
    expect(waitingForPurge(view)).toEqual({ batches: 1, oldestMs: until });
    const grace = (until ?? 0) - view.nowMs;
    expect(keys({ ...view, nowMs: view.nowMs + grace + 4 * DAY_MS }, true)).toEqual([]);
    const late = { ...view, nowMs: view.nowMs + grace + 6 * DAY_MS };
    expect(keys(late, true)).toContain("purge overdue 2025-11");
    expect(keys(late, false)).not.toContain("purge overdue 2025-11");
  });
});
