// Times and durations in ISO 8601, as strict as Warp 10 is: a timestamp needs its zone (facts
// warp10 §4).
import { UNITS_PER_MS } from "../../../src/warp10/range.ts";
import type { TimeUnit } from "../../../src/warp10/range.ts";
import { JavaError } from "../values.ts";

const TIMESTAMP =
  /^([+-]?\d{4,9})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)$/;

/**
 * `2026-10-01T00:00:00.000001+02:00` in platform units; sub-unit digits are cut off. Throws a
 * JavaError.
 */
export function parseIsoTimestamp(text: string, unit: TimeUnit): bigint {
  const match = TIMESTAMP.exec(text);
  if (match === null) throw new JavaError(isoComplaint(text));
  const [, year, month, day, hour, minute, second = "0", fraction = "", zone = "Z"] = match;
  const ms = Date.UTC(
    2000,
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const date = new Date(ms);
  date.setUTCFullYear(Number(year));
  const perSecond = UNITS_PER_MS[unit] * 1000n;
  const nanos = BigInt(fraction.padEnd(9, "0"));
  const seconds = BigInt(Math.floor(date.getTime() / 1000)) - zoneSeconds(zone);
  return seconds * perSecond + (nanos * perSecond) / 1_000_000_000n;
}

function zoneSeconds(zone: string): bigint {
  if (zone === "Z") return 0n;
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || "0");
  return BigInt(minutes * 60 * (zone.startsWith("-") ? -1 : 1));
}

function isoComplaint(text: string): string {
  const stem = /^[+-]?\d{4,9}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?/.exec(text)?.[0] ?? "";
  const index = stem.length > 0 ? stem.length : (/^[+-]?\d*/.exec(text)?.[0].length ?? 0);
  return (
    "Can only parse an ISO8601 timestamp (YYYY-MM-DDThh:mm:ss.sssssssss) " +
    "with a specified time zone." +
    ` (Text '${text}' could not be parsed at index ${index})`
  );
}

const PERIOD =
  /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+)(?:[.,](\d+))?S)?)?$/;

/** An ISO 8601 duration in milliseconds; years and months are refused. Throws a JavaError. */
export function parseIsoDurationMs(text: string): bigint {
  const match = PERIOD.exec(text.trim());
  if (match === null || text.trim() === "P") throw new JavaError(`Invalid format: "${text}"`);
  const [
    ,
    years,
    months,
    weeks = "0",
    days = "0",
    hours = "0",
    minutes = "0",
    seconds = "0",
    part = "",
  ] = match;
  if (Number(years ?? 0) !== 0 || Number(months ?? 0) !== 0) {
    throw new JavaError(
      "No support for ambiguous durations containing years or months, " +
        "please convert those to days.",
    );
  }
  const whole =
    (((BigInt(weeks) * 7n + BigInt(days)) * 24n + BigInt(hours)) * 60n + BigInt(minutes)) * 60n +
    BigInt(seconds);
  return whole * 1000n + BigInt(part.padEnd(3, "0").slice(0, 3));
}

/** A platform timestamp as ISO 8601 in UTC, with all digits that the unit has. */
export function isoText(timestamp: bigint, unit: TimeUnit): string {
  const perSecond = UNITS_PER_MS[unit] * 1000n;
  const rest = ((timestamp % perSecond) + perSecond) % perSecond;
  const whole = new Date(Number((timestamp - rest) / perSecond) * 1000).toISOString().slice(0, 19);
  const digits = perSecond.toString().length - 1;
  return `${whole}.${rest.toString().padStart(digits, "0")}Z`;
}
