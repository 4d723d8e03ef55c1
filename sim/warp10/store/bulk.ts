// Points as columns, for loading millions of them without a text in between.
import { Decimal, NO_ELEVATION, NO_LOCATION } from "../values.ts";
import type { Value } from "../values.ts";
import { toHHCode } from "../text/location.ts";
import { CELL, CHUNK_POINTS, Chunk } from "./chunk.ts";

/**
 * Columns of points, strictly ascending in time. Give the timestamps in one of two ways, the values
 * in one of four.
 */
export interface BulkPoints {
  /**
   * Platform units; or `base` and `offsets` (safe integers, relative to it), which loads fastest.
   */
  readonly timestamps?: BigInt64Array | readonly bigint[];
  readonly base?: bigint;
  readonly offsets?: Float64Array;
  /** LONG values (safe integers). */
  readonly longs?: Float64Array;
  /** IEEE doubles. */
  readonly doubles?: Float64Array;
  /** Exact decimals: mantissas (safe integers of at most 46 bits), all with the same scale. */
  readonly decimals?: { readonly mantissas: Float64Array; readonly scale: number };
  /** Values of any type. */
  readonly values?: readonly Value[];
  /** Degrees; NaN: the point has no location. */
  readonly latitude?: Float64Array;
  readonly longitude?: Float64Array;
  /** Long.MIN: none. */
  readonly elevation?: BigInt64Array;
}

/**
 * Cuts columns into chunks. Throws a RangeError where timestamps do not ascend or columns differ in
 * length.
 */
export function chunksOf(points: BulkPoints): Chunk[] {
  const { base, offsets } = timesOf(points);
  const chunks: Chunk[] = [];
  for (let from = 0; from < offsets.length; from += CHUNK_POINTS) {
    const to = Math.min(offsets.length, from + CHUNK_POINTS);
    const start = offsets[from] ?? 0;
    const chunk = new Chunk(base + BigInt(start), to - from);
    chunk.count = to - from;
    let previous = -Infinity;
    for (let i = from; i < to; i++) {
      const offset = (offsets[i] ?? 0) - start;
      if (!(offset > previous)) throw new RangeError(`timestamps do not ascend at row ${i}`);
      chunk.offset[i - from] = offset;
      previous = offset;
    }
    fillValues(chunk, points, from);
    fillPlaces(chunk, points, from);
    chunks.push(chunk);
  }
  return chunks;
}

function timesOf(points: BulkPoints): { base: bigint; offsets: Float64Array } {
  if (points.offsets !== undefined) return { base: points.base ?? 0n, offsets: points.offsets };
  const { timestamps } = points;
  if (timestamps === undefined) throw new RangeError("no timestamps");
  const base = timestamps[0] ?? 0n;
  const offsets = new Float64Array(timestamps.length);
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = Number((timestamps[i] ?? 0n) - base);
    if (!Number.isSafeInteger(offsets[i])) throw new RangeError("timestamps lie too far apart");
  }
  return { base, offsets };
}

function fillValues(chunk: Chunk, points: BulkPoints, from: number): void {
  const { longs, doubles, decimals, values } = points;
  const numbers = longs ?? doubles ?? decimals?.mantissas;
  if (numbers !== undefined) {
    chunk.number.set(numbers.subarray(from, from + chunk.count));
    if (doubles !== undefined) chunk.kind.fill(CELL.double);
    else if (decimals !== undefined) fillDecimals(chunk, decimals.scale);
    return;
  }
  if (values === undefined) throw new RangeError("no values");
  const copy = new Chunk(chunk.base, chunk.count);
  for (let i = 0; i < chunk.count; i++) {
    const value = values[from + i];
    if (value === undefined) throw new RangeError(`no value at row ${from + i}`);
    copy.append({ ts: chunk.base, location: NO_LOCATION, elevation: NO_ELEVATION, value });
  }
  chunk.number = copy.number;
  chunk.kind = copy.kind;
  chunk.objects.push(...copy.objects);
}

// A decimal's trailing zeros go, as at ingestion: 12.30 is stored as 12.3.
function fillDecimals(chunk: Chunk, scale: number): void {
  for (let i = 0; i < chunk.count; i++) {
    let mantissa = chunk.number[i] ?? 0;
    let left = scale;
    if (mantissa === 0) left = 0;
    while (mantissa !== 0 && mantissa % 10 === 0) {
      mantissa /= 10;
      left -= 1;
    }
    const decimal = new Decimal(mantissa, left);
    chunk.number[i] = decimal.mantissa;
    chunk.kind[i] = CELL.decimal + decimal.scale;
  }
}

function fillPlaces(chunk: Chunk, points: BulkPoints, from: number): void {
  const { latitude, longitude, elevation } = points;
  if (latitude !== undefined && longitude !== undefined) {
    const locations = chunk.locations();
    for (let i = 0; i < chunk.count; i++) {
      const lat = latitude[from + i] ?? Number.NaN;
      if (!Number.isNaN(lat)) locations[i] = toHHCode(lat, longitude[from + i] ?? 0);
    }
  }
  if (elevation !== undefined) {
    chunk.elevations().set(elevation.subarray(from, from + chunk.count));
  }
}
