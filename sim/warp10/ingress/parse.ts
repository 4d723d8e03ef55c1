// One line of /update: `TS/LAT:LON/ELEV class{label=value}{attribute=value} VALUE` (facts warp10
// §1.6).
import { parseLabelSelectors } from "../selector.ts";
import { GtsEncoder, wrapPoints } from "../store/gtsEncoder.ts";
import { looksDouble, parseDecimal, parseDouble, parseLong } from "../text/javaNumbers.ts";
import { toHHCode } from "../text/location.ts";
import { decodePercent } from "../text/percent.ts";
import { JavaError, NO_ELEVATION, NO_LOCATION } from "../values.ts";
import type { Point, Value } from "../values.ts";

/** A line that was taken apart; `named` is absent where the line continues the series before it. */
export interface ParsedLine {
  readonly named:
    | {
        /** Class and labels as the line has them. */
        readonly text: string;
        readonly className: string;
        readonly labels: Map<string, string>;
        readonly attributes: Map<string, string> | undefined;
      }
    | undefined;
  readonly point: Point;
}

/** How a server takes lines. */
export interface LineRules {
  /** The request's time, platform units: what a line without a timestamp gets. */
  readonly now: bigint;
  readonly parseAttributes: boolean;
  readonly maxValueBytes: number;
  /** Throws nothing: says whether a timestamp is too old or too far ahead. */
  readonly outOfRange: (timestamp: bigint) => "past" | "future" | undefined;
  /** Whether such a point is dropped silently. */
  readonly ignoresOutOfRange: boolean;
  /** Names that were parsed before, by their text. */
  readonly names: Map<string, NonNullable<ParsedLine["named"]>>;
}

/** Names that are remembered within one request. */
const REMEMBERED_NAMES = 100_000;

/** A JavaError for a place in a line: `Parse error at index 3 in '…' (why)`. */
export function lineError(line: string, index: number, why: string, reason?: JavaError): JavaError {
  const cause = new JavaError(why, reason);
  return new JavaError(`Parse error at index ${index} in '${line}'`, cause);
}

/**
 * Parses a line. `inSeries`: whether a series came before it. Undefined point: dropped as out of
 * range. Throws a JavaError.
 */
export function parseLine(
  line: string,
  inSeries: boolean,
  rules: LineRules,
): ParsedLine & { readonly dropped: boolean } {
  const continued = line.startsWith("=");
  if (continued && !inSeries) throw lineError(line, 0, "Invalid continuation.");
  const slash = line.indexOf("/");
  if (slash < 0) throw lineError(line, 0, "Missing timestamp separator.");
  const ts = timestampOf(line, line.slice(continued ? 1 : 0, slash), rules);
  const far = rules.outOfRange(ts);
  if (far !== undefined && !rules.ignoresOutOfRange) {
    throw lineError(line, slash, `Timestamp ${ts} is too far in the ${far}.`);
  }
  const second = line.indexOf("/", slash + 1);
  if (second < 0) throw lineError(line, slash + 1, "Missing location/elevation separator.");
  const blank = line.indexOf(" ", second + 1);
  if (blank < 0) throw lineError(line, second + 1, "Missing class and value.");
  const location = locationOf(line, line.slice(slash + 1, second), slash + 1);
  const elevation = elevationOf(line, line.slice(second + 1, blank), second + 1);
  let at = skipBlanks(line, blank);
  let named: ParsedLine["named"];
  const brace = continued ? -1 : line.indexOf("{", at);
  if (brace >= 0) ({ named, at } = nameOf(line, at, brace, rules));
  else if (!inSeries) throw lineError(line, at, "Missing class or labels.");
  if (at >= line.length) throw lineError(line, Math.min(at, line.length) - 1, "Missing value.");
  const value = valueOf(line, at, rules);
  const point = { ts, location, elevation, value };
  return { named, point, dropped: far !== undefined };
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (line[at] === " ") at += 1;
  return at;
}

function timestampOf(line: string, text: string, { now }: LineRules): bigint {
  if (text === "") return now;
  try {
    return text.startsWith("T")
      ? BigInt.asIntN(64, now + parseLong(text.slice(1)))
      : parseLong(text);
  } catch {
    throw lineError(line, 0, "Invalid timestamp.");
  }
}

function locationOf(line: string, text: string, index: number): bigint {
  if (text === "") return NO_LOCATION;
  try {
    const colon = text.indexOf(":");
    if (colon < 0) return parseLong(text);
    return toHHCode(parseDouble(text.slice(0, colon)), parseDouble(text.slice(colon + 1)));
  } catch {
    throw lineError(line, index, "Invalid location.");
  }
}

function elevationOf(line: string, text: string, index: number): bigint {
  if (text === "") return NO_ELEVATION;
  try {
    return parseLong(text);
  } catch {
    throw lineError(line, index, "Invalid elevation.");
  }
}

function nameOf(
  line: string,
  from: number,
  brace: number,
  rules: LineRules,
): { named: ParsedLine["named"]; at: number } {
  const close = line.indexOf("}", brace);
  if (close < 0) throw lineError(line, brace + 1, "Missing end of labels.");
  const text = line.slice(from, close + 1);
  const bare = line[close + 1] === " ";
  const known = bare ? rules.names.get(text) : undefined;
  if (known !== undefined) {
    const at = skipBlanks(line, close + 1);
    if (at >= line.length) throw lineError(line, close, "Missing value.");
    return { named: known, at };
  }
  const labels = pairsOf(line, line.slice(brace + 1, close), brace + 1);
  let end = close + 1;
  let attributes: Map<string, string> | undefined;
  if (line[end] === "{") {
    const last = line.indexOf("}", end);
    if (last < 0) throw lineError(line, close, "Missing attributes.");
    if (rules.parseAttributes) attributes = pairsOf(line, line.slice(end + 1, last), end + 1);
    end = last + 1;
  }
  const at = skipBlanks(line, end);
  if (at >= line.length) throw lineError(line, close, "Missing value.");
  const className = decoded(line, line.slice(from, brace));
  const named = { text, className, labels, attributes };
  if (bare && rules.names.size < REMEMBERED_NAMES) rules.names.set(text, named);
  return { named, at };
}

function decoded(line: string, text: string): string {
  try {
    return decodePercent(text);
  } catch (error) {
    throw lineError(line, 0, error instanceof Error ? error.message : "");
  }
}

function pairsOf(line: string, text: string, index: number): Map<string, string> {
  try {
    const pairs = new Map<string, string>();
    for (const [name, value] of parseLabelSelectors(text)) {
      if (value.startsWith("~")) throw new JavaError(value);
      pairs.set(name, value.slice(1));
    }
    return pairs;
  } catch (error) {
    throw lineError(line, index, error instanceof Error ? error.message : "");
  }
}

function valueOf(line: string, at: number, { maxValueBytes }: LineRules): Value {
  const text = line.slice(at);
  let value: Value;
  try {
    value = parseValue(text);
  } catch (error) {
    const reason = new JavaError(error instanceof JavaError ? error.message : String(error));
    throw lineError(line, at, "Cannot parse value.", reason);
  }
  const size = typeof value === "string" || value instanceof Uint8Array ? value.length : 0;
  if (size > maxValueBytes) throw lineError(line, at, "Value too large for GTS ");
  return value;
}

/** A value as a line has it. Throws a JavaError. */
export function parseValue(text: string): Value {
  const first = text[0] ?? "";
  if (text.length > 1 && (first === "'" || first === '"') && text.endsWith(first)) {
    return decodePercent(text.slice(1, -1));
  }
  if (/^(?:t|true)$/i.test(text)) return true;
  if (/^(?:f|false)$/i.test(text)) return false;
  if (text.startsWith("b64:")) {
    return new Uint8Array(Buffer.from(text.slice(4), "base64"));
  }
  if (text.startsWith("hex:")) return new Uint8Array(Buffer.from(text.slice(4), "hex"));
  if (first === "[") return multivalue(text);
  if (first === "H" && text.startsWith("HH:")) {
    const [lat = "", lon = ""] = text.slice(3).split(":");
    return toHHCode(parseDouble(lat), parseDouble(lon));
  }
  if (looksDouble(text) || /^[+-]?\.[0-9]/.test(text)) {
    return text.length <= 15 && /^[0-9.+-]+$/.test(text) ? parseDecimal(text) : parseDouble(text);
  }
  return parseLong(text);
}

/** `[ ts/value ts/lat:lon/elev/value ]`: one binary value that holds points (facts warp10 §1.6). */
function multivalue(text: string): Value {
  const inner = /^\[(!?)\s*(.*?)\s*\]$/.exec(text)?.[2];
  if (inner === undefined) throw new JavaError(`For input string: "${text}"`);
  const encoder = new GtsEncoder();
  let ts = 0n;
  for (const element of inner.split(/\s+/).filter(Boolean)) {
    const parts = element.split("/");
    const value = parseValue(parts.pop() ?? "");
    if (parts.length > 0 && parts[0] !== "") ts = parseLong(parts[0] ?? "");
    const place = parts[1] ?? "";
    const [lat, lon] = place.split(":");
    const located = lat !== undefined && lon !== undefined;
    const height = parts.length === 2 && !located ? place : (parts[2] ?? "");
    encoder.add({
      ts,
      location: located ? toHHCode(parseDouble(lat), parseDouble(lon)) : NO_LOCATION,
      elevation: height === "" ? NO_ELEVATION : parseLong(height),
      value,
    });
  }
  return new Uint8Array(wrapPoints(encoder.bytes()));
}
