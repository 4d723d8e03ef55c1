// What a view rests on, record by record: receipts, approvals, and what an intent forbids to lose.
import { describe, expect, test } from "vitest";
import { intentKey, verifiedKey } from "../../src/ledger/keys.ts";
import { readIntents, readView } from "../../src/purge/view.ts";
import { intentOf, sealKeyOf, sealOf } from "../ledger/seals.ts";
import { memoryCold } from "../support/memory-cold.ts";
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

describe("the receipts of a view", () => {
  test("are quoted: the first of another process for exactly these bytes", async () => {
    const cold = memoryCold();
    const quote = plantSeal(cold, "s1", { verifiedBy: EXPORTER });
    plantReceipt(cold, B, "s1", quote, hexId(5));
    const key = verifiedKey(B, "s1", hexId(5));
    expect((await readView(cold, gateCase())).receipts.map((r) => r.key)).toEqual([key]);
  });

  test("none is what HFDUMP's macro was handed", async () => {
    const cold = memoryCold();
    const seal = plantSeal(cold, "s1", { verifiedBy: null });
    cold.plant(verifiedKey(B, "s1", hexId(2)), {
      schema: "cellarman/verified/1",
      ...B,
      process: hexId(2),
      seal,
      points: "1",
      series: "1",
      digest: hexHash(7),
      proof: "dump-digest",
    });
    cold.clockMs = GRACE_MS;
    expect(await readView(cold, gateCase())).toMatchObject({
      receipts: [],
      standing: [{ lacks: { why: "not verified by another process" } }],
    });
  });

  test("are found by the seal's whole id, not by what another's begins with", async () => {
    const cold = memoryCold();
    const quote = plantSeal(cold, "s1", { verifiedBy: null });
    plantReceipt(cold, B, "s12", quote, hexId(2));
    expect((await readView(cold, gateCase())).receipts).toEqual([]);
  });

  test("of a retired plan's seal are not looked for", async () => {
    const cold = memoryCold();
    const { key } = plantSeal(cold, "r1", { batch: RETIRED, plan: hexHash(99) });
    const { receipts } = await readView(cold, gateCase({ retiredSeals: [key] }));
    expect(receipts).toEqual([]);
  });
});

describe("what is gone", () => {
  test("is lost where it was verified itself, not where another of its batch was", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    const { key } = plantSeal(cold, "s2", { verifiedBy: null });
    cold.objects.delete(key);
    expect(await readView(cold, gateCase())).toMatchObject({ lost: [] });
  });

  test("of another batch is lost by that batch's receipts", async () => {
    const cold = memoryCold();
    const { key } = plantSeal(cold, "r1", { batch: RETIRED });
    cold.objects.delete(key);
    const retiredSeals = [key];
    expect(await readView(cold, gateCase({ retiredSeals }))).toMatchObject({ lost: [key] });
  });

  test("by whose intent: the seals that it rests on, of the batch and its parents", async () => {
    const cold = memoryCold();
    const parent = "cccccccc-00000";
    cold.plant(intentKey(B, 1), intentOf(1, [sealOf("s1")]).value);
    const theirs = intentOf(1, [sealOf("p1", { batch: parent })], { batch: parent }).value;
    cold.plant(intentKey({ ...B, batch: parent }, 1), theirs);
    const { batch } = gateCase();
    const split = { ...batch, parents: [parent] };
    const { restedOn } = await readView(cold, gateCase({ batch: split }));
    expect(restedOn).toEqual(new Set([sealKeyOf("s1"), sealKeyOf("p1", parent)]));
    const bare = await readView(cold, gateCase());
    expect(bare.restedOn).toEqual(new Set([sealKeyOf("s1")]));
  });
});

describe("the seals of a view", () => {
  test("are also those of the batches that it was split from, listed or marked", async () => {
    const cold = memoryCold();
    const parent = "aaaaaaaa-00001";
    const marked = plantSeal(cold, "p1", { batch: parent });
    cold.plant(sealKeyOf("p2", parent), sealOf("p2", { batch: parent }).value);
    const { batch } = gateCase();
    const split = gateCase({ batch: { ...batch, parents: [parent] } });
    const keysOf = async (from: typeof cold) =>
      (await readView(from, split)).seals.map((seal) => seal.key);
    expect(await keysOf(cold)).toEqual([marked.key, sealKeyOf("p2", parent)]);
    const forgetful = { ...cold, list: () => (async function* () {})() };
    expect(await keysOf(forgetful)).toEqual([marked.key]);
  });

  test("share an instant with the range, at either end", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1", { range: { start: "99", end: "150" } });
    plantSeal(cold, "s2", { range: { start: "-9", end: "0" } });
    plantSeal(cold, "s3", { range: { start: "100", end: "150" } });
    plantSeal(cold, "s4", { range: { start: "-9", end: "-1" } });
    const { seals } = await readView(cold, gateCase());
    expect(seals.map((seal) => seal.key)).toEqual(["s1", "s2"].map((id) => sealKeyOf(id)));
  });

  test("the newest is the batch's own by this plan, whatever others are younger", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1", { verifiedBy: null });
    cold.clockMs = 1;
    plantSeal(cold, "s2", { plan: hexHash(99) });
    plantSeal(cold, "r1", { batch: RETIRED, verifiedBy: null });
    cold.clockMs = 2 * GRACE_MS;
    expect((await lacksOf(cold)).map((lack) => lack?.isFinal)).toEqual([false, true, true]);
  });
});

describe("approvals of a view", () => {
  test("are quoted where they name one of its seals, and every other is left out", async () => {
    const cold = memoryCold();
    const [one, two] = [plantSeal(cold, "s1"), plantSeal(cold, "s2")];
    const keys = [plantApproval(cold, hexId(5), one), plantApproval(cold, hexId(6), one, two)];
    const view = await readView(cold, gateCase());
    expect(view.approvals.map((a) => a.key)).toEqual(keys);
    expect(view.approvals.map((a) => Object.keys(a).toSorted())).toEqual(
      keys.map(() => ["key", "sha256"]),
    );
    expect(view.approvalFiles).toEqual([]);
  });

  test("last at the end of grace, and not a millisecond before it", async () => {
    const cold = memoryCold();
    plantApproval(cold, hexId(5), plantSeal(cold, "s1"));
    cold.clockMs = GRACE_MS - 1;
    expect(await lacksOf(cold)).toMatchObject([{ earliestMs: 14 * DAY_MS }]);
    cold.clockMs = GRACE_MS;
    expect(await lacksOf(cold)).toEqual([undefined]);
  });
});

test("intents are read of the batch, of others that are named, and of seals' batches", async () => {
  const cold = memoryCold();
  const batches = [B.batch, "cccccccc-00000", RETIRED, "dddddddd-00000"];
  for (const batch of batches) {
    cold.plant(intentKey({ ...B, batch }, 1), intentOf(1, [], { batch }).value);
  }
  const batchesOf = async (...[seals, also]: [Parameters<typeof readIntents>[2], string[]?]) =>
    (await readIntents(cold, B, seals, also)).map((intent) => intent.value.batch);
  expect(await batchesOf([])).toEqual([B.batch]);
  const seal = sealOf("r1", { batch: RETIRED });
  expect(await batchesOf([seal], ["cccccccc-00000"])).toEqual(batches.slice(0, 3));
});
