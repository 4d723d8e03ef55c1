// A report's judgement: done, waiting, or in need of a person; and what it says of text that others
// wrote.
import { describe, expect, it } from "vitest";
import { reportOn } from "../../src/report/flow-report.ts";
import { reportJson } from "../../src/report/report-json.ts";
import { reportMarkdown } from "../../src/report/report-markdown.ts";
import { AT } from "../ledger/plans.ts";
import type { MemoryCold } from "../support/memory-cold.ts";
import { hexId, HOUR_MS } from "../support/values.ts";
import { NOW, planned, plantHold, plantSeal, viewOf } from "./ledgers.ts";

const reported = async (cold: MemoryCold) => reportOn(await viewOf(cold), []);

/** Two batches, sealed and verified so many hours before now. */
function sealed(hoursAgo: number): MemoryCold {
  const cold = planned();
  cold.clockMs = NOW - hoursAgo * HOUR_MS;
  plantSeal(cold, 0);
  plantSeal(cold, 1, { points: "3000" });
  return cold;
}

describe("reportOn", () => {
  it("counts what was done by the store's clock, in the last day and in all", async () => {
    const young = await reported(sealed(5));
    expect(young.lastDay.archived).toEqual({ batches: 2, points: 4000n, bytes: 1000n });
    expect(young.lastDay.verified.batches).toBe(2);
    expect(young.inAll.purged.batches).toBe(0);
    const old = await reported(sealed(30));
    expect(old.lastDay.archived.batches).toBe(0);
    expect(old.inAll.archived.points).toBe(4000n);
  });

  it("waits for grace, and then needs a person's approval", async () => {
    const cooling = await reported(sealed(5));
    expect([cooling.state, cooling.waits[0]?.wait.for]).toEqual(["waits", "grace"]);
    const cool = await reported(sealed(15 * 24));
    expect(cool.state).toBe("needs a person");
    expect(cool.attention.map((a) => a.todo)).toEqual([`cellarman approve f ${AT.period}`]);
  });

  it("says how a hold is lifted", async () => {
    const cold = sealed(5);
    plantHold(cold, `flow/${AT.flow}`);
    const { attention } = await reported(cold);
    expect(attention.map((a) => a.todo)).toEqual([
      'cellarman lift f holds/flow/f/1 --reason "..."',
    ]);
  });

  it("has a lost seal withdrawn only as long as nothing was purged", async () => {
    const cold = planned();
    const key = plantSeal(cold, 0, { data: false });
    const before = await reported(cold);
    expect(before.attention.map((a) => a.todo)).toEqual([
      `cellarman approve f ${AT.period}`,
      `cellarman withdraw f ${key} --reason "..."`,
    ]);
    cold.plant(`purged/f/${AT.period}/aaaaaaaa-00000/1.${hexId(2)}.json`, {});
    const after = await reported(cold);
    expect(after.attention.find((a) => a.what.startsWith("lost"))?.isCommand).toBe(false);
  });

  it("takes attempts for failed only when nothing runs", async () => {
    const cold = planned();
    const left = `data/f/period=${AT.period}/aaaaaaaa-00000/${hexId(4)}/points-00000.parquet`;
    cold.objects.set(left, { bytes: new Uint8Array(70), lastModifiedMs: NOW });
    const failed = `${AT.period}: 1 attempt failed, and 2 batches have no seal`;
    expect((await reported(cold)).attention.map((a) => a.what)).toEqual([failed]);
    cold.clockMs = NOW - HOUR_MS / 2;
    plantSeal(cold, 1);
    expect((await reported(cold)).attention).toEqual([]);
  });
});

describe("in words", () => {
  it("keeps a hold's reason text", async () => {
    const cold = sealed(5);
    plantHold(cold, `flow/${AT.flow}`, "see <b>@ops</b> | [x](y)\n# now");
    const text = reportMarkdown([await reported(cold)], NOW);
    expect(text).toContain("see &lt;b&gt;&#64;ops&lt;/b&gt; \\| \\[x\\](y) &#35; now");
  });

  it("puts the flow that needs a person first", async () => {
    const waits = await reported(sealed(5));
    const needs = await reported(sealed(15 * 24));
    const text = reportMarkdown([waits, needs], NOW);
    expect(text.indexOf("f: needs a person")).toBeLessThan(text.indexOf("f: waits"));
    expect(text.split("\n")[0]).toBe("# Cellarman, 2026-03-20 12:00Z");
  });

  it("shows 24 periods, and counts the older ones", async () => {
    const report = await reported(sealed(5));
    const periods = Array.from({ length: 30 }, (_, i) => ({
      kind: "unplanned" as const,
      period: `p${i}`,
    }));
    const text = reportMarkdown([{ ...report, view: { ...report.view, periods } }], NOW);
    expect(text).toContain("6 older periods not shown.");
    expect(text).not.toContain("| p5 |");
  });

  it("gives 64-bit values to programs as text", async () => {
    const report = await reported(sealed(5));
    expect(reportJson(report)).toMatchObject({
      flow: "f",
      state: "waits",
      inAll: { archived: { batches: 2, points: "4000", bytes: "1000", bytesPerPoint: 0.25 } },
      periods: [{ period: AT.period, points: "4000", waits: [{ for: "grace", batches: 2 }] }],
    });
  });
});
