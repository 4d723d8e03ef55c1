// Reconciling: still zero, the archive still whole, nothing late (design §3, "Objects and the order
// of writes").
import { describe, expect, test } from "vitest";
import { batchRecordKey, intentKey, markerKey } from "../../src/ledger/keys.ts";
import { reconcileBatch } from "../../src/purge/reconcile.ts";
import type { Hot } from "../../src/warp10/hot.ts";
import { AT } from "../ledger/plans.ts";
import { BATCH, intentOf, sealKeyOf, sealOf } from "../ledger/seals.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { hexId, rejected } from "../support/values.ts";
import { gateCase } from "./cases.ts";

const B = { ...AT, batch: BATCH };
const rolesIn = (cold: MemoryCold): string[] =>
  [...cold.objects.keys()].map((key) => key.split("/")[0] ?? "");

/** Reconciles the batch where hot counts so many points. */
function reconcile(cold: MemoryCold, points = 0n) {
  const hot = { count: () => Promise.resolve({ series: 0n, points }) } as unknown as Hot;
  const { plan, batch } = gateCase();
  return reconcileBatch({ hot, cold, plan, process: hexId(1) }, B, batch);
}

const mark = (cold: MemoryCold, seal: string): void => {
  cold.plant(markerKey(B, 1), { schema: "cellarman/marker/1", ...B, process: hexId(1), seal });
};

describe("a purged batch", () => {
  test("that hot holds points of again is late, with every seal known so far", async () => {
    const cold = memoryCold();
    mark(cold, sealKeyOf("s1"));
    cold.plant(sealKeyOf("s2"), sealOf("s2").value);
    expect(await reconcile(cold, 3n)).toBe("late");
    const key = [...cold.objects.keys()].find((k) => k.startsWith("findings/")) ?? "";
    const finding = JSON.parse(Buffer.from(cold.objects.get(key)?.bytes ?? []).toString());
    expect(finding.seals.toSorted()).toEqual([sealKeyOf("s1"), sealKeyOf("s2")]);
    expect(rolesIn(cold)).not.toContain("reconciled");
  });

  test("a marker of an attempt that crashed before its seal is nothing", async () => {
    const cold = memoryCold();
    mark(cold, sealKeyOf("s1"));
    expect(await reconcile(cold)).toBe("reconciled");
  });

  test("whose seal is gone though the purge rests on it is never reconciled", async () => {
    const cold = memoryCold();
    cold.plant(intentKey(B, 1), intentOf(1, [sealOf("s1")]).value);
    expect(await rejected(reconcile(cold))).toMatchObject({
      code: "mismatch",
      where: sealKeyOf("s1"),
    });
    expect(rolesIn(cold)).not.toContain("reconciled");
  });

  test("whose seal's manifest is gone is never reconciled", async () => {
    const cold = memoryCold();
    cold.plant(sealKeyOf("s1"), sealOf("s1").value);
    expect(await rejected(reconcile(cold))).toMatchObject({ code: "mismatch" });
  });

  test("a seal that was withdrawn for its wrong bytes is not read again", async () => {
    const cold = memoryCold();
    const seal = cold.plant(sealKeyOf("s1"), sealOf("s1").value);
    const withdrawn = {
      schema: "cellarman/withdrawn/1",
      ...B,
      process: hexId(1),
      seal,
      reason: "wrong",
    };
    cold.plant(batchRecordKey("withdrawn", B, "s1"), withdrawn);
    expect(await reconcile(cold)).toBe("reconciled");
  });
});
