// Points as GTS text, as `/fetch` prints it and `/update` takes it: for restoring, the demo,
// messages and tests.
import type { Point, Value } from "../../archive/points.ts";
import type { Labels } from "../series.ts";
import { percentEncode } from "./encoding.ts";
import { javaDouble } from "./java-double.ts";

/** `class{label=value,…}`, percent-encoded; labels in the order of their names. */
export function formatHeading(className: string, labels: Labels): string {
  const pairs = Object.keys(labels)
    .toSorted()
    .map((name) => `${percentEncode(name)}=${percentEncode(labels[name] ?? "")}`);
  return `${percentEncode(className)}{${pairs.join(",")}}`;
}

/** A value as Warp 10 prints it (facts warp10 §7). */
export function formatValue(value: Value): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return javaDouble(value);
  if (typeof value === "boolean") return value ? "T" : "F";
  if (typeof value === "string") return `'${percentEncode(value)}'`;
  return `b64:${Buffer.from(value).toString("base64url")}`;
}

/** `TS/LAT:LON/ELEV`, what is missing left empty. */
function formatPlace({ timestamp, location, elevation }: Point): string {
  const place = location
    ? `${javaDouble(location.latitude)}:${javaDouble(location.longitude)}`
    : "";
  return `${timestamp}/${place}/${elevation ?? ""}`;
}

/**
 * One line without its newline: complete with a heading, else `=…`, which continues the series of
 * the line before. `-0.0` is printed, though a Warp 10 stores it as 0.0.
 */
export function formatPoint(point: Point, heading?: string): string {
  const value = formatValue(point.value);
  if (heading === undefined) return `=${formatPlace(point)} ${value}`;
  return `${formatPlace(point)} ${heading} ${value}`;
}

/** All points of one series as `/fetch` prints them: newest first, the first line complete. */
export function formatSeries(className: string, labels: Labels, points: readonly Point[]): string {
  const heading = formatHeading(className, labels);
  const lines = points.map((point, i) => formatPoint(point, i === 0 ? heading : undefined));
  return lines.map((line) => `${line}\n`).join("");
}
