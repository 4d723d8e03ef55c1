// Java's character classes as JavaScript's (flag v): [a-z&&[^b]], \p{Alpha}, \h, unions and nested
// classes.
import { JavaError } from "../values.ts";

/** A syntax error as java.util.regex words it, with the caret under the place. */
export function patternError(what: string, pattern: string, index: number): JavaError {
  const caret = index >= 0 && index < pattern.length ? `\n${" ".repeat(index)}^` : "";
  return new JavaError(`${what} near index ${index}\n${pattern}${caret}`);
}

/** One code point, safe anywhere in a pattern of flag v. */
export function literal(character: string): string {
  if (/^[A-Za-z0-9]$/.test(character)) return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** What `\d` and its like are, as the inside of a class; ASCII only, as Java's are. */
const SHORTHAND: Readonly<Record<string, string>> = {
  d: "0-9",
  s: "\\u{20}\\u{9}-\\u{d}",
  w: "A-Za-z0-9_",
  h: "\\u{20}\\u{9}\\u{a0}\\u{1680}\\u{180e}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}",
  v: "\\u{a}-\\u{d}\\u{85}\\u{2028}\\u{2029}",
};

/** POSIX classes of Java, ASCII only. */
const POSIX: Readonly<Record<string, string>> = {
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: "\\u{0}-\\u{7f}",
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Punct: "\\u{21}-\\u{2f}\\u{3a}-\\u{40}\\u{5b}-\\u{60}\\u{7b}-\\u{7e}",
  Graph: "\\u{21}-\\u{7e}",
  Print: "\\u{20}-\\u{7e}",
  Blank: "\\u{20}\\u{9}",
  Cntrl: "\\u{0}-\\u{1f}\\u{7f}",
  XDigit: "0-9a-fA-F",
  Space: "\\u{20}\\u{9}-\\u{d}",
};

const CONTROL: Readonly<Record<string, string>> = {
  t: "\t",
  n: "\n",
  r: "\r",
  f: "\f",
  a: "\u0007",
  e: "\u001b",
};

/**
 * An escape that was read: one character, or a set (`source` stands alone, in or out of brackets).
 */
export interface Escape {
  readonly end: number;
  readonly character?: string;
  readonly set?: string;
}

/**
 * Reads an escape that is legal in and out of classes, the backslash at `at`; undefined: none of
 * these.
 */
export function readEscape(pattern: string, at: number): Escape | undefined {
  const c = pattern[at + 1] ?? "";
  const control = CONTROL[c];
  if (control !== undefined) return { end: at + 2, character: control };
  const shorthand = SHORTHAND[c] ?? SHORTHAND[c.toLowerCase()];
  if (shorthand !== undefined && /[dDsSwWhHvV]/.test(c)) {
    return { end: at + 2, set: `[${c === c.toLowerCase() ? "" : "^"}${shorthand}]` };
  }
  if (c === "p" || c === "P") return readProperty(pattern, at, c === "P");
  const code =
    /^\\(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|0([0-3]?[0-7]{1,2})|c(.))/su.exec(
      pattern.slice(at),
    );
  if (code !== null) {
    const [whole, braced, short, long, octal, ctrl] = code;
    const hex = braced ?? short ?? long;
    const point =
      hex !== undefined
        ? Number.parseInt(hex, 16)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : (ctrl ?? "").charCodeAt(0) ^ 64;
    return { end: at + whole.length, character: String.fromCodePoint(point) };
  }
  if (c !== "" && !/[A-Za-z0-9]/.test(c)) {
    const character = String.fromCodePoint(pattern.codePointAt(at + 1) ?? 0);
    return { end: at + 1 + character.length, character };
  }
  return undefined;
}

function readProperty(pattern: string, at: number, negated: boolean): Escape {
  const match = /^\\[pP](?:\{([^}]*)\}|(.))/su.exec(pattern.slice(at));
  if (match === null) throw patternError("Unclosed character family", pattern, pattern.length - 1);
  const name = match[1] ?? match[2] ?? "";
  const posix = POSIX[name];
  const end = at + match[0].length;
  if (posix !== undefined) return { end, set: `[${negated ? "^" : ""}${posix}]` };
  const plain = name
    .replace(/^(?:Is|general_category=|gc=)/, "")
    .replace(/^(?:script=|sc=)/, "Script=");
  for (const candidate of [plain, `Script=${plain}`]) {
    try {
      const set = `\\${negated ? "P" : "p"}{${candidate}}`;
      new RegExp(set, "v");
      return { end, set };
    } catch {
      continue;
    }
  }
  throw patternError(`Unknown character property name {${name}}`, pattern, end - 1);
}

/** Reads a class, `[` at `at`; gives its JavaScript and the index after its `]`. */
export function readClass(pattern: string, at: number): { source: string; end: number } {
  let index = at + 1;
  const negated = pattern[index] === "^";
  if (negated) index += 1;
  const operands: string[] = [];
  let parts: string[] = [];
  let first = true;
  for (;;) {
    const c = pattern[index];
    if (c === undefined) {
      throw patternError("Unclosed character class", pattern, pattern.length - 1);
    }
    if (c === "]" && !(first && operands.length === 0)) {
      index += 1;
      break;
    }
    if (pattern.startsWith("&&", index)) {
      operands.push(`[${parts.join("")}]`);
      parts = [];
      index += 2;
      continue;
    }
    first = false;
    if (c === "[") {
      const inner = readClass(pattern, index);
      parts.push(inner.source);
      index = inner.end;
      continue;
    }
    const item = readItem(pattern, index);
    parts.push(item.source);
    index = item.end;
  }
  operands.push(`[${parts.join("")}]`);
  const inside = operands.length === 1 ? parts.join("") : operands.join("&&");
  return { source: `[${negated ? "^" : ""}${inside}]`, end: index };
}

function readItem(pattern: string, at: number): { source: string; end: number } {
  const low = readOne(pattern, at);
  if (low.set !== undefined) return { source: low.set, end: low.end };
  const from = low.character ?? "";
  const next = pattern[low.end + 1];
  if (pattern[low.end] !== "-" || next === undefined || next === "]" || next === "[") {
    return { source: literal(from), end: low.end };
  }
  const high = readOne(pattern, low.end + 1);
  if (high.character === undefined) return { source: literal(from), end: low.end };
  if ((high.character.codePointAt(0) ?? 0) < (from.codePointAt(0) ?? 0)) {
    throw patternError("Illegal character range", pattern, high.end - 1);
  }
  return { source: `${literal(from)}-${literal(high.character)}`, end: high.end };
}

function readOne(pattern: string, at: number): Escape {
  if (pattern[at] !== "\\") {
    const character = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
    return { end: at + character.length, character };
  }
  const escape = readEscape(pattern, at);
  if (escape === undefined)
    throw patternError("Illegal/unsupported escape sequence", pattern, at + 1);
  return escape;
}
