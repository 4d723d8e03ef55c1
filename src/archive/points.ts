// Points in columns: what the text reader and the Parquet reader produce, and what digest, writer and comparison consume.

/** The kind of a value, as Warp 10 types it. The numbers are part of the content digest: never change them. */
export const KIND = { long: 1, double: 2, boolean: 3, string: 4, binary: 5 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Rows in one batch of points, at most. One Parquet row group. */
export const POINT_BATCH_ROWS = 131_072;

/**
 * Columns of `rows` points in the order in which they were read: series contiguous, newest first within a series.
 * Arrays may be longer than `rows`; the consumer must not keep them: the producer may reuse them.
 */
export interface PointBatch {
  rows: number;
  /** Number of the series in order of appearance in this read (index into the producer's series list). */
  readonly series: Uint32Array;
  /** Platform units. */
  readonly timestamp: BigInt64Array;
  readonly kind: Uint8Array;
  /** LONG: the value. DOUBLE: its IEEE bits. BOOLEAN: 0 or 1. STRING, BINARY: index into `blobs`. */
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
