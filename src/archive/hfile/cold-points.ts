// The points that points-cold.mc2 leaves, read strictly: anything else than it promises fails.
import { CellarmanError } from "../../runtime/errors.ts";
import { identityOf, type Labels } from "../../warp10/series.ts";
import type { Point, Value } from "../points.ts";

const LONG = /^-?(0|[1-9]\d{0,18})$/;
const DOUBLE = /^(NaN|-?Infinity|-?\d+(\.\d+)?(E[+-]?\d+)?)$/;
const HEX = /^([0-9a-f]{2})*$/;
const NONE = "NaN";

/** A series' points in an archive: newest first, as a fetch gives them. */
export interface ColdSeries {
  readonly identity: string;
  readonly points: readonly Point[];
}

/**
 * Reads the result of points-cold.mc2 (the map, without its mark). A series that comes in several
 * entries becomes one; points of one timestamp stay side by side. Throws CellarmanError
 * "unreadable" on anything that is not such a result, also where the points are not as many as it
 * says.
 */
export function readColdPoints(result: unknown): ReadonlyMap<string, ColdSeries> {
  const { points: stated, series } = mapOf(result);
  const found = new Map<string, Point[]>();
  let total = 0;
  for (const entry of listOf(series)) {
    const [className, labels, points] = partsOf(entry, 3);
    const identity = identityOf({ className: textOf(className), labels: labelsOf(labels) });
    const read = listOf(points).map(pointOf);
    total += read.length;
    found.set(identity, [...(found.get(identity) ?? []), ...read]);
  }
  if (stated !== String(total)) throw unreadable(`${total} points where it says`, stated);
  return new Map(
    Array.from(found, ([identity, points]) => [
      identity,
      { identity, points: newestFirst(points) },
    ]),
  );
}

function newestFirst(points: readonly Point[]): Point[] {
  return points.toSorted((a, b) =>
    a.timestamp > b.timestamp ? -1 : a.timestamp < b.timestamp ? 1 : 0,
  );
}

function pointOf(entry: unknown): Point {
  const [ts, lat, lon, elevation, type, value] = partsOf(entry, 6);
  const none = lat === NONE && lon === NONE;
  return {
    timestamp: longOf(ts),
    value: valueOf(type, textOf(value)),
    ...(none ? {} : { location: { latitude: degreesOf(lat), longitude: degreesOf(lon) } }),
    ...(elevation === NONE ? {} : { elevation: longOf(elevation) }),
  };
}

function valueOf(type: unknown, text: string): Value {
  switch (type) {
    case "LONG":
      return longOf(text);
    case "DOUBLE":
    // What some versions call an exact decimal.
    case "BIGDECIMAL":
      if (!DOUBLE.test(text)) break;
      return Number(text);
    case "BOOLEAN":
      if (text !== "true" && text !== "false") break;
      return text === "true";
    case "STRING":
      return text;
    case "BYTES":
      if (!HEX.test(text)) break;
      return Buffer.from(text, "hex");
    default:
      throw unreadable("a type", type);
  }
  throw unreadable(`a ${type}`, text);
}

function longOf(value: unknown): bigint {
  const text = textOf(value);
  const long = LONG.test(text) ? BigInt(text) : undefined;
  if (long === undefined || BigInt.asIntN(64, long) !== long) throw unreadable("a LONG", text);
  return long;
}

function degreesOf(value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw unreadable("degrees", value);
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw unreadable("a text", value);
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unreadable("a list", value);
}

function partsOf(value: unknown, length: number): readonly unknown[] {
  const parts = listOf(value);
  if (parts.length === length) return parts;
  throw unreadable(`a list of ${length}`, value);
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw unreadable("a map", value);
}

function labelsOf(value: unknown): Labels {
  return Object.fromEntries(
    Object.entries(mapOf(value)).map(([name, text]) => [name, textOf(text)]),
  );
}

/** Longest excerpt of an answer in a message. */
const EXCERPT = 60;

function unreadable(expected: string, found: unknown): CellarmanError {
  const shown = (JSON.stringify(found) ?? "nothing").slice(0, EXCERPT);
  return new CellarmanError(
    "unreadable",
    `the points of an archive do not read: expected ${expected}, found ${shown}`,
  );
}
