import { parquetReadObjects } from "hyparquet";
import zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSeriesList, writeSeriesList } from "../../../src/archive/parquet/series-list.ts";
import type { SeriesTotals } from "../../../src/archive/points.ts";
import { identityOf, type ListedSeries } from "../../../src/warp10/series.ts";
import { caught, hexHash } from "../../support/values.ts";
import { runs } from "./arbitrary.ts";

const name = fc.string({ unit: "grapheme", maxLength: 8 });
const names = fc.dictionary(name, name, { maxKeys: 3, noNullPrototype: true });
const listed = fc.uniqueArray(fc.record({ className: name, labels: names, attributes: names }), {
  selector: identityOf,
  maxLength: 20,
});

const MIN = -(2n ** 63n);

/** Totals of every second series. */
function totalsOf(series: readonly ListedSeries[]): SeriesTotals[] {
  return series
    .filter((_, i) => i % 2 === 0)
    .map((one, i) => ({
      identity: identityOf(one),
      points: i + 1,
      first: MIN + BigInt(i),
      last: 2n ** 63n - 1n,
      digest: hexHash(i),
    }));
}

describe("the series list", () => {
  it("holds every series, with and without points", () => {
    fc.assert(
      fc.property(listed, (series) => {
        const totals = totalsOf(series);
        const rows = readSeriesList(writeSeriesList(series, totals));
        expect(rows).toEqual(
          series
            .map((one) => {
              const identity = identityOf(one);
              const held = totals.find((total) => total.identity === identity);
              const { points = 0, first, last, digest } = held ?? {};
              return { ...one, identity, points, first, last, digest };
            })
            .toSorted((a, b) => (a.identity < b.identity ? -1 : 1)),
        );
      }),
      runs(150),
    );
  });

  it("holds a series that has points and was not listed", () => {
    const late = { className: "late", labels: { a: "b" }, attributes: {} };
    const [row] = readSeriesList(writeSeriesList([], totalsOf([late])));
    expect(row).toMatchObject({ ...late, points: 1, digest: hexHash(0) });
  });

  it("of 5,000 series takes little, of one a kilobyte", () => {
    const series = Array.from({ length: 5_000 }, (_, i) => ({
      className: `cpu.${i % 10}`,
      labels: { host: `host-${Math.floor(i / 10)}`, rack: String(i % 40) },
      attributes: {},
    }));
    const bytes = writeSeriesList(series, []);
    expect(bytes.length / series.length).toBeLessThan(4);
    expect(readSeriesList(bytes).length).toBe(5_000);
    expect(writeSeriesList(series.slice(0, 1), []).length).toBeLessThan(1_200);
  });

  it("reads in another library", async () => {
    const series = [
      { className: "b", labels: { é: "1" }, attributes: { unit: "%" } },
      { className: "a", labels: {}, attributes: {} },
    ];
    const totals = totalsOf(series);
    const bytes = Uint8Array.from(writeSeriesList(series, totals));
    const rows = await parquetReadObjects({
      file: bytes.buffer,
      compressors: { ZSTD: (input) => zlib.zstdDecompressSync(input) },
    });
    expect(rows).toEqual([
      {
        class: "a",
        labels: "{}",
        attributes: "{}",
        points: 0n,
        first: null,
        last: null,
        digest: null,
      },
      {
        class: "b",
        labels: '{"é":"1"}',
        attributes: '{"unit":"%"}',
        points: 1n,
        first: MIN,
        last: 2n ** 63n - 1n,
        digest: hexHash(0),
      },
    ]);
  });

  it("that is damaged does not read, or reads as it was", () => {
    const series = [{ className: "b", labels: { a: "1" }, attributes: { unit: "%" } }];
    const bytes = writeSeriesList(series, totalsOf(series));
    const whole = readSeriesList(bytes);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 85;
      let rows: unknown;
      try {
        rows = readSeriesList(damaged);
      } catch {
        expect(caught(() => readSeriesList(damaged)).code).toBe("unreadable");
        continue;
      }
      expect(rows).toEqual(whole);
    }
  });
});
