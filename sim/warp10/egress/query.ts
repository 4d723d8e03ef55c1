// Which points a read asks for: the arithmetic that /fetch and FETCH share (facts warp10 §1.2,
// §2.1).
import { UNITS_PER_MS } from "../../../src/warp10/range.ts";
import { nowUnits } from "../context.ts";
import type { Context } from "../context.ts";
import type { ActivityBounds } from "../store/store.ts";
import { parseIsoDurationMs, parseIsoTimestamp } from "../text/iso.ts";
import { parseLong } from "../text/javaNumbers.ts";
import type { Token } from "../tokens.ts";
import { JavaError, LONG_MAX, LONG_MIN } from "../values.ts";

/** A time range as it was asked for, platform units. */
export interface AskedRange {
  readonly start?: bigint | undefined;
  readonly end?: bigint | undefined;
  readonly timespan?: bigint | undefined;
  readonly count?: bigint | undefined;
}

/**
 * A time range as it is read: both ends inclusive; at most `count` points of each series, the
 * newest.
 */
export interface ReadRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly count: bigint | undefined;
}

const clamped = (value: bigint): bigint =>
  value > LONG_MAX ? LONG_MAX : value < LONG_MIN ? LONG_MIN : value;

/** Swaps reversed bounds, computes spans. Throws a JavaError for a range that is not one. */
export function resolveRange({ start, end, timespan, count }: AskedRange): ReadRange {
  const limit = count !== undefined && count >= 0n ? count : undefined;
  if (end === undefined) {
    if (start === undefined) throw new JavaError("Missing either 'start' or 'end' parameter.");
    if (timespan === undefined || timespan < 0n) {
      throw new JavaError("Missing 'end' or 'start' and 'timespan' parameter.");
    }
    return { start, end: clamped(start + timespan - 1n), count: limit };
  }
  if (start !== undefined) {
    return { start: start < end ? start : end, end: start < end ? end : start, count: limit };
  }
  if (timespan === undefined) return { start: LONG_MIN, end, count: limit };
  if (timespan < 0n) return { start: LONG_MIN, end, count: -timespan };
  return { start: clamped(end - timespan + 1n), end, count: limit };
}

/** `now`, an integer, or ISO 8601 with its zone. Throws a JavaError. */
export function parseMoment(context: Context, text: string): bigint {
  if (text === "now") return nowUnits(context);
  if (/^[+-]?\d+$/.test(text)) return parseLong(text);
  return parseIsoTimestamp(text, context.config.unit);
}

/** A number of units, or an ISO 8601 duration. Throws a JavaError. */
export function parseSpan(context: Context, text: string): bigint {
  if (!text.trim().startsWith("P")) return parseLong(text);
  return parseIsoDurationMs(text) * UNITS_PER_MS[context.config.unit];
}

/**
 * A read narrowed by its token's attributes, silently; `.count` only where the caller applies it.
 */
export function narrowRange(
  context: Context,
  token: Token,
  range: ReadRange,
  appliesCount: boolean,
): ReadRange {
  const { attributes } = token;
  let { start, end, count } = range;
  const until = attributes[".end"];
  if (until !== undefined) {
    const limit = until.startsWith("P")
      ? nowUnits(context) - parseSpan(context, until)
      : parseMoment(context, until);
    if (end > limit) end = limit;
  }
  const since = attributes[".start"];
  if (since !== undefined) {
    const limit = since.startsWith("P")
      ? end - parseSpan(context, since)
      : parseMoment(context, since);
    if (start < limit) start = limit;
  }
  const most = attributes[".count"];
  if (most !== undefined && (appliesCount || count !== undefined)) {
    const limit = parseLong(most);
    if (count === undefined || count > limit) count = limit;
  }
  return { start, end, count };
}

/**
 * Activity bounds narrowed by the token's `.activeafter` and `.quietafter` (ms, or a duration
 * before now).
 */
export function narrowActivity(
  context: Context,
  token: Token,
  bounds: ActivityBounds,
): ActivityBounds {
  const of = (name: string): bigint | undefined => {
    const text = token.attributes[name];
    if (text === undefined) return undefined;
    if (!text.startsWith("P")) return parseLong(text);
    return BigInt(Math.floor(context.now())) - parseIsoDurationMs(text);
  };
  const active = of(".activeafter");
  const quiet = of(".quietafter");
  const { activeAfter, quietAfter } = bounds;
  return {
    activeAfter:
      active !== undefined && (activeAfter === undefined || active > activeAfter)
        ? active
        : activeAfter,
    quietAfter:
      quiet !== undefined && (quietAfter === undefined || quiet < quietAfter) ? quiet : quietAfter,
  };
}
