// A view beside objects that vanish, lie elsewhere, or are no seals; and approvals that are files.
import { describe, expect, test } from "vitest";
import { sealList, writeProposal } from "../../src/cellar/approval-list.ts";
import { approvalBeside, renderApproval } from "../../src/flow/approval.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { batchRecordKey, markerKey, verifiedKey } from "../../src/ledger/keys.ts";
import { readView } from "../../src/purge/view.ts";
import { AT } from "../ledger/plans.ts";
import { sealKeyOf } from "../ledger/seals.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { hexId, rejected } from "../support/values.ts";
import { approvedBy } from "./approval/stage.ts";
import { reviewedFile } from "./approval/reviewed.ts";
import { gateCase } from "./cases.ts";
import { B, GRACE_MS, lacksOf, plantReceipt, plantSeal, RETIRED } from "./planted.ts";

/** Takes a key away right before it is read: a listing named what is there no more. */
const vanishes = (cold: MemoryCold, key: string): void => {
  cold.hook = (call, asked) => {
    if (call === "get" && asked === key) cold.objects.delete(key);
  };
};

describe("what vanishes between listing and reading", () => {
  test("is a withdrawal all the same: its key says all, and it only takes away", async () => {
    const cold = memoryCold();
    const seal = plantSeal(cold, "s1");
    const record = { schema: "cellarman/withdrawn/1", ...B, process: hexId(1), reason: "wrong" };
    const key = batchRecordKey("withdrawn", B, "s1");
    cold.plant(key, { ...record, seal });
    vanishes(cold, key);
    expect((await readView(cold, gateCase())).seals).toEqual([]);
  });

  test("is no receipt", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    vanishes(cold, verifiedKey(B, "s1", hexId(2)));
    cold.clockMs = GRACE_MS;
    expect(await lacksOf(cold)).toMatchObject([{ why: "not verified by another process" }]);
  });
});

describe("a receipt that cannot be read", () => {
  const garbled = { bytes: Buffer.from("{"), lastModifiedMs: 0 };

  test("is none", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1", { verifiedBy: null });
    cold.objects.set(verifiedKey(B, "s1", hexId(9)), garbled);
    cold.clockMs = GRACE_MS;
    expect(await lacksOf(cold)).toMatchObject([{ why: "not verified by another process" }]);
  });

  test("keeps no other from counting", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    for (const n of [1, 9]) cold.objects.set(verifiedKey(B, "s1", hexId(n)), garbled);
    cold.clockMs = GRACE_MS;
    expect(await lacksOf(cold)).toMatchObject([{ why: "not approved" }]);
  });
});

describe("what lies elsewhere", () => {
  test("a receipt in another batch's place is none, of a seal that is there or gone", async () => {
    const cold = memoryCold();
    const seal = plantSeal(cold, "s1", { verifiedBy: null });
    plantReceipt(cold, { ...B, batch: RETIRED }, "s1", seal, hexId(2));
    cold.clockMs = GRACE_MS;
    expect(await lacksOf(cold)).toMatchObject([{ why: "not verified by another process" }]);
    cold.objects.delete(seal.key);
    expect(await readView(cold, gateCase())).toMatchObject({ seals: [], lost: [] });
  });

  test("an object that is no seal, among seals: no view", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    cold.plant("seals/f/2025-11/stray", { some: "thing" });
    expect((await rejected(readView(cold, gateCase()))).code).toBe("unreadable");
  });

  test("a marker that names no seal's key, and nothing there: nothing", async () => {
    const cold = memoryCold();
    const marker = { schema: "cellarman/marker/1", ...B, process: hexId(1), seal: "odd" };
    cold.plant(markerKey(B, 1), marker);
    expect(await readView(cold, gateCase())).toMatchObject({ seals: [], lost: [] });
  });
});

test("the newest seal is so by the store's clock, whatever the order of the keys", async () => {
  const cold = memoryCold();
  plantSeal(cold, "s2", { verifiedBy: null });
  cold.clockMs = 1;
  plantSeal(cold, "s1", { verifiedBy: null });
  cold.clockMs = 2 * GRACE_MS;
  expect((await lacksOf(cold)).map((lack) => lack?.isFinal)).toEqual([false, true]);
});

test("an approval that is a file is named as one, and is no record of the ledger", async () => {
  const cold = memoryCold();
  const list = sealList([plantSeal(cold, "s1")]);
  await writeProposal(cold, AT, hexId(9), list);
  cold.clockMs = GRACE_MS;
  const path = approvalBeside("flows/metrics.yaml", "metrics", AT.period);
  const counts = { seals: 1, points: 1, bytes: 1 };
  const text = renderApproval({ version: 1, ...AT, digest: list.digest, ...counts });
  const never = () => Promise.reject(new Error("not asked"));
  const forge: Forge = {
    branch: "main",
    pathInside: never,
    fileAsFetched: never,
    fileNow: () => Promise.resolve("version: 1\napprovers: [alice]\n"),
    reviews: {
      historyOf: (asked) => Promise.resolve(asked === path ? reviewedFile(path, text) : undefined),
      reviewsDemanded: () => Promise.resolve(1),
      environment: never,
      runApprovals: never,
    },
  };
  const view = await readView(cold, gateCase({ flow: approvedBy("pull-request") }), forge);
  expect(view.approvals).toEqual([]);
  expect(view.approvalFiles).toEqual([`${path}@${list.digest}`]);
  expect(view.standing).toEqual([{ key: sealKeyOf("s1"), lacks: undefined }]);
});
