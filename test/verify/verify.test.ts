// Verify: another process, another reader, a second hot read; differences are judged as the gate
// does (design §3).
import { describe, expect, test } from "vitest";
import { archiveBatch } from "../../src/archive/attempt.ts";
import { parquetExporter } from "../../src/archive/parquet/export.ts";
import type { Point } from "../../src/archive/points.ts";
import { readHolds } from "../../src/cellar/holds.ts";
import { writeNumbered } from "../../src/cellar/records.ts";
import { readPeriod } from "../../src/cellar/snapshot.ts";
import { intentKey, liftKey } from "../../src/ledger/keys.ts";
import type { Seal } from "../../src/ledger/records.ts";
import { deriveStatus } from "../../src/ledger/state.ts";
import { verifyBatch } from "../../src/verify/verify.ts";
import { RULES } from "../ledger/marks.ts";
import { AT, planOf } from "../ledger/plans.ts";
import { BATCH, intentOf } from "../ledger/seals.ts";
import { series } from "../purge/series.ts";
import { fakeHot, type Held } from "../support/fake-hot.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { hexHash, hexId, rejected } from "../support/values.ts";

const B = { ...AT, batch: BATCH };
const [EXPORTER, VERIFIER] = [hexId(1), hexId(2)];
const point = (at: number, value = 1n): Point => ({ timestamp: BigInt(at), value });

/** A bucket and a hot store of two series; archives and verifies their batch. */
function worldOf() {
  const held: Held = [
    { series: series("a"), points: [point(1), point(2), point(3)] },
    { series: series("b"), points: [point(5)] },
  ];
  const [cold, hot, value] = [memoryCold(), fakeHot(held), planOf("aaaaaaaa")];
  const [batch] = value.batches;
  if (!batch) throw new Error("the plan has no batch");
  const plan = { key: "plans/f/2025-11/plan-x.json", sha256: hexHash(1), value, lastModifiedMs: 0 };
  const archive = async (): Promise<string> => {
    const sealed = await archiveBatch(
      {
        hot,
        cold,
        exporter: parquetExporter,
        plan,
        process: EXPORTER,
        knownSeals: () => [],
        otherIntents: () => [],
        signal: undefined,
      },
      batch,
    );
    return sealed.seal;
  };
  const verify = (seal: string, process = VERIFIER) =>
    verifyBatch({ hot, cold, process }, B, batch, seal);
  const state = async () =>
    deriveStatus(batch, (await readPeriod(cold, AT)).marksOf(BATCH), RULES).state;
  const holds = async () => (await readHolds(cold, [{ kind: "batch", ...B }])).active;
  const receipts = () => [...cold.objects.keys()].filter((key) => key.startsWith("verified/"));
  return { held, cold, archive, verify, state, holds, receipts };
}

type World = ReturnType<typeof worldOf>;
const pointsOf = ({ held }: World, n: number): Point[] => held[n]?.points ?? [];

describe("a receipt that the store garbles", () => {
  const garbling = async (times: number) => {
    const world = worldOf();
    const seal = await world.archive();
    let left = times;
    world.cold.hook = (call, key) => {
      if (call !== "get" || !key.startsWith("verified/") || left-- <= 0) return;
      world.cold.objects.set(key, { bytes: Buffer.from("{"), lastModifiedMs: 0 });
    };
    return { world, verified: world.verify(seal) };
  };

  test("is followed by another", async () => {
    const { world, verified } = await garbling(2);
    expect((await verified).outcome).toBe("verified");
    expect(world.receipts()).toHaveLength(3);
  });

  test("three times is an error", async () => {
    const { world, verified } = await garbling(3);
    expect(await rejected(verified)).toMatchObject({ code: "mismatch" });
    expect(world.receipts()).toHaveLength(3);
  });
});

describe("a sealed batch", () => {
  test("that holds what hot holds is verified, by a receipt that quotes the seal", async () => {
    const world = worldOf();
    const seal = await world.archive();
    expect(await world.verify(seal)).toEqual({ outcome: "verified", points: 4n, differences: [] });
    const [key = ""] = world.receipts();
    const receipt = JSON.parse(Buffer.from(world.cold.objects.get(key)?.bytes ?? []).toString());
    expect(receipt).toMatchObject({
      process: VERIFIER,
      seal: { key: seal },
      points: "4",
      series: "2",
    });
    expect(await world.state()).toBe("cooling");
  });

  test("is never verified by the process that exported it", async () => {
    const world = worldOf();
    const seal = await world.archive();
    expect(await rejected(world.verify(seal, EXPORTER))).toMatchObject({ code: "blocked" });
    expect(world.receipts()).toEqual([]);
  });

  test("that is gone is a mismatch, not a batch without work", async () => {
    expect(await rejected(worldOf().verify("seals/f/2025-11/x/y.json"))).toMatchObject({
      code: "mismatch",
    });
  });
});

describe("hot has more or other points", () => {
  test.each<[string, (world: World) => void]>([
    ["a new point", (world) => void pointsOf(world, 0).push(point(9))],
    ["a point rewritten in place", (world) => void pointsOf(world, 1).splice(0, 1, point(5, 2n))],
    ["a new series", (world) => void world.held.push({ series: series("c"), points: [point(4)] })],
  ])("%s: late, no receipt, and a further attempt is due", async (_, change) => {
    const world = worldOf();
    const seal = await world.archive();
    change(world);
    expect(await world.verify(seal)).toMatchObject({ outcome: "late" });
    expect([world.receipts(), await world.state(), await world.holds()]).toEqual([[], "late", []]);
    expect(await world.verify(await world.archive())).toMatchObject({ outcome: "verified" });
  });

  test("the differences name the series and the first differing point", async () => {
    const world = worldOf();
    const seal = await world.archive();
    pointsOf(world, 1).splice(0, 1, point(5, 2n));
    const { differences } = await world.verify(seal);
    expect(differences).toEqual([
      '["b",{"host":"h"}]: 1 late, 0 lacking; hot 5 = 2, archive 5 = 1',
    ]);
  });

  test("a seal that neither saw the other is no answer: a further attempt is due", async () => {
    const world = worldOf();
    const seals = await Promise.all([world.archive(), world.archive()]);
    const [first, second] = seals;
    const saw = seals.map((key) => {
      const seal = JSON.parse(
        Buffer.from(world.cold.objects.get(key)?.bytes ?? []).toString(),
      ) as Seal;
      return seal.saw.filter((seen) => seals.includes(seen)).length;
    });
    expect(saw).toEqual([0, 0]);
    pointsOf(world, 0).push(point(9));
    await world.verify(second);
    expect(await world.state()).toBe("late");
    expect(first).not.toBe(second);
  });
});

describe("hot lacks archived points", () => {
  const loses = (world: World): void => void pointsOf(world, 0).pop();

  test("with no purge on record: quarantine, a hold of the tool's, and no receipt", async () => {
    const world = worldOf();
    const seal = await world.archive();
    loses(world);
    expect(await world.verify(seal)).toMatchObject({ outcome: "quarantine" });
    expect(await world.holds()).toMatchObject([
      { hold: { value: { by: "tool", finding: expect.any(String) } } },
    ]);
    expect(world.receipts()).toEqual([]);
  });

  test("a whole series that vanished is quarantined as well, before anything late", async () => {
    const world = worldOf();
    const seal = await world.archive();
    pointsOf(world, 1).pop();
    pointsOf(world, 0).push(point(9));
    expect(await world.verify(seal)).toMatchObject({ outcome: "quarantine" });
  });

  test("with a purge intent on record it was our own delete: verified", async () => {
    const world = worldOf();
    const seal = await world.archive();
    loses(world);
    world.cold.plant(intentKey(B, 1), intentOf(1, []).value);
    expect(await world.verify(seal)).toMatchObject({ outcome: "verified" });
  });

  test("a lift that quotes the finding passes over exactly that", async () => {
    const world = worldOf();
    const seal = await world.archive();
    loses(world);
    await world.verify(seal);
    const [active] = await world.holds();
    await writeNumbered(world.cold, (n) => liftKey({ kind: "batch", ...B }, n), {
      schema: "cellarman/lift/1",
      process: hexId(3),
      hold: active?.hold.sha256 ?? "",
      finding: active?.hold.value.finding ?? null,
      reason: "an operator deleted it",
    });
    expect(await world.verify(seal)).toMatchObject({ outcome: "verified" });
    loses(world);
    expect(await world.verify(seal)).toMatchObject({ outcome: "quarantine" });
  });
});

describe("the archive's bytes are wrong", () => {
  const objectsOf = ({ cold }: World): string[] =>
    [...cold.objects.keys()].filter((key) => key.startsWith("data/"));

  test.each(["points-00000.parquet", "series.parquet", "manifest.json"])(
    "one bit of %s: quarantine",
    async (name) => {
      const world = worldOf();
      const seal = await world.archive();
      const key = objectsOf(world).find((k) => k.endsWith(name)) ?? "";
      const bytes = world.cold.objects.get(key)?.bytes ?? new Uint8Array();
      bytes.set([(bytes[20] ?? 0) ^ 1], 20);
      expect(await world.verify(seal)).toMatchObject({ outcome: "quarantine" });
      expect(await world.holds()).toHaveLength(1);
    },
  );

  test("an object that is gone: quarantine, put once however often it is verified", async () => {
    const world = worldOf();
    const seal = await world.archive();
    world.cold.objects.delete(
      objectsOf(world).find((k) => k.endsWith("points-00000.parquet")) ?? "",
    );
    for (let i = 0; i < 3; i++)
      expect(await world.verify(seal)).toMatchObject({ outcome: "quarantine" });
    expect(await world.holds()).toHaveLength(1);
  });

  test("a bucket that does not answer is no wrong archive: it throws", async () => {
    const world = worldOf();
    const seal = await world.archive();
    world.cold.hook = (call, key) => {
      if (call === "get" && key.startsWith("data/")) throw new Error("no answer");
    };
    await expect(world.verify(seal)).rejects.toThrow("no answer");
    world.cold.hook = () => undefined;
    expect(await world.holds()).toEqual([]);
  });
});
