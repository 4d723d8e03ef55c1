import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordsOf } from "../../../src/archive/points.ts";
import { encodeLongs, encodeDoubles, encodeTimes } from "../../../src/archive/parquet/choose.ts";
import { type DeltaPacking, encodeDelta } from "../../../src/archive/parquet/delta.ts";
import { decodeDelta } from "../../../src/archive/parquet/delta-read.ts";
import { buildDictionary } from "../../../src/archive/parquet/dictionary.ts";
import { ENCODING } from "../../../src/archive/parquet/format.ts";
import { encodeHybrid, indexWidth } from "../../../src/archive/parquet/hybrid.ts";
import { decodeHybrid } from "../../../src/archive/parquet/hybrid-read.ts";
import { type ChunkPages, PADDING } from "../../../src/archive/parquet/page-read.ts";
import { Sink } from "../../../src/archive/parquet/sink.ts";
import type { EncodedValues } from "../../../src/archive/parquet/values.ts";
import { decodeWords } from "../../../src/archive/parquet/values-read.ts";
import { caught } from "../../support/values.ts";
import { runs } from "./arbitrary.ts";

const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(PADDING)]);

const long = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n),
  fc.bigInt({ min: -5n, max: 5n }),
);
const longs = fc.oneof(
  fc.array(long, { minLength: 1, maxLength: 400 }),
  fc.array(fc.bigInt({ min: -9n, max: 9n }), { minLength: 1, maxLength: 700 }),
  fc.array(fc.bigInt({ min: 0n, max: 2n ** 40n }), { minLength: 1, maxLength: 300 }),
);

describe("differences", () => {
  const packings: DeltaPacking[] = ["tight", "aligned", "repeated"];

  it.each(packings)("%s: come back as they were", (packing) => {
    fc.assert(
      fc.property(longs, (values) => {
        const column = BigInt64Array.from(values);
        const sink = new Sink();
        encodeDelta(sink, wordsOf(column), values.length, packing);
        const back = new BigInt64Array(values.length);
        decodeDelta(padded(sink.view()), 0, sink.length, wordsOf(back), values.length);
        expect(back).toEqual(column);
      }),
      runs(300),
    );
  });

  it.each(packings)("%s: every width of bits", (packing) => {
    const values: bigint[] = [];
    for (let width = 0n; width < 64n; width++) {
      for (let i = 0n; i < 64n; i++) values.push(i % 2n === 0n ? 0n : 2n ** width - 1n);
    }
    const column = BigInt64Array.from(values);
    const sink = new Sink();
    encodeDelta(sink, wordsOf(column), values.length, packing);
    const back = new BigInt64Array(values.length);
    decodeDelta(padded(sink.view()), 0, sink.length, wordsOf(back), values.length);
    expect(back).toEqual(column);
  });

  it("cost next to nothing at a regular step", () => {
    const column = BigInt64Array.from({ length: 10_000 }, (_, i) => 2n ** 60n - BigInt(i) * 10n);
    const sink = new Sink();
    encodeDelta(sink, wordsOf(column), column.length, "tight");
    expect(sink.length).toBeLessThan(1_000);
  });
});

describe("runs and packed bits", () => {
  it("come back as they were, at every width", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2 ** 24 - 1), fc.integer({ min: 1, max: 30 })), { minLength: 1 }),
        fc.integer({ min: 1, max: 24 }),
        (pieces, width) => {
          const values = pieces.flatMap(([value, times]) =>
            Array<number>(times).fill(value % 2 ** width),
          );
          const column = Uint32Array.from(values);
          const sink = new Sink();
          encodeHybrid(sink, column, column.length, width);
          const back = new Uint32Array(column.length);
          decodeHybrid(padded(sink.view()), 0, sink.length, width, back, back.length);
          expect(back).toEqual(column);
        },
      ),
      runs(300),
    );
  });

  it.each([
    ["nothing", [], 8],
    ["a run that is too long", [2 * 9, 1], 8],
    ["a run of none", [0, 1], 8],
    ["packed bits that are cut", [5, 1], 16],
    ["something behind the last run", [2 * 8, 1, 0], 8],
    ["a head that does not end", [255, 255, 255, 255, 255, 255], 8],
  ])("refuse %s", (_, bytes, count) => {
    const read = () =>
      decodeHybrid(padded(Buffer.from(bytes)), 0, bytes.length, 1, new Uint32Array(count), count);
    expect(caught(read).code).toBe("unreadable");
  });

  it("need so many bits", () => {
    expect([0, 1, 2, 3, 4, 5, 256, 257].map(indexWidth)).toEqual([1, 1, 1, 2, 2, 3, 8, 9]);
  });
});

describe("dictionaries", () => {
  it("tell 0.0 from -0.0 and one NaN from another", () => {
    const column = Float64Array.of(0, -0, Number.NaN, 0, -0);
    wordsOf(column)[4] = 1;
    const found = buildDictionary(wordsOf(column), 5, 5);
    expect(found?.distinct).toBe(3);
    expect([...(found?.indexes ?? [])]).toEqual([0, 1, 2, 0, 1]);
  });

  it("give up beyond their limit, and grow up to it", () => {
    const column = BigInt64Array.from({ length: 20_000 }, (_, i) => BigInt(i) * 2n ** 33n);
    expect(buildDictionary(wordsOf(column), 20_000, 19_999)).toBeUndefined();
    const found = buildDictionary(wordsOf(column), 20_000, 20_000);
    expect(found?.indexes).toEqual(Uint32Array.from({ length: 20_000 }, (_, i) => i));
  });
});

describe("the chosen encoding", () => {
  function back({ encoding, bytes, dictionary }: EncodedValues, count: number): BigInt64Array {
    const column = new BigInt64Array(count);
    const entries = dictionary && { bytes: Buffer.from(dictionary.bytes), count: dictionary.count };
    const pages: ChunkPages = {
      encoding,
      bytes: padded(bytes),
      from: 0,
      to: bytes.length,
      count,
      defined: 1,
      dictionary: entries,
    };
    decodeWords(pages, wordsOf(column));
    return column;
  }

  let seed = 7;
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
    return (seed >>> 0) / 2 ** 32;
  };
  const walk = Int32Array.from({ length: 30_000 }, () => Math.floor(next() * 5) - 2);
  let level = 50;
  const levels = Array.from(walk, (step) => (level = Math.max(0, Math.min(100, level + step))));
  const doubles = (values: number[]) => wordsOf(Float64Array.from(values));

  it.each([
    ["a random walk of integers", levels.map(BigInt), ENCODING.delta],
    [
      "a few scattered integers",
      levels.map((n) => BigInt(n % 3) * 10n ** 15n),
      ENCODING.dictionary,
    ],
    ["one integer", levels.map(() => 7n), ENCODING.dictionary],
    [
      "random integers of 64 bits",
      levels.map(() => (BigInt((next() * 2 ** 32) | 0) << 32n) | BigInt((next() * 2 ** 32) >>> 0)),
      ENCODING.plain,
    ],
  ])("of %s", (_, values, encoding) => {
    const column = BigInt64Array.from(values);
    const encoded = encodeLongs(wordsOf(column), column.length);
    expect(encoded.encoding).toBe(encoding);
    expect(back(encoded, column.length)).toEqual(column);
  });

  it.each([
    ["decimals that repeat", levels.map((n) => n / 10), ENCODING.dictionary],
    ["zeros of both signs", levels.map((n) => (n % 2 === 0 ? 0 : -0)), ENCODING.dictionary],
    ["doubles that do not repeat", levels.map(() => 20 + next()), ENCODING.byteStreamSplit],
  ])("of %s", (_, values, encoding) => {
    const words = doubles(values);
    const encoded = encodeDoubles(words, values.length);
    expect(encoded.encoding).toBe(encoding);
    expect(wordsOf(back(encoded, values.length))).toEqual(words);
  });

  it("stays right where the sample hides how many values there are", () => {
    const values = levels.map((n, i) => (i < 4_096 || i % 2 === 0 ? n / 10 : next()));
    const words = doubles(values);
    expect(wordsOf(back(encodeDoubles(words, values.length), values.length))).toEqual(words);
  });

  it("of times is differences, shared or not", () => {
    const column = BigInt64Array.from(levels, (n, i) => -BigInt(i) * 10_000_000n + BigInt(n));
    for (const shared of [true, false]) {
      const encoded = encodeTimes(wordsOf(column), column.length, shared);
      expect(encoded.encoding).toBe(ENCODING.delta);
      expect(back(encoded, column.length)).toEqual(column);
    }
  });
});
