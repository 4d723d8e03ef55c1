// The gate as a whole: what it asks in which order, what ends it, and what its warrant allows
// (design §3, "The gate").
import { beforeEach, describe, expect, test } from "vitest";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { fakeHot, type Held } from "../support/fake-hot.ts";
import { hexId } from "../support/values.ts";
import { gateWorld, type GateWorld, NOW_MS, point } from "./gate-world.ts";
import { idOf, listing, series } from "./series.ts";

let world: GateWorld;
beforeEach(async () => {
  world = await gateWorld();
});

const said = async () => {
  const { outcome, lines, warrant } = await world.judge();
  const first = lines.find((line) => !line.ok);
  return { outcome, check: first?.check, seen: first?.seen, warrant };
};

/** Answers of the n-th dry run, from 1; the others stay. */
function dryRuns(change: (n: number) => ReturnType<typeof listing> | undefined): void {
  const { dryRun } = world.ports.dryRunner;
  let n = 0;
  const dryRunner = { dryRun: (...a: Parameters<typeof dryRun>) => change(++n) ?? dryRun(...a) };
  world.ports = { ...world.ports, dryRunner };
}

describe("a gate that says go", () => {
  test("asks in this order: orders, fence, archive, series, hot, and the dry run once more", async () => {
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
    ]);
  });

  test("says each check in the design's order, and issues one warrant of what it read", async () => {
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
    expect(lines.at(-1)?.seen).toBe("2 series");
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

  test("a point that the archive has not is late; one that hot has not is a quarantine", async () => {
    world.held[0]?.points.push(point(3));
    expect(await said()).toMatchObject({ outcome: "late", check: "every hot point is archived" });
    world.held[0]?.points.splice(0, 3, point(1));
    expect(await said()).toMatchObject({
      outcome: "quarantine",
      seen: expect.stringMatching(/lacks 1 archived point/),
    });
  });

  test("a seal of another batch answers for nothing that this one's selector does not list", async () => {
    world.gate = { ...world.gate, process: hexId(9) };
    world.held.length = 1;
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "series of delete and read",
      seen: `${idOf("b")} was sealed and is not listed: the listing was cut`,
    });
  });
});

describe("the last dry run", () => {
  test("lists fewer than the first: no", async () => {
    dryRuns((n) => (n === 2 ? listing(series("a")) : undefined));
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "last dry run",
      seen: `${idOf("b")} is no longer listed`,
    });
  });

  test("lists two that print alike: no", async () => {
    dryRuns((n) => (n === 2 ? listing(series("a"), series("b"), series("b")) : undefined));
    expect(await said()).toMatchObject({
      outcome: "retry",
      seen: expect.stringMatching(/two series print as/),
    });
  });

  /** Hot prints a series that the first listings did not have, where it is asked for it alone. */
  function registers(one: Held[number]): void {
    dryRuns((n) => (n === 2 ? listing(series("a"), series("b"), one.series) : undefined));
    const { hot } = world.ports;
    const alone = fakeHot([one]);
    const fetch: typeof hot.fetch = (selector, ...rest) =>
      (selector === world.gate.batch.selector ? hot : alone).fetch(selector, ...rest);
    const count: typeof hot.count = (selector, ...rest) =>
      (selector === world.gate.batch.selector ? hot : alone).count(selector, ...rest);
    world.ports = { ...world.ports, hot: { ...hot, fetch, count } };
  }

  test("lists a new one without points: go, and the delete may touch it", async () => {
    registers({ series: series("c"), points: [point(100)] });
    const { outcome, warrant } = await said();
    expect(outcome).toBe("go");
    expect(warrant?.facts.expectedSeries).toEqual(new Set([idOf("a"), idOf("b"), idOf("c")]));
  });

  test("lists a new one whose points a read leaves out: the count tells, and it is no", async () => {
    registers({ series: series("c"), points: [point(5)] });
    const { hot } = world.ports;
    const nothing = fakeHot([]);
    const fetch: typeof hot.fetch = (selector, ...rest) =>
      (selector === world.gate.batch.selector ? hot : nothing).fetch(selector, ...rest);
    world.ports = { ...world.ports, hot: { ...hot, fetch } };
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "last dry run",
      seen: "read 0 points of =c{host=h}, counted 1",
    });
  });

  test("lists a new one that holds points: no, and it is named", async () => {
    registers({ series: series("c"), points: [point(5)] });
    expect(await said()).toMatchObject({
      outcome: "retry",
      check: "last dry run",
      seen: `${idOf("c")} came meanwhile, with points`,
      warrant: undefined,
    });
  });
});
