import zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pointChunks } from "../../../src/archive/parquet/row-group.ts";
import type { ChunkSource } from "../../../src/archive/parquet/chunk.ts";
import {
  type Column,
  FORMAT_KEY,
  POINT_COLUMNS,
  POINTS_FORMAT,
} from "../../../src/archive/parquet/format.ts";
import { encodeGroup, OpenFile } from "../../../src/archive/parquet/object.ts";
import { readParquetPoints } from "../../../src/archive/parquet/read.ts";
import { plainWords } from "../../../src/archive/parquet/values.ts";
import { CellarmanError } from "../../../src/runtime/errors.ts";
import { allocateBatch, appendPoint, type Point } from "../../../src/archive/points.ts";
import { rejected } from "../../support/values.ts";
import { objectOf, runs, streamOf, type TestSeries, totalsOf } from "./arbitrary.ts";

const place = { latitude: 48.5, longitude: -4.5 };
const mixed: TestSeries[] = [
  {
    className: "c",
    labels: { host: "a" },
    points: [
      { timestamp: 9n, value: 1n },
      { timestamp: 8n, value: 2.5, location: place, elevation: 12n },
      { timestamp: 7n, value: true },
      { timestamp: 6n, value: "text" },
      { timestamp: 5n, value: Buffer.from([1, 2, 3]) },
    ],
  },
  {
    className: "d",
    labels: {},
    points: Array.from({ length: 400 }, (_, i) => ({
      timestamp: BigInt(1_000 - i),
      value: (i % 7) / 10,
    })),
  },
];

/** What reading says: a digest, or the code of the failure. Anything else fails the test. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    return (await totalsOf(readParquetPoints(bytes))).digest;
  } catch (error) {
    if (error instanceof CellarmanError) return error.code;
    throw error;
  }
}

describe("a damaged object", () => {
  it("with any one byte changed does not read, or reads as what it was", async () => {
    const object = await objectOf(streamOf(mixed));
    const whole = await outcome(object);
    let unnoticed = 0;
    for (let at = 0; at < object.length; at++) {
      const damaged = Buffer.from(object);
      damaged[at] = (damaged[at] ?? 0) ^ ([1, 128, 255][at % 3] ?? 0);
      const said = await outcome(damaged);
      if (said === whole) unnoticed++;
      else expect(said).toBe("unreadable");
    }
    // Statistics, sizes and the like that reading points does not use: SHA-256 covers them.
    expect(unnoticed).toBeLessThan(object.length * 0.35);
  });

  it("cut anywhere does not read", async () => {
    const object = await objectOf(streamOf(mixed));
    for (let length = 0; length < object.length; length++) {
      expect(await outcome(object.subarray(0, length))).toBe("unreadable");
    }
    expect(await outcome(Buffer.concat([object, Buffer.alloc(1)]))).toBe("unreadable");
  });

  it("with random bytes written over it never crashes", async () => {
    const object = await objectOf(streamOf(mixed));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(object.length - 1),
        fc.uint8Array({ maxLength: 40 }),
        async (at, b) => {
          const damaged = Buffer.from(object);
          damaged.set(b.subarray(0, damaged.length - at), at);
          const said = await outcome(damaged);
          expect([await outcome(object), "unreadable"]).toContain(said);
        },
      ),
      runs(300),
    );
  });
});

describe("an object of another make", () => {
  /** A file of one row group with some chunks replaced. */
  function fileOf(points: readonly Point[][], change: (sources: ChunkSource[]) => ChunkSource[]) {
    const batch = allocateBatch(100);
    for (const [number, some] of points.entries()) {
      for (const one of some) appendPoint(batch, number, one);
    }
    const series = points.map((_, n) => ({ className: `s${n % 2}`, labels: {}, identity: "" }));
    const file = new OpenFile(POINT_COLUMNS);
    file.add(encodeGroup(batch.rows, change(pointChunks(batch, series))));
    return file.finish({ [FORMAT_KEY]: POINTS_FORMAT });
  }
  const two: Point[] = [
    { timestamp: 2n, value: 1n },
    { timestamp: 1n, value: 2n },
  ];
  const replace = (name: string, part: Partial<ChunkSource>) => (sources: ChunkSource[]) =>
    sources.map((one) => (one.column.name === name ? { ...one, ...part } : one));
  const words = Int32Array.of(5, 0, 5, 0);
  const values = { defined: 1 as const, encode: () => plainWords(words, 2) };

  it.each([
    ["two values in a row", fileOf([two], replace("double", values)), /not one value/],
    ["no value in a row", fileOf([two], replace("long", { defined: 0 })), /not one value/],
    ["half a place", fileOf([two], replace("latitude", values)), /half a place/],
    ["one timestamp twice", fileOf([two], replace("timestamp", values)), /do not descend/],
    ["a series in two places", fileOf([two, two, two], (s) => s), /in two places/],
    ["fewer rows in a chunk", fileOf([two], replace("elevation", { rows: 1 })), /other rows/],
  ])("%s", async (_, bytes, message) => {
    const error = await rejected(totalsOf(readParquetPoints(bytes)));
    expect(error.code).toBe("unreadable");
    expect(error.message).toMatch(message);
  });

  it("reads where nothing was replaced", async () => {
    const sum = await totalsOf(readParquetPoints(fileOf([two, two], (s) => s)));
    expect(sum).toMatchObject({ series: 2, points: 4 });
  });

  it.each([
    ["a column less", POINT_COLUMNS.slice(1), POINTS_FORMAT],
    ["columns in another order", [...POINT_COLUMNS].toReversed(), POINTS_FORMAT],
    ["another format", [...POINT_COLUMNS], "cellarman/points/v2"],
  ])("%s", async (_, columns: readonly Column[], format) => {
    const bytes = new OpenFile(columns).finish({ [FORMAT_KEY]: format });
    expect((await rejected(totalsOf(readParquetPoints(bytes)))).code).toBe("unreadable");
  });

  it("a file of another library's", async () => {
    const bytes = zlib.gunzipSync(Buffer.from(FOREIGN, "base64"));
    expect(await outcome(bytes)).toBe("unreadable");
  });
});

/** A file of pyarrow's: one column of three integers. */
const FOREIGN = [
  "H4sIAInHAWsC/5VRsU7DMBC9pJWVgaFFdWRLHjJABFJaUlAZEAznqAgEFSWiYo6qKGWAhhSan+Kb+BbOSRoWFp5s",
  "n/V8793ZnmM85l0e8vCeMw77ABbUsJvYaSIHPuCDgLJ6NJkSzu5EODuNC0d/sP1+Y8csu3MAvCuDCQi2Wa7S14Tb",
  "RBzawkrAZVJJ5YOijAmwniSSE+t+WzT8J9/5X1EZ0M3AFADq2YbLYyZ9YEZCjsx3KIBUYg/j+OH5ou5HfFknBmcZ",
  "Eh6xxh1iiTrDa8QMo+oItUacmU2EeFsRv5EwNcui2S2MjvQ3xqfy1Y0zTqMqU5etCFu9XjX+s0pf1v7YOuMVCC9P",
  "ivfP9GO4zPNhUhTr0tumxeZl/eadno/C0VgqRVfe0sPM6bN/ANnQC97xAQAA",
].join("");
