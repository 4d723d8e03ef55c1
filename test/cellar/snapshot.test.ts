// One look at a period: which plan rules it, which batches stand, what happened to each (design §3,
// "Plans").
import { describe, expect, test } from "vitest";
import { readPeriod, readRuling, standingBatches } from "../../src/cellar/snapshot.ts";
import { batchRecordKey, intentKey, purgedKey, verifiedKey } from "../../src/ledger/keys.ts";
import type { PlannedBatch } from "../../src/ledger/records.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import {
  AT,
  planOf,
  plantPlan,
  plantRetired,
  plantRuling,
  plantSupplement,
  stored,
  supplementOf,
} from "../ledger/plans.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { hexHash, hexId, rejected } from "../support/values.ts";

const ids = (batches: readonly PlannedBatch[] | undefined): string[] | undefined =>
  batches?.map((b) => b.id).toSorted();
const rulingId = async (cold: ReturnType<typeof memoryCold>): Promise<string | undefined> =>
  (await readRuling(cold, AT))?.plan.value.id;

describe("the plan that rules", () => {
  test("is the one that the first numbered record names, though another is older", async () => {
    const cold = memoryCold(1_000);
    plantPlan(cold, planOf("aaaaaaaa"));
    cold.clockMs = 2_000;
    plantRuling(cold, 1, plantPlan(cold, planOf("bbbbbbbb")));
    expect(await rulingId(cold)).toBe("bbbbbbbb");
  });

  test("without such a record is the oldest by the store's clock", async () => {
    const cold = memoryCold(2_000);
    plantPlan(cold, planOf("aaaaaaaa"));
    cold.clockMs = 1_000;
    plantPlan(cold, planOf("bbbbbbbb"));
    expect(await rulingId(cold)).toBe("bbbbbbbb");
  });

  test("of two that are equally old is the first by name", async () => {
    const cold = memoryCold(1_000);
    plantPlan(cold, planOf("bbbbbbbb"), "2");
    plantPlan(cold, planOf("cccccccc"), "1");
    expect(await rulingId(cold)).toBe("cccccccc");
  });

  test("is none where nothing was planned", async () => {
    expect(await readRuling(memoryCold(), AT)).toBeUndefined();
  });

  test("once retired rules no more: the next run plans anew, the next ruling counts", async () => {
    const cold = memoryCold();
    const first = plantPlan(cold, planOf("aaaaaaaa"));
    plantRuling(cold, 1, first);
    plantRetired(cold, 1, first);
    expect(await readRuling(cold, AT)).toBeUndefined();
    plantRuling(cold, 2, plantPlan(cold, planOf("bbbbbbbb")));
    expect(await rulingId(cold)).toBe("bbbbbbbb");
  });

  test("unreadable means no work, never no plan", async () => {
    const cold = memoryCold();
    const quote = plantPlan(cold, planOf("aaaaaaaa"));
    plantRuling(cold, 1, { ...quote, sha256: hexHash(9) });
    expect(await rejected(readRuling(cold, AT))).toMatchObject({ code: "mismatch" });

    const gone = memoryCold();
    plantRuling(gone, 1, quote);
    expect(await rejected(readRuling(gone, AT))).toMatchObject({ code: "mismatch" });

    const garbled = memoryCold();
    await garbled.put("plans/f/2025-11/plan-x.json", Buffer.from("{}"));
    expect(await rejected(readRuling(garbled, AT))).toMatchObject({ code: "unreadable" });
  });

  test("is not guessed when a retirement cannot be read: it is found by key", async () => {
    const cold = memoryCold();
    plantRuling(cold, 1, plantPlan(cold, planOf("aaaaaaaa")));
    cold.hook = (call, key) => {
      if (call === "get" && key.includes("/retired/"))
        throw new CellarmanError("network", "no answer");
    };
    expect(await rejected(readRuling(cold, AT))).toMatchObject({ code: "network" });
  });
});

describe("batches that stand", () => {
  const plan = planOf("aaaaaaaa", 2);
  const quote = { key: "k", sha256: hexHash(5) };
  const split = (to: string, from: string) =>
    stored(supplementOf(quote, [`${to}-00000`, `${to}-00001`], [from]));

  test("are the plan's, and those of late supplements beside them", () => {
    const late = stored(supplementOf(quote, ["cccccccc-00000"]));
    expect(ids(standingBatches(plan, [late]))).toEqual([
      "aaaaaaaa-00000",
      "aaaaaaaa-00001",
      "cccccccc-00000",
    ]);
  });

  test("a split replaces its batch", () => {
    expect(ids(standingBatches(plan, [split("bbbbbbbb", "aaaaaaaa-00000")]))).toEqual([
      "aaaaaaaa-00001",
      "bbbbbbbb-00000",
      "bbbbbbbb-00001",
    ]);
  });

  test("of two supplements that split one batch the oldest rules", () => {
    const both = [split("bbbbbbbb", "aaaaaaaa-00000"), split("cccccccc", "aaaaaaaa-00000")];
    expect(standingBatches(plan, both)).toEqual(standingBatches(plan, both.slice(0, 1)));
  });

  test("a split may be split again", () => {
    const again = [split("bbbbbbbb", "aaaaaaaa-00000"), split("cccccccc", "bbbbbbbb-00001")];
    expect(ids(standingBatches(plan, again))).toEqual([
      "aaaaaaaa-00001",
      "bbbbbbbb-00000",
      "cccccccc-00000",
      "cccccccc-00001",
    ]);
  });

  test("a split of a batch that does not stand counts for nothing", () => {
    expect(standingBatches(plan, [split("bbbbbbbb", "dddddddd-00000")])).toEqual(plan.batches);
  });

  test("are read with supplements by age, and only those of the plan that rules", async () => {
    const cold = memoryCold(3_000);
    const ruling = plantPlan(cold, plan);
    plantRuling(cold, 1, ruling);
    plantSupplement(cold, "a", supplementOf(ruling, ["bbbbbbbb-00000"], ["aaaaaaaa-00000"]));
    cold.clockMs = 2_000;
    plantSupplement(cold, "b", supplementOf(ruling, ["cccccccc-00000"], ["aaaaaaaa-00000"]));
    plantSupplement(cold, "c", supplementOf(quote, ["dddddddd-00000"]));
    expect(ids((await readRuling(cold, AT))?.batches)).toEqual([
      "aaaaaaaa-00001",
      "cccccccc-00000",
    ]);
  });
});

describe("a period's ledger", () => {
  const B = { ...AT, batch: "aaaaaaaa-00000" };
  const OTHER = { ...AT, batch: "aaaaaaaa-00001" };
  const finding = (seals: string[]) => ({
    schema: "cellarman/finding/1",
    ...B,
    process: hexId(1),
    outcome: "late",
    seals,
    series: [],
  });

  test("gives each batch its own marks, by id and the store's time", async () => {
    const cold = memoryCold(5_000);
    const seal = batchRecordKey("seals", B, "s1");
    for (const key of [
      seal,
      batchRecordKey("seals", OTHER, "s2"),
      verifiedKey(B, "s1", "r1"),
      intentKey(B, 1),
      intentKey(B, 2),
      purgedKey(B, 2, "p1"),
      batchRecordKey("reconciled", B, "c1"),
      batchRecordKey("ended", OTHER, "e1"),
    ]) {
      cold.plant(key, {});
    }
    cold.plant(batchRecordKey("findings", B, "f1"), finding([seal]));
    const ledger = await readPeriod(cold, AT);
    expect(ledger.marksOf(B.batch)).toEqual({
      seals: [{ key: seal, id: "s1", atMs: 5_000 }],
      verified: new Map([["s1", expect.objectContaining({ id: "s1.r1", atMs: 5_000 })]]),
      findings: [expect.objectContaining({ id: "f1", seals: [seal] })],
      intents: 2,
      purged: [expect.objectContaining({ settles: 2 })],
      reconciled: [expect.objectContaining({ id: "c1" })],
      ended: [],
    });
    expect(ledger.marksOf(OTHER.batch)).toMatchObject({
      intents: 0,
      seals: [{ id: "s2" }],
      ended: [{ id: "e1" }],
    });
    expect(ledger.marksOf("dddddddd-00000")).toMatchObject({ seals: [], intents: 0, purged: [] });
  });

  test("leaves out a seal that was withdrawn", async () => {
    const cold = memoryCold();
    cold.plant(batchRecordKey("seals", B, "s1"), {});
    cold.plant(batchRecordKey("seals", B, "s2"), {});
    cold.plant(batchRecordKey("withdrawn", B, "s1"), {});
    const ledger = await readPeriod(cold, AT);
    expect(ledger.marksOf(B.batch).seals.map((s) => s.id)).toEqual(["s2"]);
    expect(ledger.seals).toEqual([batchRecordKey("seals", B, "s2")]);
  });

  test("is not that of another period whose name begins alike", async () => {
    const cold = memoryCold();
    cold.plant(batchRecordKey("seals", { ...B, period: "2025-110" }, "s1"), {});
    expect((await readPeriod(cold, AT)).seals).toEqual([]);
  });

  test("throws when an approval cannot be read, or a listing breaks", async () => {
    const cold = memoryCold();
    cold.plant("approved/f/2025-11/x.json", {});
    expect(await rejected(readPeriod(cold, AT))).toMatchObject({ code: "unreadable" });
    const broken = memoryCold();
    broken.hook = (call, prefix) => {
      if (call === "list" && prefix.startsWith("intents/"))
        throw new CellarmanError("network", "no answer");
    };
    expect(await rejected(readPeriod(broken, AT))).toMatchObject({ code: "network" });
  });
});
