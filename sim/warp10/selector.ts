// The selector language of Warp 10: `class{label=value,label~regex}` (facts warp10 §3).
import { decodePercent } from "./text/percent.ts";
import { smartRegex } from "./text/smartPattern.ts";
import { JavaError } from "./values.ts";

/** A test of one text. `absent` is what it says of a label that a series does not have. */
export interface Matcher {
  readonly exact: string | undefined;
  /** `name=`: with absent-label support it demands that the label be absent. */
  readonly empty: boolean;
  test(text: string): boolean;
}

/** A parsed selector; the class may be any text, each label a Matcher. */
export interface Selector {
  readonly classMatcher: Matcher;
  readonly labels: ReadonlyMap<string, Matcher>;
}

/**
 * `=x` and `x` are exact, `~x` is a regex. Throws a JavaError for a regex that does not compile.
 */
export function matcherOf(text: string): Matcher {
  if (text.startsWith("~")) {
    return { exact: undefined, empty: false, test: smartRegex(text.slice(1)) };
  }
  const exact = text.startsWith("=") ? text.slice(1) : text;
  return { exact, empty: exact === "", test: (other) => other === exact };
}

/** Splits `class{labels}`; undefined where the text has not this form. */
export function splitSelector(text: string): readonly [string, string] | undefined {
  const match = /^([^{]+)\{(.*)\}$/.exec(text);
  return match === null ? undefined : [match[1] ?? "", match[2] ?? ""];
}

/**
 * The label part, still as text: name to `=value` or `~regex`; the last of equal names wins. Throws
 * a JavaError.
 */
export function parseLabelSelectors(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const raw of text.split(",")) {
    const token = raw.trim();
    if (token === "") continue;
    const operator = token.includes("=") ? "=" : "~";
    if (!token.includes(operator)) throw new JavaError(token);
    const [name = "", value = ""] = token.split(operator);
    found.set(decodePercent(name), operator + decodePercent(value));
  }
  return found;
}

/** The parts of a selector before its matchers are made, so that a token can put in its own. */
export interface SelectorText {
  className: string;
  readonly labels: Map<string, string>;
}

/** Parses one selector; undefined where it has no class or no braces. Throws a JavaError. */
export function parseSelector(text: string): SelectorText | undefined {
  const parts = splitSelector(text);
  if (parts === undefined) return undefined;
  return { className: decodePercent(parts[0]), labels: parseLabelSelectors(parts[1]) };
}

/** Compiles the parts of a selector. Throws a JavaError for a bad regex. */
export function compileSelector({ className, labels }: SelectorText): Selector {
  const compiled = new Map<string, Matcher>();
  for (const [name, text] of labels) compiled.set(name, matcherOf(text));
  return { classMatcher: matcherOf(className), labels: compiled };
}

/** Whether labels, or attributes where a label is absent, fit a selector's labels. */
export function labelsMatch(
  selector: Selector,
  labels: ReadonlyMap<string, string>,
  attributes: ReadonlyMap<string, string>,
  absentSupport: boolean,
): boolean {
  for (const [name, matcher] of selector.labels) {
    const value = labels.get(name) ?? attributes.get(name);
    if (absentSupport && matcher.empty) {
      if (value !== undefined) return false;
    } else if (value === undefined || !matcher.test(value)) {
      return false;
    }
  }
  return true;
}
