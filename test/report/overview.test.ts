// What status and report see of a ledger: periods, batches, holds, what is lost and what is left
// over.
import { describe, expect, it } from "vitest";
import type { OpenPeriod } from "../../src/report/open-period.ts";
import type { FlowView } from "../../src/report/overview.ts";
import { isHeld, totalsOf } from "../../src/report/words.ts";
import { AT } from "../ledger/plans.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { DAY_MS, hexHash, hexId } from "../support/values.ts";
import { NOW, planned, plantHold, plantSeal, plantVerified, viewOf } from "./ledgers.ts";

function openOf({ periods }: FlowView): OpenPeriod {
  const [open] = periods;
  if (open?.kind !== "open") throw new Error("no open period");
  return open;
}

describe("readFlowView", () => {
  it("tells a due period that nobody planned, and when the next is due", async () => {
    const view = await viewOf(memoryCold());
    expect(view.periods).toEqual([{ kind: "unplanned", period: "2025-11" }]);
    expect(view.nextDue).toEqual({ period: "2025-12", atMs: Date.parse("2026-04-01T00:00:00Z") });
  });

  it("derives every batch, with what the archive holds of it", async () => {
    const cold = planned();
    plantSeal(cold, 0);
    const open = openOf(await viewOf(cold));
    expect(open.batches.map((b) => [b.status.state, b.seals, b.points, b.bytes])).toEqual([
      ["cooling", 1, 1000n, 500n],
      ["planned", 0, 0n, 0n],
    ]);
    expect(totalsOf(open)).toEqual({ batches: 2, points: 1000n, bytes: 500n });
    expect(open.lost).toEqual([]);
  });

  it("reads a closed period by its one receipt", async () => {
    const cold = planned();
    plantSeal(cold, 0);
    cold.clockMs += DAY_MS;
    cold.plant(`closed/${AT.flow}/${AT.period}/${hexId(9)}.json`, {
      schema: "cellarman/closed/1",
      ...AT,
      process: hexId(1),
      receipts: hexHash(1),
      batches: 2,
      points: "1000",
      bytes: "500",
      range: { start: "0", end: "99" },
    });
    const { periods } = await viewOf(cold);
    expect(periods).toMatchObject([{ kind: "closed", receipt: { points: "1000" } }]);
    const inside = cold.calls.filter((call) =>
      /(seals|verified|data|intents|findings)\//.test(call),
    );
    expect(inside).toEqual([]);
  });

  it("looks into one period only, when told so", async () => {
    expect((await viewOf(planned(), "2025-10")).periods).toEqual([]);
    expect((await viewOf(planned(), AT.period)).periods).toHaveLength(1);
  });
});

describe("holds", () => {
  it.each([
    ["all", "flow", [true, true]],
    [`flow/${AT.flow}`, "flow", [true, true]],
    [`period/${AT.flow}/${AT.period}`, "period", [true, true]],
    [`batch/${AT.flow}/${AT.period}/aaaaaaaa-00001`, "period", [false, true]],
  ])("on %s", async (path, where, held) => {
    const cold = planned();
    plantHold(cold, path);
    const view = await viewOf(cold);
    const open = openOf(view);
    expect((where === "flow" ? view : open).holds.map((h) => h.hold.key)).toEqual([
      `holds/${path}/1`,
    ]);
    expect(open.batches.map((b) => isHeld(view, AT.period, b))).toEqual(held);
  });
});

describe("what is lost, and what is left over", () => {
  it("a seal that is listed and cannot be read, or is no seal", async () => {
    const cold = planned();
    const key = plantSeal(cold, 0);
    cold.objects.set(key, { bytes: Buffer.from("{}"), lastModifiedMs: NOW });
    expect(openOf(await viewOf(cold)).lost).toMatchObject([{ seal: key }]);
  });

  it("a seal that was verified and is gone", async () => {
    const cold = planned();
    const key = `seals/${AT.flow}/${AT.period}/aaaaaaaa-00000/${hexId(3)}.json`;
    plantVerified(cold, "aaaaaaaa-00000", hexId(3), { key, sha256: hexHash(3) });
    const lost = [{ seal: key, why: "it was verified, and is gone" }];
    expect(openOf(await viewOf(cold)).lost).toEqual(lost);
  });

  it("but none that was withdrawn", async () => {
    const cold = planned();
    const key = `seals/${AT.flow}/${AT.period}/aaaaaaaa-00000/${hexId(3)}.json`;
    plantVerified(cold, "aaaaaaaa-00000", hexId(3), { key, sha256: hexHash(3) });
    cold.plant(key.replace("seals", "withdrawn"), { schema: "cellarman/withdrawn/1" });
    expect(openOf(await viewOf(cold)).lost).toEqual([]);
  });

  it("data that the store no longer lists", async () => {
    const cold = planned();
    const key = plantSeal(cold, 0, { data: false });
    const why = "the store lists 0 of its 500 bytes";
    expect(openOf(await viewOf(cold)).lost).toEqual([{ seal: key, why }]);
  });

  it("attempts that no seal names", async () => {
    const cold = planned();
    plantSeal(cold, 0);
    const left = `data/${AT.flow}/period=${AT.period}/aaaaaaaa-00001/${hexId(4)}/points-00000.parquet`;
    cold.objects.set(left, { bytes: new Uint8Array(70), lastModifiedMs: NOW });
    expect(openOf(await viewOf(cold)).attempts).toMatchObject({ unsealed: 1, bytes: 70n });
  });
});
