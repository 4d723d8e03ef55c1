// The reader of an archive's points takes what the script leaves, and nothing else.
import { describe, expect, it } from "vitest";
import { readColdPoints } from "../../../src/archive/hfile/cold-points.ts";
import { hfileStage, POINTS, ALL } from "../../support/hfiles.ts";
import { update } from "../../sim/warp10/stage.ts";

const POINT = ["10", "NaN", "NaN", "NaN", "LONG", "1"];
const of = (...point: unknown[]): unknown => ({ points: "1", series: [["c", {}, [point]]] });

it("reads every kind of point, newest first", () =>
  hfileStage(async ({ sim, result }) => {
    await update(sim, POINTS);
    await result("dump", { ...ALL, file: "x.hfile" });
    await result("open", { store: "archive", cat: {}, rescan: true });
    const found = [...readColdPoints(await result("points-cold", ALL)).values()];
    const all = found.flatMap(({ points }) => points);
    expect(found.map(({ identity }) => identity.startsWith("["))).toEqual([true, true, true]);
    expect(found.find(({ points }) => points.length === 6)?.points).toEqual([
      {
        timestamp: 60n,
        value: 9007199254740993n,
        location: { latitude: 48.49999995902181, longitude: -4.500000067055225 },
        elevation: 120n,
      },
      { timestamp: 50n, value: 100 },
      { timestamp: 40n, value: true },
      { timestamp: 30n, value: 'stré"\n' },
      { timestamp: 20n, value: 2.5 },
      { timestamp: 10n, value: 1n },
    ]);
    expect(all).toContainEqual({ timestamp: 10n, value: Buffer.from([0, 1, 2, 0x7f]) });
    expect(all).toContainEqual({ timestamp: 20n, value: Number.NaN, elevation: 7n });
    expect(all).toContainEqual({ timestamp: 10n, value: 1e-5 });
  }));

describe("refuses", () => {
  it.each([
    ["no map", []],
    ["no series", { points: "0" }],
    ["another count", { points: "2", series: [["c", {}, [POINT]]] }],
    ["a point too short", of(...POINT.slice(1))],
    ["a label that is no text", { points: "0", series: [["c", { k: 1 }, []]] }],
    ["a timestamp as a number", of(10, ...POINT.slice(1))],
    ["a timestamp beyond 64 bits", of("9223372036854775808", ...POINT.slice(1))],
    ["half a location", of("10", 1, "NaN", "NaN", "LONG", "1")],
    ["an unknown type", of("10", "NaN", "NaN", "NaN", "GTS", "1")],
    ["a LONG with a dot", of("10", "NaN", "NaN", "NaN", "LONG", "1.0")],
    ["a DOUBLE that is none", of("10", "NaN", "NaN", "NaN", "DOUBLE", "1,5")],
    ["a BOOLEAN that is none", of("10", "NaN", "NaN", "NaN", "BOOLEAN", "T")],
    ["bytes that are not hexadecimal", of("10", "NaN", "NaN", "NaN", "BYTES", "0")],
    ["a value that is no text", of("10", "NaN", "NaN", "NaN", "LONG", 1)],
  ])("%s", (_name, result) => {
    expect(() => readColdPoints(result)).toThrow(/the points of an archive do not read/);
  });

  it("nothing of a series in several entries: they become one", () => {
    const entry = ["c", { a: "1", b: "2" }, [POINT]];
    const other = ["c", { b: "2", a: "1" }, [["11", ...POINT.slice(1)]]];
    const found = readColdPoints({ points: "2", series: [entry, other] });
    expect([...found.values()].map(({ points }) => points.map((p) => p.timestamp))).toEqual([
      [11n, 10n],
    ]);
  });

  it("no DOUBLE that Warp 10 prints, whatever it calls an exact decimal", () => {
    for (const [text, value] of [
      ["1E+2", 100],
      ["1.0E-5", 1e-5],
      ["-Infinity", -Infinity],
      ["7", 7],
    ] as const) {
      const read = readColdPoints(of("10", "NaN", "NaN", "NaN", "BIGDECIMAL", text));
      expect([...read.values()][0]?.points[0]?.value).toBe(value);
    }
  });
});
