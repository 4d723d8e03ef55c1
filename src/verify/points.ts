// Points one by one, for the rare series whose digests differ.
import { type Point, pointAt, type PointStream, type Value } from "../archive/points.ts";
import type { Range } from "../warp10/range.ts";

/**
 * Points held in memory at once when series are compared point by point: about 1 GB at the very
 * most.
 */
export const DIFF_POINTS_MAX = 5_000_000;

/** Collects the points of some series in a range, by identity, in the order of the stream. */
export async function collectPoints(
  stream: PointStream,
  wanted: ReadonlySet<string>,
  range: Range,
): Promise<Map<string, Point[]>> {
  const found = new Map<string, Point[]>();
  for await (const batch of stream) {
    for (let row = 0; row < batch.rows; row++) {
      const identity = stream.series[batch.series[row] ?? 0]?.identity ?? "";
      if (!wanted.has(identity)) continue;
      const at = batch.timestamp[row] ?? 0n;
      if (at < range.start || at > range.end) continue;
      const points = found.get(identity);
      if (points) points.push(pointAt(batch, row));
      else found.set(identity, [pointAt(batch, row)]);
    }
  }
  return found;
}

/** Whether two points hold the same typed value, place and elevation, bit for bit. */
export function samePoint(a: Point, b: Point): boolean {
  return (
    a.timestamp === b.timestamp &&
    sameValue(a.value, b.value) &&
    Object.is(a.location?.latitude, b.location?.latitude) &&
    Object.is(a.location?.longitude, b.location?.longitude) &&
    a.elevation === b.elevation
  );
}

function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  return Object.is(a, b);
}

/** A point in words; strings and binaries are cut at 40 characters. */
export function describePoint({ timestamp, value, location, elevation }: Point): string {
  const place = location ? ` at ${location.latitude}:${location.longitude}` : "";
  const high = elevation === undefined ? "" : ` elevation ${elevation}`;
  return `${timestamp}${place}${high} = ${valueText(value)}`;
}

function valueText(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (value instanceof Uint8Array)
    return `hex:${Buffer.from(value.subarray(0, 20)).toString("hex")}`;
  if (typeof value !== "number") return String(value);
  return Object.is(value, -0) ? "-0.0" : Number.isInteger(value) ? value.toFixed(1) : String(value);
}
