import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateBatch, appendPoint, type Point, type Value } from "../../../src/archive/points.ts";
import { SeriesDigests } from "../../../src/archive/digest.ts";
import { caught } from "../../support/values.ts";
import {
  runs,
  seriesTotalsOf,
  someSeries,
  streamOf,
  type TestSeries,
} from "../parquet/arbitrary.ts";

const int64 = (value: bigint): Buffer => Buffer.from(BigInt64Array.of(value).buffer);

const float64 = (value: number): Buffer =>
  Number.isNaN(value)
    ? Buffer.from("000000000000f87f", "hex")
    : Buffer.from(Float64Array.of(value).buffer);

const blob = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(Uint32Array.of(bytes.length).buffer), bytes]);

/** Kind and value, as the canonical record has them. */
function valueOf(value: Value): [number, Buffer] {
  if (typeof value === "bigint") return [1, int64(value)];
  if (typeof value === "number") return [2, float64(value)];
  if (typeof value === "boolean") return [3, Buffer.from([value ? 1 : 0])];
  if (typeof value === "string") return [4, blob(Buffer.from(value))];
  return [5, blob(value)];
}

/** The canonical record, written down once more: the reference. */
function recordOf({ timestamp, value, location, elevation }: Point): Buffer {
  const [kind, bytes] = valueOf(value);
  const flags = (location ? 16 : 0) + (elevation === undefined ? 0 : 32);
  return Buffer.concat([
    int64(timestamp),
    Buffer.from([kind + flags]),
    bytes,
    ...(location ? [float64(location.latitude), float64(location.longitude)] : []),
    ...(elevation === undefined ? [] : [int64(elevation)]),
  ]);
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const HERE = { latitude: 48.85, longitude: 2.35 };
const one = (points: Point[]): TestSeries[] => [{ className: "c", labels: {}, points }];

describe("SeriesDigests", () => {
  it("is SHA-256 over the canonical records, byte for byte", async () => {
    const [totals] = await seriesTotalsOf(streamOf(one([{ timestamp: 258n, value: 1n }])));
    const record = "0201000000000000" + "01" + "0100000000000000";
    expect(totals?.digest).toBe(sha256(Buffer.from(record, "hex")));
    expect(totals).toMatchObject({ points: 1, first: 258n, last: 258n, identity: '["c",{}]' });
  });

  it("is the reference for any points, in batches of any size", async () => {
    await fc.assert(
      fc.asyncProperty(someSeries, fc.integer({ min: 1, max: 50 }), async (series, rows) => {
        const totals = await seriesTotalsOf(streamOf(series, rows));
        expect(totals.map((t) => [t.points, t.first, t.last, t.digest])).toEqual(
          series.map(({ points }) => [
            points.length,
            points.at(-1)?.timestamp,
            points[0]?.timestamp,
            sha256(Buffer.concat(points.map(recordOf))),
          ]),
        );
      }),
      runs(150),
    );
  });

  it("holds together over its buffer's size, long strings included", async () => {
    const points = Array.from({ length: 5_000 }, (_, i): Point => {
      const timestamp = 10_000n - BigInt(i);
      if (i % 1_000 === 7) return { timestamp, value: "é".repeat(i * 5) };
      return { timestamp, value: i % 3 === 0 ? BigInt(i) : i / 7 };
    });
    const [totals] = await seriesTotalsOf(streamOf(one(points), 512));
    expect(totals?.digest).toBe(sha256(Buffer.concat(points.map(recordOf))));
  });

  it.each<[string, Partial<Point>]>([
    ["bare", {}],
    ["with a place", { location: { latitude: 1, longitude: 2 }, elevation: 3n }],
  ])("takes every NaN as one, and 0.0 apart from -0.0: %s", (_, place) => {
    const digestOf = (bits: bigint) => {
      const batch = allocateBatch(1);
      appendPoint(batch, 0, { timestamp: 1n, value: 0.5, ...place });
      batch.bits[0] = BigInt.asIntN(64, bits);
      const digests = new SeriesDigests([{ className: "c", labels: {}, identity: "c" }]);
      digests.add(batch);
      return digests.finish()[0]?.digest;
    };
    const nan = digestOf(0x7ff8000000000000n);
    expect(digestOf(0xfff8000000000001n)).toBe(nan);
    expect(digestOf(0x7ff0000000000001n)).toBe(nan);
    expect(digestOf(0xfff8000000000000n)).toBe(nan);
    expect(digestOf(0x7ff0000100000000n)).toBe(nan);
    expect(digestOf(0x7ff0000000000000n)).not.toBe(nan);
    expect(digestOf(0xfff0000000000000n)).not.toBe(digestOf(0x7ff0000000000000n));
    expect(digestOf(0x3ff8000000000001n)).not.toBe(nan);
    expect(digestOf(0n)).not.toBe(digestOf(1n << 63n));
  });

  it.each([16_300, 16_342, 16_343, 16_344, 16_383, 16_384, 16_400, 16_426, 40_000])(
    "is the reference for a string of %i bytes among others",
    async (length) => {
      const points = [3n, 2n, 1n].flatMap((at): Point[] => [
        { timestamp: 2n * at + 1n, value: "s".repeat(length), location: HERE, elevation: 1n },
        { timestamp: 2n * at, value: "between" },
      ]);
      const [totals] = await seriesTotalsOf(streamOf(one(points)));
      expect(totals?.digest).toBe(sha256(Buffer.concat(points.map(recordOf))));
    },
  );

  const numbers = (count: number, more: (i: number) => Partial<Point>): Point[] =>
    Array.from({ length: count }, (_, i) => ({
      timestamp: BigInt(count - i),
      value: i % 2 === 0 ? BigInt(i) : i / 3,
      ...more(i),
    }));
  it.each<[string, (i: number) => Partial<Point>]>([
    ["an elevation alone", () => ({ elevation: 7n })],
    ["the lowest elevation that is one", () => ({ elevation: -(2n ** 63n) + 1n })],
    ["an elevation of zero", () => ({ elevation: 0n })],
    ["an elevation whose low half is zero", () => ({ elevation: 2n ** 40n })],
    ["a place alone", () => ({ location: HERE })],
    ["both", () => ({ location: HERE, elevation: 7n })],
    ["an elevation on the last of them", (i) => (i === 1_999 ? { elevation: 7n } : {})],
    ["a place on the last of them", (i) => (i === 1_999 ? { location: HERE } : {})],
    ["an elevation on the first of them", (i) => (i === 0 ? { elevation: 7n } : {})],
    ["a truth now and then", (i) => (i % 7 === 0 ? { value: true } : {})],
    ["a long that has a NaN's bits", (i) => (i % 5 ? {} : { value: 0x7ff0_0000_0000_0001n })],
    ["nothing else", () => ({})],
  ])("is the reference for numbers with %s, over its buffer's size", async (_, more) => {
    const points = numbers(2_000, more);
    for (const rows of [1, 999, 2_000]) {
      const [totals] = await seriesTotalsOf(streamOf(one(points), rows));
      expect(totals?.digest).toBe(sha256(Buffer.concat(points.map(recordOf))));
    }
  });

  it("counts only what lies in a range, as if nothing else were there", async () => {
    const bounds = fc.tuple(fc.bigInt(-50n, 2_050n), fc.bigInt(0n, 500n));
    await fc.assert(
      fc.asyncProperty(someSeries, bounds, fc.integer({ min: 1, max: 9 }), async (series, b, n) => {
        const range = { start: b[0], end: b[0] + b[1] };
        const inside = series.map((one) => ({
          ...one,
          points: one.points.filter((p) => p.timestamp >= range.start && p.timestamp <= range.end),
        }));
        const stream = streamOf(series, n);
        const digests = new SeriesDigests(stream.series, range);
        for await (const batch of stream) digests.add(batch);
        const held = inside.filter((one) => one.points.length > 0);
        expect(digests.finish()).toEqual(await seriesTotalsOf(streamOf(held)));
      }),
      runs(150),
    );
  });

  it("refuses series that go back", () => {
    const digests = new SeriesDigests([]);
    const batch = allocateBatch(2);
    appendPoint(batch, 1, { timestamp: 1n, value: 1n });
    appendPoint(batch, 0, { timestamp: 1n, value: 1n });
    expect(caught(() => digests.add(batch))).toMatchObject({
      code: "internal",
      message: "series 0 came after series 1",
    });
  });

  it("refuses points of a series that the stream does not list", () => {
    const digests = new SeriesDigests([]);
    const batch = allocateBatch(1);
    appendPoint(batch, 0, { timestamp: 1n, value: 1n });
    digests.add(batch);
    expect(caught(() => digests.finish())).toMatchObject({
      code: "internal",
      message: "no series 0 was listed",
    });
  });
});
