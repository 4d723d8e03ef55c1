// java.util.regex on JavaScript's engine: the same syntax, the same full match, the same
// complaints.
import { literal, patternError, readClass, readEscape } from "./javaRegexClass.ts";

const ANY = "[^\\u{a}\\u{d}\\u{85}\\u{2028}\\u{2029}]";
const LINE_END = "(?:\\u{d}\\u{a}|[\\u{a}\\u{d}\\u{85}\\u{2028}\\u{2029}])";

interface Flags {
  readonly i: boolean;
  readonly s: boolean;
  readonly m: boolean;
  readonly x: boolean;
}

/** Translates one Java pattern to the source of a JavaScript one (flag v). */
class Translator {
  private readonly pattern: string;
  private at = 0;
  private atomic = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  translate(): string {
    const source = this.alternatives({ i: false, s: false, m: false, x: false });
    if (this.at < this.pattern.length) {
      throw patternError("Unmatched closing ')'", this.pattern, Math.max(0, this.at - 1));
    }
    return source;
  }

  /** Everything up to the `)` that ends this level, or to the end. */
  private alternatives(outer: Flags): string {
    let flags = outer;
    let source = "";
    let opened = 0;
    while (this.at < this.pattern.length && this.pattern[this.at] !== ")") {
      const c = this.pattern[this.at] ?? "";
      if (c === "|") {
        // An inline flag reaches over the alternatives that follow; JavaScript's group must be
        // reopened.
        source += `${")".repeat(opened)}|`;
        this.at += 1;
        opened = flags.i === outer.i ? 0 : 1;
        if (opened > 0) source += flags.i ? "(?i:" : "(?-i:";
        continue;
      }
      const inline = /^\(\?([ismxudU]*)(?:-([ismxudU]*))?\)/.exec(this.pattern.slice(this.at));
      if (inline !== null) {
        this.at += inline[0].length;
        const next = withFlags(flags, inline[1] ?? "", inline[2] ?? "");
        if (next.i !== flags.i) {
          source += next.i ? "(?i:" : "(?-i:";
          opened += 1;
        }
        flags = next;
        continue;
      }
      source += this.quantified(flags);
    }
    return source + ")".repeat(opened);
  }

  private quantified(flags: Flags): string {
    if (flags.x && this.skipComment()) return "";
    const c = this.pattern[this.at] ?? "";
    if (c === "*" || c === "+" || c === "?") {
      throw patternError(`Dangling meta character '${c}'`, this.pattern, this.at);
    }
    const atom = this.atom(flags);
    const match = /^(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?/.exec(this.pattern.slice(this.at));
    if (match === null) {
      if (this.pattern[this.at] === "{")
        throw patternError("Illegal repetition", this.pattern, this.at);
      return atom;
    }
    this.at += match[0].length;
    const quantifier = match[0];
    const possessive = quantifier.length > 1 && quantifier.endsWith("+");
    if (!possessive) return `(?:${atom})${quantifier}`;
    return this.once(`(?:${atom})${quantifier.slice(0, -1)}`);
  }

  /** An atomic group: what a lookahead has found once is not given back. */
  private once(source: string): string {
    const name = `atomic${this.atomic++}`;
    return `(?=(?<${name}>${source}))\\k<${name}>`;
  }

  private skipComment(): boolean {
    const match = /^(?:\s+|#[^\n]*\n?)/.exec(this.pattern.slice(this.at));
    if (match === null) return false;
    this.at += match[0].length;
    return true;
  }

  private atom(flags: Flags): string {
    const c = this.pattern[this.at] ?? "";
    if (c === "(") return this.group(flags);
    if (c === "[") {
      const { source, end } = readClass(this.pattern, this.at);
      this.at = end;
      return source;
    }
    if (c === "\\") return this.escape();
    if (c === "{") throw patternError("Illegal repetition", this.pattern, this.at);
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0);
    this.at += character.length;
    if (c === ".") return flags.s ? "[^]" : ANY;
    if (c === "^") return flags.m ? `(?<=^|${LINE_END})` : "(?<![^])";
    if (c === "$") return flags.m ? `(?=${LINE_END}|$)` : `(?=${LINE_END}?(?![^]))`;
    return literal(character);
  }

  private group(flags: Flags): string {
    const open = this.at;
    const rest = this.pattern.slice(open);
    const special =
      /^\((?:\?(?:([=!:>]|<[=!])|<([A-Za-z][A-Za-z0-9]*)>|([ismxudU]*)(?:-([ismxudU]*))?:))?/.exec(
        rest,
      );
    const [whole = "(", kind, name, on, off] = special ?? [];
    if (rest.startsWith("(?") && whole === "(") {
      throw patternError("Unknown inline modifier", this.pattern, open + 2);
    }
    this.at += whole.length;
    const inner = on === undefined ? flags : withFlags(flags, on, off ?? "");
    const body = this.alternatives(inner);
    if (this.pattern[this.at] !== ")") {
      throw patternError("Unclosed group", this.pattern, this.pattern.length);
    }
    this.at += 1;
    if (kind === ">") return this.once(`(?:${body})`);
    if (kind !== undefined) return `(?${kind}${body})`;
    if (name !== undefined) return `(?<${name}>${body})`;
    if (on === undefined) return `(${body})`;
    if (inner.i === flags.i) return `(?:${body})`;
    return `(?${inner.i ? "i" : "-i"}:${body})`;
  }

  private escape(): string {
    const start = this.at;
    const c = this.pattern[start + 1];
    if (c === undefined) throw patternError("Unexpected internal error", this.pattern, start + 1);
    if (c === "Q") {
      const end = this.pattern.indexOf("\\E", start + 2);
      const text = this.pattern.slice(start + 2, end < 0 ? undefined : end);
      this.at = end < 0 ? this.pattern.length : end + 2;
      return `(?:${Array.from(text, literal).join("")})`;
    }
    const anchor = ANCHORS[c];
    if (anchor !== undefined) {
      this.at += 2;
      return anchor;
    }
    const back = /^\\(?:([1-9])|k<([A-Za-z][A-Za-z0-9]*)>)/.exec(this.pattern.slice(start));
    if (back !== null) {
      this.at += back[0].length;
      return back[1] === undefined ? `\\k<${back[2]}>` : `\\${back[1]}`;
    }
    const escape = readEscape(this.pattern, start);
    if (escape === undefined) {
      throw patternError("Illegal/unsupported escape sequence", this.pattern, start + 1);
    }
    this.at = escape.end;
    return escape.set ?? literal(escape.character ?? "");
  }
}

const ANCHORS: Readonly<Record<string, string>> = {
  A: "(?<![^])",
  G: "(?<![^])",
  z: "(?![^])",
  Z: `(?=${LINE_END}?(?![^]))`,
  b: "\\b",
  B: "\\B",
  R: LINE_END,
};

function withFlags(flags: Flags, on: string, off: string): Flags {
  const set = (name: "i" | "s" | "m" | "x"): boolean =>
    (flags[name] || on.includes(name)) && !off.includes(name);
  return { i: set("i"), s: set("s"), m: set("m"), x: set("x") };
}

/**
 * Compiles a Java pattern to a test of the *whole* text (Matcher.matches).
 * Throws a JavaError with PatternSyntaxException's message.
 */
export function compileJavaRegex(pattern: string): (text: string) => boolean {
  const source = new Translator(pattern).translate();
  let regex: RegExp;
  try {
    regex = new RegExp(`^(?:${source})$`, "v");
  } catch {
    throw patternError("Unsupported pattern", pattern, pattern.length);
  }
  return (text) => regex.test(text);
}
