// Points in columns: what the text reader and the Parquet reader produce, and what digest, writer
// and comparison consume.

/**
 * The kind of a value, as Warp 10 types it. The numbers are part of the content digest: never
 * change them.
 */
export const KIND = { long: 1, double: 2, boolean: 3, string: 4, binary: 5 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Rows in one batch of points, at most. One Parquet row group. */
export const POINT_BATCH_ROWS = 131_072;

/**
 * Columns of `rows` points in the order in which they were read: series contiguous, newest first
 * within a series. Arrays may be longer than `rows`; the consumer must not keep them: the producer
 * may reuse them.
 */
export interface PointBatch {
  rows: number;
  /**
   * Number of the series in order of appearance in this read (index into the producer's series
   * list).
   */
  readonly series: Uint32Array;
  /** Platform units. */
  readonly timestamp: BigInt64Array;
  readonly kind: Uint8Array;
  /**
   * LONG: the value. DOUBLE: its IEEE bits. BOOLEAN: 0 or 1. STRING, BINARY: index into `blobs`.
   */
  readonly bits: BigInt64Array;
  /** UTF-8 of strings, bytes of binaries; empty in most batches. */
  readonly blobs: Uint8Array[];
  /** NaN where the point has no location; both or none. */
  readonly latitude: Float64Array;
  readonly longitude: Float64Array;
  /** NO_ELEVATION where the point has none. */
  readonly elevation: BigInt64Array;
}

/** Long.MIN as elevation means none (facts warp10 §7). */
export const NO_ELEVATION = -(2n ** 63n);

/** A series as met in a stream of points. */
export interface SeenSeries {
  readonly className: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Canonical identity (warp10/series.ts). */
  readonly identity: string;
}

/** One read of points: batches in order, to be iterated once. */
export interface PointStream extends AsyncIterable<PointBatch> {
  /** The series met so far, by number. Whole only when the iteration has ended. */
  readonly series: readonly SeenSeries[];
}

/** What a read says of one series in a range: never compared without all five fields. */
export interface SeriesTotals {
  readonly identity: string;
  readonly points: number;
  /** Oldest and newest timestamp, platform units. */
  readonly first: bigint;
  readonly last: bigint;
  /** Hex SHA-256 over the canonical records of the points, newest first (archive/digest.ts). */
  readonly digest: string;
}

/** A typed value: LONG is bigint, DOUBLE number, STRING string, BINARY bytes. */
export type Value = bigint | number | boolean | string | Uint8Array;

/** One point on its own: for messages, tests and the demo. Slow; streams use batches. */
export interface Point {
  readonly timestamp: bigint;
  readonly value: Value;
  readonly location?: { readonly latitude: number; readonly longitude: number };
  readonly elevation?: bigint;
}

/** An empty batch that can take `capacity` points: no location, no elevation anywhere. */
export function allocateBatch(capacity: number): PointBatch {
  return {
    rows: 0,
    series: new Uint32Array(capacity),
    timestamp: new BigInt64Array(capacity),
    kind: new Uint8Array(capacity),
    bits: new BigInt64Array(capacity),
    blobs: [],
    latitude: new Float64Array(capacity).fill(Number.NaN),
    longitude: new Float64Array(capacity).fill(Number.NaN),
    elevation: new BigInt64Array(capacity).fill(NO_ELEVATION),
  };
}

/**
 * The words of a column of 64-bit elements, low half at 2i and high half at 2i + 1: no BigInt is
 * made to read or write them. Little-endian, as every platform that Node 24 is released for, but
 * s390x.
 */
export function wordsOf(column: BigInt64Array | Float64Array): Int32Array {
  return new Int32Array(column.buffer, column.byteOffset, column.length * 2);
}

/** Appends one point (slow path: tests, demo). The batch must have room. */
export function appendPoint(batch: PointBatch, series: number, point: Point): void {
  const row = batch.rows++;
  batch.series[row] = series;
  batch.timestamp[row] = point.timestamp;
  batch.latitude[row] = point.location?.latitude ?? Number.NaN;
  batch.longitude[row] = point.location?.longitude ?? Number.NaN;
  batch.elevation[row] = point.elevation ?? NO_ELEVATION;
  const { value } = point;
  if (typeof value === "bigint") setValue(batch, row, KIND.long, value);
  else if (typeof value === "boolean") setValue(batch, row, KIND.boolean, value ? 1n : 0n);
  else if (typeof value === "number") {
    setValue(batch, row, KIND.double, 0n);
    new Float64Array(batch.bits.buffer, batch.bits.byteOffset)[row] = value;
  } else {
    const isText = typeof value === "string";
    setValue(batch, row, isText ? KIND.string : KIND.binary, BigInt(batch.blobs.length));
    batch.blobs.push(isText ? Buffer.from(value, "utf8") : value);
  }
}

function setValue(batch: PointBatch, row: number, kind: Kind, bits: bigint): void {
  batch.kind[row] = kind;
  batch.bits[row] = bits;
}

/** The point in one row of a batch (slow path: messages, tests). */
export function pointAt(batch: PointBatch, row: number): Point {
  const latitude = batch.latitude[row] ?? Number.NaN;
  const elevation = batch.elevation[row] ?? NO_ELEVATION;
  return {
    timestamp: batch.timestamp[row] ?? 0n,
    value: valueAt(batch, row),
    ...(Number.isNaN(latitude)
      ? {}
      : { location: { latitude, longitude: batch.longitude[row] ?? Number.NaN } }),
    ...(elevation === NO_ELEVATION ? {} : { elevation }),
  };
}

function valueAt(batch: PointBatch, row: number): Value {
  const bits = batch.bits[row] ?? 0n;
  switch (batch.kind[row]) {
    case KIND.long:
      return bits;
    case KIND.double:
      return new Float64Array(batch.bits.buffer, batch.bits.byteOffset)[row] ?? Number.NaN;
    case KIND.boolean:
      return bits === 1n;
    case KIND.string:
      return Buffer.from(batch.blobs[Number(bits)] ?? []).toString("utf8");
    default:
      return batch.blobs[Number(bits)] ?? new Uint8Array();
  }
}
