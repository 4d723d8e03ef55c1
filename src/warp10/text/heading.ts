// `class{label=value,…}`: the heading of a series in the server's text.
import type { SeenSeries } from "../../archive/points.ts";
import { identityOf, type Labels } from "../series.ts";
import { percentDecode } from "./encoding.ts";

const OPEN = 123;
const CLOSE = 125;
const COMMA = 44;
const EQUALS = 61;
const BLANK = 32;

/** A heading as read, and where the byte after its closing brace is; or why it is none. */
export type Heading =
  | { readonly series: SeenSeries; readonly next: number }
  | { readonly refused: string };

/**
 * Reads a heading from `from` on; it must end before `to`. Names, class and values are
 * percent-decoded UTF-8; an empty class is legal (facts warp10 §7), a label that is named twice is
 * not: the server prints each once.
 */
export function parseHeading(bytes: Uint8Array, from: number, to: number): Heading {
  const open = find(bytes, OPEN, from, to);
  if (open < 0) return { refused: "its class is not followed by labels in braces" };
  const className = decodeName(bytes, from, open);
  if (className === undefined) return { refused: "its class does not decode" };
  const close = find(bytes, CLOSE, open + 1, to);
  if (close < 0) return { refused: "its labels have no closing brace" };
  const labels = parseLabels(bytes, open + 1, close);
  if (labels === undefined) return { refused: "its labels are not name=value, each name once" };
  return {
    series: { className, labels, identity: identityOf({ className, labels }) },
    next: close + 1,
  };
}

/**
 * Where `mark` first is in [from, to), or −1; a blank before it ends the search: names hold none.
 */
function find(bytes: Uint8Array, mark: number, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    if (bytes[at] === mark) return at;
    if (bytes[at] === BLANK) return -1;
  }
  return -1;
}

function parseLabels(bytes: Uint8Array, from: number, to: number): Labels | undefined {
  if (from === to) return {};
  const pairs = new Map<string, string>();
  let start = from;
  while (start <= to) {
    const comma = find(bytes, COMMA, start, to);
    const end = comma < 0 ? to : comma;
    const equals = find(bytes, EQUALS, start, end);
    if (equals < 0) return undefined;
    const name = decodeName(bytes, start, equals);
    const value = decodeName(bytes, equals + 1, end);
    if (name === undefined || value === undefined || pairs.has(name)) return undefined;
    pairs.set(name, value);
    start = end + 1;
  }
  return Object.fromEntries(pairs);
}

/** A percent-encoded name; what structures a heading must not stand in it unencoded. */
function decodeName(bytes: Uint8Array, from: number, to: number): string | undefined {
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte === OPEN || byte === CLOSE || byte === COMMA || byte === EQUALS) return undefined;
  }
  return percentDecode(bytes, from, to)?.toString("utf8");
}
