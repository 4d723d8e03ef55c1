// Which seals a delete may rest on: valid, verified by another process, older than grace and the
// store's wait, approved (design §3, "The gate"). The others only count against.
import { describe, expect, test } from "vitest";
import { batchRecordKey, intentKey } from "../../src/ledger/keys.ts";
import { readView } from "../../src/purge/view.ts";
import { intentOf, sealKeyOf, sealOf } from "../ledger/seals.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { DAY_MS, hexHash, hexId } from "../support/values.ts";
import { gateCase } from "./cases.ts";
import {
  B,
  EXPORTER,
  GRACE_MS,
  lacksOf,
  plantApproval,
  plantReceipt,
  plantSeal,
  RETIRED,
} from "./planted.ts";

describe("a seal that a delete may rest on", () => {
  test("is verified, cool and approved", async () => {
    const cold = memoryCold();
    plantApproval(cold, hexId(5), plantSeal(cold, "s1"));
    cold.clockMs = GRACE_MS;
    expect(await lacksOf(cold)).toEqual([undefined]);
  });

  test("is not one that nobody verified, or its exporter alone", async () => {
    for (const verifiedBy of [null, EXPORTER]) {
      const cold = memoryCold();
      plantApproval(cold, hexId(5), plantSeal(cold, "s1", { verifiedBy }));
      cold.clockMs = GRACE_MS;
      expect(await lacksOf(cold)).toMatchObject([{ why: "not verified by another process" }]);
    }
  });

  test("is not one whose receipt is for other bytes", async () => {
    const cold = memoryCold();
    const quote = plantSeal(cold, "s1", { verifiedBy: null });
    plantReceipt(cold, B, "s1", { ...quote, sha256: hexHash(9) }, hexId(2));
    plantApproval(cold, hexId(5), quote);
    cold.clockMs = GRACE_MS;
    expect(await lacksOf(cold)).toMatchObject([{ why: "not verified by another process" }]);
  });

  test("is not one of a retired plan", async () => {
    const cold = memoryCold();
    plantApproval(cold, hexId(5), plantSeal(cold, "s1", { plan: hexHash(99) }));
    cold.clockMs = GRACE_MS;
    expect(await lacksOf(cold)).toMatchObject([{ why: "its plan was retired" }]);
  });

  test("is not one whose grace runs by the store's clock, with the date when it ends", async () => {
    const cold = memoryCold(1_000);
    plantApproval(cold, hexId(5), plantSeal(cold, "s1"));
    cold.clockMs = GRACE_MS + 999;
    expect(await lacksOf(cold)).toEqual([
      { why: "its grace is not over", earliestMs: GRACE_MS + 1_000, isFinal: false },
    ]);
  });

  test("waits for the store's garbage collection where that is longer than grace", async () => {
    const cold = memoryCold();
    plantApproval(cold, hexId(5), plantSeal(cold, "s1"));
    cold.clockMs = GRACE_MS;
    const { limits } = gateCase();
    const longer = { ...limits, gcWaitMs: 20 * DAY_MS };
    expect(await lacksOf(cold, { limits: longer })).toMatchObject([{ earliestMs: 20 * DAY_MS }]);
  });

  test("needs no approval in automatic mode", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    cold.clockMs = GRACE_MS;
    const { flow } = gateCase();
    const automatic = { ...flow, purge: { ...flow.purge, mode: "automatic" as const } };
    expect(await lacksOf(cold)).toMatchObject([{ why: "not approved" }]);
    expect(await lacksOf(cold, { flow: automatic })).toEqual([undefined]);
  });
});

describe("an approval", () => {
  test("is a list of exactly these seals: another digest is not approved", async () => {
    const cold = memoryCold();
    const quote = plantSeal(cold, "s1");
    plantApproval(cold, hexId(5), { ...quote, sha256: hexHash(9) });
    cold.clockMs = GRACE_MS;
    expect(await lacksOf(cold)).toMatchObject([{ why: "not approved" }]);
  });

  test("expires after 30 days", async () => {
    const cold = memoryCold();
    plantApproval(cold, hexId(5), plantSeal(cold, "s1"));
    cold.clockMs = 30 * DAY_MS;
    expect(await lacksOf(cold)).toEqual([undefined]);
    cold.clockMs += 1;
    expect(await lacksOf(cold)).toMatchObject([{ why: "not approved" }]);
  });

  test("does not expire while a purge intent rests on it", async () => {
    const cold = memoryCold();
    const quote = plantSeal(cold, "s1");
    const approval = plantApproval(cold, hexId(5), quote);
    const intent = intentOf(1, [sealOf("s1")], { approvals: [approval] }).value;
    cold.plant(intentKey(B, 1), { ...intent, view: [quote] });
    cold.clockMs = 90 * DAY_MS;
    expect(await lacksOf(cold)).toEqual([undefined]);
  });

  test("that the view does not rest on is not named: no intent keeps it alive", async () => {
    const cold = memoryCold();
    const quote = plantSeal(cold, "s1");
    const old = plantApproval(cold, hexId(5), quote);
    cold.clockMs = 40 * DAY_MS;
    const fresh = plantApproval(cold, hexId(6), quote);
    const other = plantApproval(cold, hexId(7), { key: sealKeyOf("x"), sha256: hexHash(9) });
    const { approvals } = await readView(cold, gateCase());
    const keys = approvals.map((a) => a.key);
    expect(keys).toEqual([fresh]);
    expect([old, other].filter((key) => keys.includes(key))).toEqual([]);
  });
});

describe("the seals of a view", () => {
  const keysOf = async (cold: MemoryCold, said: Parameters<typeof gateCase>[0] = {}) =>
    (await readView(cold, gateCase(said))).seals.map((s) => s.key);

  test("are those that a marker names and those that are listed", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    cold.plant(sealKeyOf("s2"), sealOf("s2").value);
    expect(await keysOf(cold)).toEqual([sealKeyOf("s1"), sealKeyOf("s2")]);
  });

  test("one that the listing forgets is found by its marker", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    const forgetful = { ...cold, list: () => (async function* () {})() };
    const view = await readView(forgetful, gateCase());
    expect(view.seals.map((s) => s.key)).toEqual([sealKeyOf("s1")]);
  });

  test("include retired plans' where ranges overlap, though no listing shows them", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    const old = plantSeal(cold, "r1", { batch: RETIRED });
    const elsewhere = plantSeal(cold, "r2", {
      batch: RETIRED,
      range: { start: "100", end: "199" },
    });
    const forgetful = { ...cold, list: () => (async function* () {})() };
    const retiredSeals = [old.key, elsewhere.key];
    const view = await readView(forgetful, gateCase({ retiredSeals }));
    expect(view.seals.map((s) => s.key)).toEqual([sealKeyOf("s1"), old.key]);
  });

  test("leave out another batch of the same plan: their series are disjoint", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    plantSeal(cold, "t1", { batch: "aaaaaaaa-00001" });
    expect(await keysOf(cold)).toEqual([sealKeyOf("s1")]);
  });

  test("leave out one that was withdrawn", async () => {
    const cold = memoryCold();
    const [seal, quote] = [plantSeal(cold, "s1"), plantSeal(cold, "s2")];
    const record = { schema: "cellarman/withdrawn/1", ...B, process: hexId(1), reason: "wrong" };
    cold.plant(batchRecordKey("withdrawn", B, "s2"), { ...record, seal: quote });
    expect(await keysOf(cold)).toEqual([seal.key]);
    // What a purge rests on is never taken out: what it holds is nowhere else any more.
    const intent = intentOf(1, [sealOf("s2")]).value;
    cold.plant(intentKey(B, 1), { ...intent, view: [quote] });
    expect(await keysOf(cold)).toEqual([seal.key, quote.key]);
  });

  test("include those of other plans and supplements, by the listing alone", async () => {
    const cold = memoryCold();
    const seals = [plantSeal(cold, "s1"), plantSeal(cold, "r1", { batch: RETIRED })];
    expect(await keysOf(cold)).toEqual(seals.map(({ key }) => key).toSorted());
  });

  test("a marker whose seal a crash kept from being written is nothing", async () => {
    const cold = memoryCold();
    const quote = plantSeal(cold, "s1", { verifiedBy: null });
    cold.objects.delete(quote.key);
    expect(await readView(cold, gateCase())).toMatchObject({ seals: [], lost: [] });
  });

  test("one that was verified, or that a purge rests on, and is gone is lost", async () => {
    const verified = memoryCold();
    const quote = plantSeal(verified, "s1");
    verified.objects.delete(quote.key);
    expect(await readView(verified, gateCase())).toMatchObject({ lost: [quote.key] });

    const purged = memoryCold();
    purged.plant(intentKey(B, 1), intentOf(1, [sealOf("s9")]).value);
    expect(await readView(purged, gateCase())).toMatchObject({ lost: [sealKeyOf("s9")] });
  });
});
