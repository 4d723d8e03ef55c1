// Selectors as structure, and the one encoder that makes the server's text of them (facts warp10
// §3).
import { CellarmanError } from "../runtime/errors.ts";

/** What a class name or a label's value must be. */
export type Match =
  | { readonly exact: string }
  /** java.util.regex, matched against the whole text. */
  | { readonly regex: string }
  /** The label is there with an empty value. Labels only. */
  | { readonly empty: true }
  /** The label is not there (needs `warp10.absent.label.support`). Labels only. */
  | { readonly absent: true };

/**
 * A set of series. Labels are matched by attributes of that name too (facts warp10 §3); more labels
 * may be there.
 */
export interface Selector {
  readonly class: Match;
  readonly labels: Readonly<Record<string, Match>>;
}

/**
 * The end of the text for java.util.regex, where `$` also matches before a last line terminator.
 */
const TEXT_END = String.raw`(?![\s\S])`;

/** Any text, line terminators included, where `.*` stops at them. */
export const ANY_TEXT = String.raw`[\s\S]*`;

/**
 * The server's text of a selector: percent-encoded, no blank, ASCII only, labels sorted by name.
 * Put it into a form body with form encoding on top. Throws code "usage" on text that is no Unicode
 * (a lone surrogate), code "internal" on a class that is to be absent or empty by label rules.
 */
export function encodeSelector(selector: Selector): string {
  const names = Object.keys(selector.labels).toSorted();
  const labels = names.map((name) => encodeLabel(name, selector.labels[name]));
  return `${encodeClass(selector.class)}{${labels.join(",")}}`;
}

function encodeClass(match: Match): string {
  if ("exact" in match) return `=${percentEncode(match.exact)}`;
  if ("regex" in match) return encodeRegex(match.regex);
  throw new CellarmanError("internal", "a class name cannot be matched as absent");
}

function encodeLabel(name: string, match: Match | undefined): string {
  if (name === "" || match === undefined) {
    throw new CellarmanError("internal", "a selector needs a name and a match for each label");
  }
  const encoded = percentEncode(name);
  if ("absent" in match) return `${encoded}=`;
  if ("regex" in match) return `${encoded}${encodeRegex(match.regex)}`;
  // `name=` would mean absent (facts warp10 §3).
  if ("empty" in match || match.exact === "") return `${encoded}~()`;
  return `${encoded}=${percentEncode(match.exact)}`;
}

/**
 * Whole in parentheses: the server's literal pre-test, which drops series, skips what stands in
 * them (SmartPattern, facts warp10 §3). It finds them by a regex of its own whose dot stops at line
 * terminators, so none may be inside.
 */
function encodeRegex(regex: string): string {
  if (/[\n\r\u0085\u2028\u2029]/.test(regex)) {
    throw new CellarmanError("usage", "a selector's regex holds a line terminator", {
      hint: String.raw`Write it as \n, \r or \x{2028}.`,
    });
  }
  return `~(${percentEncode(regex)})`;
}

function percentEncode(text: string): string {
  if (!text.isWellFormed()) {
    throw new CellarmanError("usage", "a selector holds half of a surrogate pair", {
      hint: "Write the character itself, or match it by a regex.",
    });
  }
  return encodeURIComponent(text).replaceAll(/[!'()*~]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `%${code.toString(16).toUpperCase()}`;
  });
}

/**
 * A regex that matches exactly this text: letters and digits as they are, all else as `\xhh` and
 * `\uhhhh` (a pair of them beyond the BMP, which java.util.regex reads as one code point). ASCII
 * only.
 */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, (unit) => {
    const code = unit.charCodeAt(0);
    const hex = code.toString(16);
    return code < 0x100 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
  });
}

/** A regex for the texts that `base` matches whole and each of `also` matches whole. */
export function bothRegex(also: readonly string[], base: string): string {
  return `${also.map((regex) => `(?=(?:${regex})${TEXT_END})`).join("")}(?:${base})`;
}

/** A regex for the texts that `base` matches whole and none of `never` matches whole. */
export function exceptRegex(never: readonly string[], base: string): string {
  return `${never.map((regex) => `(?!(?:${regex})${TEXT_END})`).join("")}(?:${base})`;
}
