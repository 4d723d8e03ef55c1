// What a flow file may be before anybody parses it (reliability §5.4): bytes, text, size, depth.
import { Lexer, CST } from "yaml";
import { HIDDEN_CHARACTER } from "./fields.ts";

export const MAX_FILE_BYTES = 65_536;
export const MAX_DEPTH = 20;
export const MAX_NODES = 5_000;
export const MAX_LINES = 5_000;

/** A limit that was met: where in the text, what is wrong, what was expected. */
export interface LimitProblem {
  readonly offset: number;
  readonly message: string;
  readonly expected: string;
}

/**
 * A file's bytes as text without the byte order mark that some editors put first, or why they are
 * none.
 */
export function readText(bytes: Uint8Array): { text: string } | { problem: LimitProblem } {
  if (bytes.length > MAX_FILE_BYTES) {
    return problemAt(0, `the file has ${bytes.length} bytes`, `at most ${MAX_FILE_BYTES} bytes`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return problemAt(0, "the file is not valid UTF-8", "UTF-8 text");
  }
  const hidden = HIDDEN_CHARACTER.exec(text);
  if (hidden === null) return { text };
  const code = (hidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return problemAt(
    hidden.index,
    `the character U+${code} can hide what the file says`,
    "text without control, byte order and bidirectional characters",
  );
}

/** What of YAML a flow may not use, as the lexer sees it. */
export type Mark = {
  readonly offset: number;
  readonly kind: "alias" | "anchor" | "tag" | "directive";
};

/** What one pass over the tokens tells: the first limit met, or every mark. */
export type Scan = { readonly problem: LimitProblem } | { readonly marks: readonly Mark[] };

/**
 * Counts lines, nodes and depth from the text's tokens alone, and stops at the first that is too
 * many.
 */
export function scanTokens(text: string): Scan {
  const marks: Mark[] = [];
  const meter = { offset: 0, lines: 1, nodes: 0, flowDepth: 0, lineDepth: 0 };
  let scalarText = false;
  for (const token of new Lexer().lex(text)) {
    const kind = scalarText ? undefined : measure(token, meter);
    if (kind !== undefined) marks.push({ offset: meter.offset, kind });
    meter.lines += token.includes("\n") ? token.split("\n").length - 1 : 0;
    if (meter.lines > MAX_LINES) return tooMany(meter.offset, "lines", MAX_LINES);
    if (meter.nodes > MAX_NODES) return tooMany(meter.offset, "values", MAX_NODES);
    if (Math.max(meter.flowDepth, meter.lineDepth) > MAX_DEPTH) return tooDeep(meter.offset);
    // Marks of the lexer's own, which are not in the text; the one of a plain or block scalar
    // precedes its text.
    const own: boolean = !scalarText && /^[\u0002\u0018\u001F]$/.test(token);
    scalarText = own && token === CST.SCALAR;
    if (!own) meter.offset += token.length;
  }
  return { marks };
}

/** The problem of too deep a file. */
export function tooDeep(offset: number): { problem: LimitProblem } {
  return tooMany(offset, "levels", MAX_DEPTH);
}

interface Meter {
  nodes: number;
  flowDepth: number;
  /** `- - -` and `? ? ?` of one line nest as brackets do. */
  lineDepth: number;
}

function measure(token: string, meter: Meter): Mark["kind"] | undefined {
  const type = CST.tokenType(token);
  if (type === "newline") meter.lineDepth = 0;
  if (type === "flow-seq-start" || type === "flow-map-start") meter.flowDepth++;
  if (type === "flow-seq-end" || type === "flow-map-end") meter.flowDepth--;
  if (type === "seq-item-ind" || type === "explicit-key-ind") meter.lineDepth++;
  if (type !== null && NODE_TOKENS.has(type)) meter.nodes++;
  if (type === "alias" || type === "anchor" || type === "tag") return type;
  return type === "directive-line" ? "directive" : undefined;
}

/** Tokens that begin a node, or stand for the trouble of one. */
const NODE_TOKENS: ReadonlySet<string> = new Set([
  "scalar",
  "single-quoted-scalar",
  "double-quoted-scalar",
  "block-scalar-header",
  "flow-seq-start",
  "flow-map-start",
  "seq-item-ind",
  "explicit-key-ind",
  "alias",
  "anchor",
  "tag",
  "directive-line",
  "doc-start",
  "doc-end",
  "flow-error-end",
  "error",
]);

function tooMany(offset: number, what: string, most: number): { problem: LimitProblem } {
  return problemAt(offset, `the file has more than ${most} ${what}`, `at most ${most} ${what}`);
}

function problemAt(offset: number, message: string, expected: string): { problem: LimitProblem } {
  return { problem: { offset, message, expected } };
}
