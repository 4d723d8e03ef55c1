// What the gate says of the archive's bytes and of hot's points, and which step comes next (design
// §3, "The gate", "The archive's view").
import { beforeEach, describe, expect, test } from "vitest";
import type { CheckLine } from "../../src/purge/check.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { hexHash } from "../support/values.ts";
import { gateWorld, type GateWorld, plantIntent, point } from "./gate-world.ts";
import { series } from "./series.ts";

const OTHER = "bbbbbbbb-00000";

let world: GateWorld;
beforeEach(async () => {
  world = await gateWorld();
});

const sealKeys = () => [...world.cold.objects.keys()].filter((key) => key.startsWith("seals/"));
const firstSeal = (): string => sealKeys()[0] ?? "";
const loses = (part: string): void => {
  for (const key of world.cold.objects.keys()) {
    if (key.includes(part)) world.cold.objects.delete(key);
  }
};
const spoils = (part: string): void => {
  for (const [key, found] of world.cold.objects) {
    if (key.includes(part)) world.cold.objects.set(key, { ...found, bytes: Buffer.from("x") });
  }
};

async function lineOf(check: string): Promise<CheckLine | undefined> {
  return (await world.judge()).lines.find((line) => line.check === check);
}
const archive = () => lineOf("archive read back");
const contents = () => lineOf("every hot point is archived");

describe("the archive's bytes", () => {
  test("that are whole: how many seals and points", async () => {
    expect(await archive()).toEqual({
      check: "archive read back",
      ok: true,
      outcome: "go",
      seen: "1 seal, 2 points",
      needed: "every object as its manifest says",
    });
  });

  test.each([
    ["an object that is gone", () => loses("points-00000")],
    ["an object of other bytes", () => spoils("points-00000")],
    ["a manifest of other bytes", () => spoils("manifest.json")],
  ])("%s: a quarantine, and withdraw is the way out", async (_, damage) => {
    damage();
    const line = await archive();
    expect(line).toMatchObject({ ok: false, outcome: "quarantine" });
    expect(line?.seen).toMatch(/is wrong|cannot be read/);
    expect(line?.next).toBe(`cellarman withdraw f ${firstSeal()} --reason "..."`);
  });

  test("a verified seal that is gone: a quarantine that names it", async () => {
    const key = firstSeal();
    world.cold.objects.delete(key);
    expect(await archive()).toMatchObject({
      ok: false,
      outcome: "quarantine",
      seen: `${key} is gone`,
      next: `cellarman withdraw f ${key} --reason "..."`,
    });
  });

  test("that the store does not give: no verdict on them", async () => {
    world.cold.hook = (_, key) => {
      if (key.endsWith("points-00000.parquet")) throw new CellarmanError("network", "no answer");
    };
    expect(await archive()).toMatchObject({ ok: false, outcome: "retry", seen: "no answer" });
  });

  test.each([
    ["object", () => loses("points-00000")],
    ["seal", () => world.cold.objects.delete(firstSeal())],
  ])("a lost %s that a purge rests on is told, and is no quarantine", async (_, damage) => {
    const key = firstSeal();
    plantIntent(world, [key]);
    damage();
    const line = await archive();
    expect(line).toMatchObject({ ok: true });
    expect(line?.seen).toBe(`0 seals, 0 points; LOST after a purge: ${key}`);
    // What hot still has is archived again.
    expect(await contents()).toMatchObject({ ok: false, outcome: "late" });
  });
});

describe("what comes next", () => {
  test("after late points: archive", async () => {
    world.held[0]?.points.push(point(3));
    expect((await contents())?.next).toBe("cellarman archive f");
  });

  test("while time alone is missing: nothing, but the date", async () => {
    await world.seal({ saw: [firstSeal()] });
    for (const [key, found] of world.cold.objects) {
      const lastModifiedMs = world.cold.clockMs - 1;
      if (key.startsWith("seals/")) world.cold.objects.set(key, { ...found, lastModifiedMs });
    }
    const line = await contents();
    expect(line).toMatchObject({ ok: false, outcome: "wait", seen: "its grace is not over" });
    expect(line?.earliestMs).toBe(world.cold.clockMs - 1 + 14 * 86_400_000);
    expect(line).not.toHaveProperty("next");
  });

  test("without an approval: approve", async () => {
    const { flow } = world.gate;
    world.gate = {
      ...world.gate,
      flow: { ...flow, purge: { ...flow.purge, mode: "approve" } },
    };
    const line = await contents();
    expect(line).toMatchObject({ ok: false, outcome: "wait", seen: "not approved" });
    expect(line?.next).toBe("cellarman approve f 2025-11");
    expect(line).not.toHaveProperty("earliestMs");
  });

  test("without a receipt: verify", async () => {
    loses("verified/");
    const line = await contents();
    expect(line).toMatchObject({ ok: false, outcome: "wait" });
    expect(line?.next).toBe("cellarman verify f");
  });

  test("when all is well: nothing", async () => {
    const line = await contents();
    expect(line).toMatchObject({ ok: true, seen: "all 2 hot points are in the archive" });
    expect(line?.needed).toBe("held by seals verified, cooled and approved");
  });
});

describe("what explains that hot lacks points", () => {
  beforeEach(() => {
    world.held[0]?.points.splice(0, 1);
  });

  test("an intent of the batch itself", async () => {
    const line = await contents();
    expect(line).toMatchObject({ ok: false, outcome: "quarantine" });
    expect(line).not.toHaveProperty("next");
    plantIntent(world, []);
    expect(await contents()).toMatchObject({ ok: true });
  });

  test("an intent that is made while hot is read: it is looked up afterwards", async () => {
    const { hot } = world.ports;
    const fetch: typeof hot.fetch = (...asked) => {
      plantIntent(world, []);
      return hot.fetch(...asked);
    };
    world.ports = { ...world.ports, hot: { ...hot, fetch } };
    expect(await contents()).toMatchObject({ ok: true });
  });

  test("an intent of one that it was split from", async () => {
    world.gate = { ...world.gate, batch: { ...world.gate.batch, parents: ["cccccccc-00000"] } };
    plantIntent(world, [], "cccccccc-00000");
    expect(await contents()).toMatchObject({ ok: true });
  });

  test("an intent of another plan's batch whose seal shares a series", async () => {
    await world.seal({ batch: OTHER, plan: hexHash(99), verifies: false });
    plantIntent(world, [], OTHER);
    expect(await contents()).toMatchObject({ ok: true });
  });

  test("not an intent of another plan's batch of other series", async () => {
    const held = [{ series: series("z"), points: [point(1)] }];
    await world.seal({ batch: OTHER, plan: hexHash(99), held });
    plantIntent(world, [], OTHER);
    expect(await contents()).toMatchObject({ ok: false, outcome: "quarantine" });
  });

  test("of a whole series: the most points that any seal holds of it", async () => {
    world.held[0]?.points.splice(0);
    expect(await contents()).toMatchObject({
      outcome: "quarantine",
      seen: "hot lacks 2 archived points of 1 series",
    });
  });
});
