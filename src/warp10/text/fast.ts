// The fast path of the text reader: lines `=TIMESTAMP// NUMBER` with no place, which is nearly all
// of most archives.
import { KIND, type Kind } from "../../archive/points.ts";
import type { Columns } from "./columns.ts";
import { nearestDouble } from "./decimal.ts";
import { composeLong, type Words } from "./number.ts";

const NEWLINE = 10;
const BLANK = 32;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const EQUALS = 61;
const EXPONENT = 69;

/** Digits of an integer that are gathered in one 32-bit register. */
const GROUP = 9;
/** What the scanners return when a line is not simple; no position that they return is 0. */
const OTHER = 0;

/** Words of the last timestamp, and the next row to fill. */
export interface SimpleState extends Words {
  row: number;
}

/** What the scanners found: an integer's words, or a double. */
interface Scan extends Words {
  kind: Kind;
  double: number;
}

/**
 * Reads lines from `from` on while they are simple, and returns where the first other line begins:
 * one that continues no series, has a place, a negative time, a value that is no short number, or
 * anything wrong with it, about which the general path decides. Stops when the batch is full.
 */
export function readSimpleLines(
  bytes: Uint8Array,
  from: number,
  to: number,
  columns: Columns,
  state: SimpleState,
): number {
  const { batch, timestampWords, bitsWords, bitsDoubles, capacity } = columns;
  const { kind } = batch;
  const scan: Scan = { low: 0, high: 0, kind: KIND.long, double: 0 };
  let { row, low: lastLow, high: lastHigh } = state;
  let line = from;
  while (line < to && row < capacity) {
    if (bytes[line] !== EQUALS) break;
    const value = scanTime(bytes, line + 1, scan);
    if (value === OTHER) break;
    const { low, high } = scan;
    if (high > lastHigh || (high === lastHigh && low >>> 0 >= lastLow >>> 0)) break;
    const end = scanNumber(bytes, value, scan);
    if (end === OTHER) break;
    kind[row] = scan.kind;
    if (scan.kind === KIND.double) bitsDoubles[row] = scan.double;
    else {
      bitsWords[2 * row] = scan.low;
      bitsWords[2 * row + 1] = scan.high;
    }
    timestampWords[2 * row] = low;
    timestampWords[2 * row + 1] = high;
    lastLow = low;
    lastHigh = high;
    row++;
    line = end + 1;
  }
  state.row = row;
  state.low = lastLow;
  state.high = lastHigh;
  return line;
}

/** Scans `DIGITS// ` and returns where the value begins. */
function scanTime(bytes: Uint8Array, begin: number, scan: Scan): number {
  let at = begin;
  let leading = 0;
  let digit = (bytes[at] ?? 0) - ZERO;
  while (digit >= 0 && digit <= 9 && at - begin < GROUP) {
    leading = leading * 10 + digit;
    digit = (bytes[++at] ?? 0) - ZERO;
  }
  let trailing = 0;
  let more = 0;
  if (digit >= 0 && digit <= 9) {
    // The tenth digit, so that nine more make the nineteen of the longest integer.
    leading = leading * 10 + digit;
    digit = (bytes[++at] ?? 0) - ZERO;
    const middle = at;
    while (digit >= 0 && digit <= 9 && at - middle < GROUP) {
      trailing = trailing * 10 + digit;
      digit = (bytes[++at] ?? 0) - ZERO;
    }
    more = at - middle;
  }
  const length = at - begin;
  if (length === 0 || (bytes[begin] === ZERO && length > 1)) return OTHER;
  if (bytes[at] !== SLASH || bytes[at + 1] !== SLASH || bytes[at + 2] !== BLANK) return OTHER;
  return composeLong(leading, trailing, more, false, scan) ? at + 3 : OTHER;
}

/** Scans a number of at most 18 digits up to the line's end, and returns where that is. */
function scanNumber(bytes: Uint8Array, from: number, scan: Scan): number {
  const negative = bytes[from] === MINUS;
  const first = negative ? from + 1 : from;
  let at = first;
  let leading = 0;
  let trailing = 0;
  let count = 0;
  let point = -1;
  for (; ; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (count < GROUP) leading = leading * 10 + digit;
      else trailing = trailing * 10 + digit;
      count++;
    } else if (digit === DOT - ZERO && point < 0) point = count;
    else break;
  }
  if (count === 0 || count > 2 * GROUP) return OTHER;
  if (bytes[first] === ZERO && point !== 1 && (count > 1 || negative)) return OTHER;
  const tail = count > GROUP ? count - GROUP : 0;
  if (point < 0) {
    scan.kind = KIND.long;
    if (bytes[at] !== NEWLINE) return OTHER;
    return composeLong(leading, trailing, tail, negative, scan) ? at : OTHER;
  }
  if (point === 0 || point === count) return OTHER;
  let scale = count - point;
  if (bytes[at] === EXPONENT) {
    const negativeExponent = bytes[at + 1] === MINUS;
    const exponentAt = at + (negativeExponent ? 2 : 1);
    at = exponentAt;
    let exponent = 0;
    for (let digit = (bytes[at] ?? 0) - ZERO; digit >= 0 && digit <= 9;) {
      exponent = exponent * 10 + digit;
      digit = (bytes[++at] ?? 0) - ZERO;
    }
    if (at === exponentAt || at - exponentAt > 2) return OTHER;
    scale += negativeExponent ? exponent : -exponent;
  }
  const value = nearestDouble(leading, trailing, tail, scale);
  if (bytes[at] !== NEWLINE || Number.isNaN(value)) return OTHER;
  scan.kind = KIND.double;
  scan.double = negative ? -value : value;
  return at;
}
