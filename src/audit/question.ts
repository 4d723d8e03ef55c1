// The point that an audit is about, as a person writes it: a series and a time. Pure.
import type { SeenSeries } from "../archive/points.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { type TimeUnit, UNITS_PER_MS } from "../warp10/range.ts";
import type { Labels, ListedSeries } from "../warp10/series.ts";
import { parseHeading } from "../warp10/text/heading.ts";

/** Where in the archive to look. */
export interface Question {
  readonly series: SeenSeries;
  /** Platform units. */
  readonly time: bigint;
}

/**
 * Reads `class{label=value,…}`, percent-encoded where the server's text is. Throws "usage" on
 * anything else.
 */
export function parseSeries(text: string): SeenSeries {
  const bytes = Buffer.from(text, "utf8");
  const heading = parseHeading(bytes, 0, bytes.length);
  const refused = "refused" in heading ? heading.refused : "something follows its labels";
  if ("series" in heading && heading.next === bytes.length) return heading.series;
  throw new CellarmanError("usage", `"${text}" names no series: ${refused}`, {
    hint: "Write it as the server does: 'cpu.load{host=a,region=par}'; a blank is %20.",
  });
}

const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)?$/;

/**
 * A time in platform units: an integer is that many of them, and ISO 8601 in UTC is turned into
 * them. Throws "usage" on another form, and on a fraction that is finer than the unit.
 */
export function parseTime(text: string, unit: TimeUnit): bigint {
  if (/^-?\d{1,19}$/.test(text)) return BigInt(text);
  const [whole = "", fraction = ""] = text.replace(/Z$/, "").split(".");
  const ms = MOMENT.test(text) ? Date.parse(text.includes("T") ? `${whole}Z` : whole) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new CellarmanError("usage", `"${text}" is no time`, {
      hint: "ISO 8601 in UTC (2025-11-03T10:00:00.5Z), or an integer in the server's unit.",
    });
  }
  const nanos = BigInt(fraction.padEnd(9, "0"));
  const perUnit = 1_000_000n / UNITS_PER_MS[unit];
  if (nanos % perUnit !== 0n) {
    throw new CellarmanError("usage", `"${text}" is finer than the server's unit, ${unit}`);
  }
  return BigInt(ms) * UNITS_PER_MS[unit] + nanos / perUnit;
}

/**
 * Whether a listed series is the one that was asked for: the same class and labels. Labels that the
 * server adds (`.app` and the like) need not be said.
 */
export function isAskedFor(asked: Labels, className: string, one: ListedSeries): boolean {
  if (one.className !== className) return false;
  const names = new Set([...Object.keys(asked), ...Object.keys(one.labels)]);
  for (const name of names) {
    if (asked[name] === undefined && name.startsWith(".")) continue;
    if (asked[name] !== one.labels[name]) return false;
  }
  return true;
}
