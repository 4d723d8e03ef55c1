// The digest: the same whatever the chunks, another for every kind of change.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InfoNames } from "../../../sim/warp10/hfiles/options.ts";
import { readColdPoints } from "../../../src/archive/hfile/cold-points.ts";
import { ServerDigest } from "../../support/server-digest.ts";
import type { Point } from "../../../src/archive/points.ts";
import { identityOf } from "../../../src/warp10/series.ts";
import { ALL, POINTS, type Row, hfileStage, rows } from "../../support/hfiles.ts";
import { update } from "../../sim/warp10/stage.ts";

const value = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) =>
    (Number.isInteger(x) ? `${x}.0` : String(x))
      .replace(/^(-?\d+)e/, "$1.0e")
      .replace(/e\+?/, "E")
      .replace(/^(.*E.*)\.0$/, "$1"),
  ),
  fc.constantFrom("T", "F", "NaN", "Infinity", "1.5", "7.0", "100.0"),
  fc.string({ unit: "grapheme", maxLength: 8 }).map((s) => `'${encodeURIComponent(s)}'`),
  fc.uint8Array({ maxLength: 6 }).map((b) => `b64:${Buffer.from(b).toString("base64url")}`),
);
const place = fc.constantFrom("//", "/48.5:-4.5/", "//120", "/-10:170/-5");
const line = fc
  .tuple(fc.integer({ min: 0, max: 300 }), place, fc.constantFrom("k=v", "k=w", ""), value)
  .map(([ts, at, labels, text]) => `${ts}${at} c{${labels}} ${text}`);

const switches = fc.record({
  chunkPoints: fc.integer({ min: 1, max: 50 }),
  macroCalls: fc.constantFrom("chunk", "series"),
  macroSymbols: fc.constantFrom("shared", "restored"),
  naming: fc.constantFrom("append", "replace"),
  catalogFiles: fc.boolean(),
  temporaryName: fc.boolean(),
  partial: fc.constantFrom("kept", "removed"),
  fetched: fc.boolean(),
  encrypted: fc.boolean(),
  infoNames: fc.constantFrom<Partial<InfoNames>>({}, { points: "count" }, { series: "", size: "" }),
});

describe("the digest does not depend on chunks", () => {
  it("for any points and any server that the documentation allows, dumped, hot and cold", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        switches,
        fc.constantFrom("GZ", "NONE", "SNAPPY"),
        (lines, chosen, compress) =>
          hfileStage(async ({ sim, result }) => {
            expect((await update(sim, lines.join("\n"))).status).toBe(200);
            const dumped = await result("dump", { ...ALL, file: "x.hfile", compress });
            await result("open", { store: "archive", cat: {}, rescan: true });
            const hot = rows(await result("digest-hot", ALL));
            expect(rows(dumped)).toEqual(hot);
            expect(rows(await result("digest-cold", ALL))).toEqual(hot);
            expect(String(dumped.infos[chosen.infoNames.points ?? "datapoints"])).toBe(
              dumped.points,
            );
          }, chosen),
      ),
      { numRuns: 40 },
    ));
});

const CHANGES: readonly (readonly [string, string])[] = [
  ["a value", "10// a{k=v} 2"],
  ["a type: LONG to STRING", "10// a{k=v} '1'"],
  ["a type: LONG to BOOLEAN", "10// a{k=v} T"],
  ["a type: LONG to DOUBLE", "10// a{k=v} 1.5"],
  ["a type: BYTES to STRING", "10// a{k=w,z=%2C%3D} '%00%01%02%7F'"],
  ["the last digit of a large LONG", "60/48.5:-4.5/120 a{k=v} 9007199254740992"],
  ["a location", "60/48.5:-4.6/120 a{k=v} 9007199254740993"],
  ["no location", "60//120 a{k=v} 9007199254740993"],
  ["an elevation", "60/48.5:-4.5/121 a{k=v} 9007199254740993"],
  ["no elevation", "20// a{k=w,z=%2C%3D} NaN"],
  ["a point more", "11// a{k=v} 1"],
  ["a string's case", "30// a{k=v} 'strE'"],
];

/** Digests by series. */
async function hotDigests(text: string, more = ""): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await hfileStage(async ({ sim, result }) => {
    await update(sim, text);
    if (more !== "") await update(sim, more);
    for (const row of (await result("digest-hot", ALL)).series) {
      found.set(identityOf({ className: row[0], labels: row[1] }), row[3]);
    }
  });
  return found;
}

describe("the digest detects", () => {
  it.each(CHANGES)("%s", async (_name, changed) => {
    const before = await hotDigests(POINTS);
    const after = await hotDigests(POINTS, changed);
    const differing = [...before].filter(([identity, digest]) => after.get(identity) !== digest);
    expect(after.size).toBe(before.size);
    expect(differing).toHaveLength(1);
  });

  it("a timestamp that moved", async () => {
    const before = await hotDigests("10// a{} 1\n20// a{} 2");
    const after = await hotDigests("10// a{} 1\n21// a{} 2");
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect([...after.values()]).not.toEqual([...before.values()]);
  });

  it("values that changed places", async () => {
    const before = await hotDigests("10// a{} 1\n20// a{} 2");
    expect(await hotDigests("10// a{} 2\n20// a{} 1")).not.toEqual(before);
  });

  it("a label, and a class: the series is another one", async () => {
    const before = await hotDigests("10// a{k=v} 1");
    const labelled = await hotDigests("10// a{k=w} 1");
    expect([...labelled.values()]).toEqual([...before.values()]);
    expect([...labelled.keys()]).not.toEqual([...before.keys()]);
    expect([...(await hotDigests("10// b{k=v} 1")).keys()]).not.toEqual([...before.keys()]);
  });
});

describe("the digest for a client", () => {
  const digestOf = (points: readonly Point[]): string | undefined => {
    const digest = new ServerDigest();
    for (const point of points) digest.add(point);
    expect(digest.points).toBe(BigInt(points.length));
    return digest.digest;
  };

  it("is the one that a real server was recorded to give", () => {
    const points = [1n, 2.5, "str", true, 7n].map((one, i): Point => ({
      timestamp: BigInt(10 * (i + 1)),
      value: one,
    }));
    expect(digestOf(points)).toBe("-1788593160703383698");
  });

  it("agrees with the server on every point that it is sure of", () =>
    fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 30 }), (lines) =>
        hfileStage(async ({ sim, result }) => {
          await update(sim, lines.join("\n"));
          await result("dump", { ...ALL, file: "x.hfile" });
          await result("open", { store: "archive", cat: {}, rescan: true });
          const points = readColdPoints(await result("points-cold", ALL));
          const { series } = await result("digest-cold", ALL);
          expect(points.size).toBe(series.length);
          for (const row of series) expectAgreement(row, points);
        }),
      ),
      { numRuns: 25 },
    ));

  function expectAgreement(row: Row, points: ReturnType<typeof readColdPoints>): void {
    const [className, labels, count, digest] = row;
    const held = points.get(identityOf({ className, labels }))?.points ?? [];
    expect(String(held.length)).toBe(count);
    expect([undefined, digest]).toContain(digestOf(held));
    const sure = held.every(
      (p) => typeof p.value !== "number" || Number.isNaN(p.value) || p.value === 1.5,
    );
    if (sure) expect(digestOf(held)).toBe(digest);
  }

  it("says nothing of a series with a number that has two forms", () => {
    for (const unsure of [7, 100, 1e-5, 1e7, 0]) {
      expect(digestOf([{ timestamp: 1n, value: unsure }])).toBeUndefined();
    }
    for (const sure of [0.001, 9999999.5, -2.5, Number.NaN, Infinity]) {
      expect(digestOf([{ timestamp: 1n, value: sure }])).toMatch(/^-?\d+$/);
    }
  });
});
