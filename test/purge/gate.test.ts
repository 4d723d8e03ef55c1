// The gate as a whole: what it asks in which order, what ends it, and what its warrant allows
// (design §3, "The gate").
import { beforeEach, describe, expect, test } from "vitest";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { hexHash } from "../support/values.ts";
import { gateWorld, type GateWorld, NOW_MS, point } from "./gate-world.ts";
import { idOf, series } from "./series.ts";

let world: GateWorld;
beforeEach(async () => {
  world = await gateWorld();
});

const said = async () => {
  const { outcome, lines, warrant } = await world.judge();
  const first = lines.find((line) => !line.ok);
  return { outcome, check: first?.check, seen: first?.seen, warrant };
};

describe("a gate that says go", () => {
  test("asks in this order: orders, fence, archive, series, hot, dry run again", async () => {
    await said();
    expect(world.asked.filter((call, i, all) => call !== all[i - 1])).toEqual([
      "facts",
      "token",
      "probe",
      "read series.parquet",
      "read points-00000.parquet",
      "dry run",
      "find",
      "fetch",
      "count",
      "dry run",
      "find",
    ]);
  });

  test("says each check in the design's order, and issues one warrant", async () => {
    const { outcome, lines, hotPoints, view, verdict, warrant } = await world.judge();
    expect(lines.map(({ check, ok }) => `${check}: ${ok}`)).toEqual(
      [
        "no hold",
        "flow on the default branch",
        "version of this tool",
        "time unit",
        "clocks agree",
        "period is old enough",
        "bounds",
        "read token shows every point",
        "on the purge list",
        "write fence",
        "archive read back",
        "series of delete and read",
        "hot read is complete",
        "every hot point is archived",
        "last dry run",
      ].map((check) => `${check}: true`),
    );
    expect([outcome, hotPoints, view?.seals.length, verdict?.outcome]).toEqual(["go", 2n, 1, "go"]);
    const { gate } = world;
    expect(warrant?.facts).toEqual({
      server: gate.plan.value.server,
      selector: gate.batch.selector,
      range: gate.range,
      unit: "ms",
      expectedSeries: new Set([idOf("a"), idOf("b")]),
      readBeganMs: NOW_MS,
      batch: gate.at.batch,
    });
    expect(lines.at(-1)).toMatchObject({
      seen: "2 series",
      needed: "no series with points beyond what was read",
    });
  });

  test("explained, it says the same and issues no warrant", async () => {
    const { outcome, lines, warrant } = await world.judge(true);
    expect([outcome, lines.length, warrant]).toEqual(["go", 15, undefined]);
  });
});

describe("a gate that says no", () => {
  test("ends at its first no, and reads nothing after it", async () => {
    world.gate = { ...world.gate, onList: false };
    const result = await world.judge();
    expect(result).toMatchObject({ outcome: "wait", warrant: undefined, view: undefined });
    expect(result.lines.at(-1)?.check).toBe("on the purge list");
    expect(world.asked).toEqual(["facts", "token"]);
  });

  test("explained, it goes on, says its first no, and issues no warrant", async () => {
    world.gate = { ...world.gate, onList: false };
    const result = await world.judge(true);
    expect(result).toMatchObject({ outcome: "wait", warrant: undefined, hotPoints: 2n });
    expect(result.lines.filter((line) => !line.ok)).toHaveLength(1);
    expect(result.lines).toHaveLength(15);
  });

  test("explained, it does not judge hot against an archive that it could not read", async () => {
    for (const key of world.cold.objects.keys()) {
      if (key.endsWith("points-00000.parquet")) world.cold.objects.delete(key);
    }
    const result = await world.judge(true);
    expect(result.lines.at(-1)).toMatchObject({ check: "archive read back", ok: false });
    expect(result.outcome).toBe("quarantine");
  });

  test.each<[string, string, string]>([
    ["facts", "time unit and clocks", "hot"],
    ["tokenFacts", "read token shows every point", "hot"],
    ["find", "series of delete and read", "hot"],
    ["fetch", "hot read", "hot"],
    ["count", "hot read", "hot"],
    ["dryRun", "series of delete and read", "dryRunner"],
    ["probe", "write fence", "prober"],
  ])("what throws says no: %s, at %s", async (call, doing, port) => {
    const fails = (): never => {
      throw new CellarmanError("server", "it failed", { hint: "try again" });
    };
    const mine = { ...world.ports[port as "hot"], [call]: fails };
    world.ports = { ...world.ports, [port]: mine };
    const { lines, outcome, warrant } = await world.judge();
    expect([outcome, warrant]).toEqual(["retry", undefined]);
    expect(lines.at(-1)).toMatchObject({
      check: doing,
      ok: false,
      seen: "it failed",
      needed: "a clear answer",
      next: "try again",
    });
  });

  test.each<[string, RegExp, string]>([
    ["no hold", /^holds\//, "a hold"],
    ["archive read back", /^seals\//, "a seal"],
    ["contents", /^intents\//, "an intent"],
  ])("what the bucket does not answer says no, at %s", async (doing, keys) => {
    let isReading = doing !== "contents";
    world.cold.hook = (_, key) => {
      if (key.endsWith("points-00000.parquet")) isReading = true;
      if (isReading && keys.test(key)) throw new CellarmanError("network", "no answer");
    };
    const { lines, outcome } = await world.judge();
    expect(outcome).toBe("retry");
    expect(lines.at(-1)).toEqual({
      check: doing,
      ok: false,
      outcome: "retry",
      seen: "no answer",
      needed: "a clear answer",
    });
    expect(lines.at(-1)).not.toHaveProperty("next");
  });

  test("what the default branch does not answer says no", async () => {
    const fails = () => Promise.reject(new CellarmanError("blocked", "git could not fetch"));
    const pathInside = (file: string) => Promise.resolve(file);
    const forge = { branch: "main", pathInside, fileAsFetched: fails, fileNow: fails };
    world.ports = { ...world.ports, forge };
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "flow on the default branch",
      seen: "git could not fetch",
    });
  });

  test("an abort is no answer of the gate", async () => {
    const reason = new Error("stop");
    const signal = AbortSignal.abort(reason);
    world.gate = { ...world.gate, signal };
    world.ports = {
      ...world.ports,
      hot: { ...world.ports.hot, facts: () => Promise.reject(new Error("cut")) },
    };
    await expect(world.judge()).rejects.toBe(reason);
  });

  test("a read token that hides points", async () => {
    const token = await world.ports.hot.tokenFacts();
    const hiding = { ...token, attributes: { ".start": "5" } };
    const hot = { ...world.ports.hot, tokenFacts: () => Promise.resolve(hiding) };
    world.ports = { ...world.ports, hot };
    expect(await said()).toMatchObject({
      outcome: "wait",
      check: "read token shows every point",
      seen: ".start=5",
    });
  });

  test("a hot read that a count does not confirm: points, or series", async () => {
    for (const counted of [
      { series: 1n, points: 3n },
      { series: 2n, points: 2n },
    ]) {
      const hot = { ...world.ports.hot, count: () => Promise.resolve(counted) };
      world.ports = { ...world.ports, hot };
      expect(await said()).toMatchObject({ outcome: "retry", check: "hot read is complete" });
    }
  });

  test("a point only in hot is late; one only in the archive is a quarantine", async () => {
    world.held[0]?.points.push(point(3));
    expect(await said()).toMatchObject({ outcome: "late", check: "every hot point is archived" });
    world.held[0]?.points.splice(0, 3, point(1));
    expect(await said()).toMatchObject({
      outcome: "quarantine",
      seen: expect.stringMatching(/lacks 1 archived point/),
    });
  });

  const other = { batch: "bbbbbbbb-00000", plan: hexHash(99) };

  test("series that only another plan's seal lists need not be listed: go", async () => {
    await world.seal({ ...other, held: [{ series: series("z"), points: [point(7)] }] });
    expect(await said()).toMatchObject({ outcome: "go" });
  });

  test("points of another plan's seal count against where this batch has the series", async () => {
    await world.seal({ ...other, held: [{ series: series("b"), points: [point(7)] }] });
    expect(await said()).toMatchObject({
      outcome: "quarantine",
      seen: "hot lacks 1 archived points of 1 series",
    });
  });

  test("and where it lists the series only since it was sealed", async () => {
    await world.seal({ ...other, held: [{ series: series("c"), points: [point(7)] }] });
    world.held.push({ series: series("c"), points: [] });
    expect(await said()).toMatchObject({
      outcome: "quarantine",
      seen: "hot lacks 1 archived points of 1 series",
    });
  });

  test("a series of the sealed list that is listed no more: a listing was cut", async () => {
    world.held.length = 1;
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "series of delete and read",
      seen: `${idOf("b")} was sealed and is not listed: the listing was cut`,
    });
  });
});
