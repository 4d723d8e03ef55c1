// Series and points of every kind, for properties: mixed types, extremes of 64 bits, odd names.
import fc from "fast-check";
import {
  allocateBatch,
  appendPoint,
  type Point,
  type PointBatch,
  type PointStream,
  type SeenSeries,
  type Value,
} from "../../../src/archive/points.ts";
import { PointsWriter } from "../../../src/archive/parquet/write.ts";
import { combineTotals, SeriesDigests } from "../../../src/archive/digest.ts";
import { formatSeries } from "../../../src/warp10/text/write.ts";
import { identityOf, type Labels } from "../../../src/warp10/series.ts";

/** Parameters of a property: always the same histories. */
export const runs = (numRuns: number) => ({ numRuns, seed: 20_241_101 });

/** A series with its points, newest first. */
export interface TestSeries {
  readonly className: string;
  readonly labels: Labels;
  readonly points: readonly Point[];
}

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

const long = fc.oneof(
  fc.constantFrom(MIN, MIN + 1n, -1n, 0n, 1n, 2n ** 53n, 2n ** 53n + 1n, MAX - 1n, MAX),
  fc.bigInt({ min: MIN, max: MAX }),
  fc.bigInt({ min: 0n, max: 3n }),
);

/** Doubles as Warp 10's text can hold them: one NaN. */
const double = fc.oneof(
  fc.constantFrom(0, -0, 5e-324, -5e-324, 1e-323, Number.MAX_VALUE, 0.1, 1e21, 1e-5, 1e7),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.double(),
  fc.integer({ min: -1000, max: 1000 }).map((n) => n / 10),
);

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("", "T", "1", "é '\n%+{},=", "\u0000", "😀", "__proto__"),
);

const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 3, arbitrary: long },
  { weight: 3, arbitrary: double },
  fc.boolean(),
  text,
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
);

const place = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

const point = fc.record(
  {
    timestamp: fc.oneof(long, fc.bigInt({ min: 0n, max: 2_000n }), fc.constantFrom(MIN, MAX)),
    value,
    location: place,
    elevation: fc.bigInt({ min: MIN + 1n, max: MAX }),
  },
  { requiredKeys: ["timestamp", "value"] },
);

const points = fc
  .uniqueArray(point, { selector: (one) => one.timestamp, minLength: 1, maxLength: 40 })
  .map((all) => all.toSorted((a, b) => (a.timestamp > b.timestamp ? -1 : 1)));

const series = fc
  .record({
    className: text,
    labels: fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }),
    points,
  })
  .map((one): TestSeries => one);

/** A few series, no two with one identity. */
export const someSeries = fc.uniqueArray(series, {
  selector: (one) => identityOf(one),
  minLength: 1,
  maxLength: 6,
});

/** What `/fetch` prints for them. */
export function textOf(all: readonly TestSeries[]): Buffer {
  return Buffer.from(all.map((s) => formatSeries(s.className, s.labels, s.points)).join(""));
}

/** The same points as a stream, in batches of at most `rows`. */
export function streamOf(all: readonly TestSeries[], rows = 7): PointStream {
  const seen: SeenSeries[] = all.map(({ className, labels }) => ({
    className,
    labels,
    identity: identityOf({ className, labels }),
  }));
  async function* batches(): AsyncGenerator<PointBatch, void, undefined> {
    let batch = allocateBatch(rows);
    for (const [number, { points: some }] of all.entries()) {
      for (const one of some) {
        if (batch.rows === rows) {
          yield batch;
          batch = allocateBatch(rows);
        }
        appendPoint(batch, number, one);
      }
    }
    if (batch.rows > 0) yield batch;
  }
  return { series: seen, [Symbol.asyncIterator]: batches };
}

/** Totals of a stream, all together. */
export async function totalsOf(stream: PointStream) {
  return combineTotals(await seriesTotalsOf(stream));
}

/** Totals of a stream by series. */
export async function seriesTotalsOf(stream: PointStream) {
  const digests = new SeriesDigests(stream.series);
  for await (const batch of stream) digests.add(batch);
  return digests.finish();
}

/** The objects that a stream is written as. */
export async function objectsOf(
  stream: PointStream,
  limits: { maxBytes?: number; maxRows?: number } = {},
): Promise<Uint8Array[]> {
  const writer = new PointsWriter(stream.series, { metadata: { "test.key": "é" }, ...limits });
  const objects: Uint8Array[] = [];
  for await (const batch of stream) objects.push(...writer.add(batch).map((one) => one.bytes));
  objects.push(...writer.end().map((one) => one.bytes));
  return objects;
}

/** The one object that a stream is written as. */
export async function objectOf(stream: PointStream): Promise<Uint8Array> {
  const [object, ...more] = await objectsOf(stream);
  if (!object || more.length > 0) throw new Error(`${more.length + 1} objects instead of one`);
  return object;
}
