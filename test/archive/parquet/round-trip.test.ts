import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Point, pointAt, type PointStream } from "../../../src/archive/points.ts";
import { SeriesDigests } from "../../../src/archive/digest.ts";
import { TIME_UNIT_KEY } from "../../../src/archive/parquet/format.ts";
import { readParquetPoints } from "../../../src/archive/parquet/read.ts";
import { PointsWriter } from "../../../src/archive/parquet/write.ts";
import { readPoints } from "../../../src/warp10/text/read.ts";
import {
  objectOf,
  objectsOf,
  runs,
  seriesTotalsOf,
  someSeries,
  streamOf,
  type TestSeries,
  textOf,
  totalsOf,
} from "./arbitrary.ts";

async function pointsIn(stream: PointStream): Promise<(Point & { identity: string })[]> {
  const points: (Point & { identity: string })[] = [];
  for await (const batch of stream) {
    for (let row = 0; row < batch.rows; row++) {
      const identity = stream.series[batch.series[row] ?? 0]?.identity ?? "";
      points.push({ identity, ...pointAt(batch, row) });
    }
  }
  return points;
}

/** A long series of points. */
const many = (count: number, valueOf: (i: number) => Point["value"], name = "c"): TestSeries => ({
  className: name,
  labels: { name },
  points: Array.from({ length: count }, (_, i) => ({
    timestamp: BigInt(count - i) * 10n,
    value: valueOf(i),
  })),
});

describe("points through Parquet", () => {
  it("come back as they were, for any points", async () => {
    await fc.assert(
      fc.asyncProperty(someSeries, async (series) => {
        const object = await objectOf(streamOf(series));
        const back = readParquetPoints(object);
        expect(await pointsIn(back)).toEqual(await pointsIn(streamOf(series)));
        expect(back.series).toEqual(streamOf(series).series);
      }),
      runs(150),
    );
  });

  it("have the digest of the text they came in", async () => {
    await fc.assert(
      fc.asyncProperty(someSeries, fc.integer({ min: 1, max: 99 }), async (series, cut) => {
        const text = textOf(series);
        const chunks = Array.from({ length: Math.ceil(text.length / cut) }, (_, i) =>
          text.subarray(i * cut, (i + 1) * cut),
        );
        const fromText = await totalsOf(readPoints(chunks, { where: "test" }));
        const object = await objectOf(readPoints([text], { where: "test" }));
        expect(await totalsOf(readParquetPoints(object))).toEqual(fromText);
      }),
      runs(150),
    );
  });

  it("are the same bytes, however the batches were cut", async () => {
    const series = [many(3_000, (i) => BigInt(i % 17)), many(10, (i) => i / 3, "d")];
    const whole = await objectOf(streamOf(series, 5_000));
    expect(await objectOf(streamOf(series, 77))).toEqual(whole);
  });

  it("carry metadata", async () => {
    const stream = streamOf([many(1, () => true)]);
    const writer = new PointsWriter(stream.series, { metadata: { [TIME_UNIT_KEY]: "us", é: "ü" } });
    for await (const batch of stream) writer.add(batch);
    const back = readParquetPoints(writer.end()[0]?.bytes ?? new Uint8Array());
    await totalsOf(back);
    expect(Object.fromEntries(back.metadata)).toEqual({
      "cellarman.format": "cellarman/points/v1",
      "cellarman.time-unit": "us",
      é: "ü",
    });
  });

  it("make no object where there are none", async () => {
    expect(await objectsOf(streamOf([]))).toEqual([]);
  });
});

describe("row groups and objects", () => {
  // 64 random bits a point do not compress: about 1 MB a row group.
  let state = 1n;
  const noise = () => (state = BigInt.asIntN(64, state * 6_364_136_223_846_793_005n + 1n));
  const all = [many(135_000, noise), many(5_000, (i) => i / 10, "d")];

  it("hold 131,072 rows at most, a series going on from one to the next", async () => {
    const writer = new PointsWriter(streamOf(all).series, { metadata: {} });
    for await (const batch of streamOf(all, 50_000)) expect(writer.add(batch)).toEqual([]);
    const [object] = writer.end();
    expect(object).toMatchObject({ rows: 140_000, firstSeries: 0, lastSeries: 1 });
    const back = readParquetPoints(object?.bytes ?? new Uint8Array());
    const rows: number[] = [];
    const digests = new SeriesDigests(back.series);
    for await (const batch of back) {
      rows.push(batch.rows);
      digests.add(batch);
    }
    expect(rows).toEqual([131_072, 8_928]);
    expect(digests.finish()).toEqual(await seriesTotalsOf(streamOf(all, 131_072)));
  });

  it.each([
    ["bytes", { maxBytes: 1_080_000 }],
    ["rows", { maxRows: 131_072 }],
  ])("objects end at their limit of %s, and together hold everything", async (_, limits) => {
    const objects = await objectsOf(streamOf(all, 131_072), limits);
    expect(objects.length).toBe(2);
    let points = 0;
    for (const object of objects) {
      expect(object.length).toBeLessThanOrEqual(1_080_000);
      points += (await totalsOf(readParquetPoints(object))).points;
    }
    expect(points).toBe(140_000);
  });

  it("a row group ends early when its strings are many", async () => {
    const text = "x".repeat(10_000);
    const object = await objectOf(streamOf([many(2_000, (i) => text + i)], 500));
    const rows: number[] = [];
    for await (const batch of readParquetPoints(object)) rows.push(batch.rows);
    expect(rows.length).toBe(3);
    expect(Math.max(...rows)).toBeLessThan(900);
  });

  it("many tiny series share one row group", async () => {
    const all = Array.from({ length: 5_000 }, (_, i) => many(1, () => BigInt(i), `s${i}`));
    const object = await objectOf(streamOf(all, 1_000));
    expect(object.length / 5_000).toBeLessThan(16);
    const totals = await seriesTotalsOf(readParquetPoints(object));
    expect(totals).toEqual(await seriesTotalsOf(streamOf(all)));
  });
});

describe("sizes", () => {
  it("a tiny object is small, unused columns cost next to nothing", async () => {
    expect((await objectOf(streamOf([many(20, (i) => BigInt(i))]))).length).toBeLessThan(1_600);
  });

  it("series that repeat irregular timestamps are stored once", async () => {
    const times = Array.from({ length: 5_000 }, (_, i) =>
      BigInt(-i * 10_000_000 + ((i * i) % 997)),
    );
    const host = (n: number): TestSeries => ({
      className: `m${n}`,
      labels: {},
      points: times.map((timestamp) => ({ timestamp, value: 1n })),
    });
    const one = (await objectOf(streamOf([host(0)], 131_072))).length;
    const ten = (
      await objectOf(
        streamOf(
          Array.from({ length: 10 }, (_, n) => host(n)),
          131_072,
        ),
      )
    ).length;
    expect(ten).toBeLessThan(one * 2);
  });
});
