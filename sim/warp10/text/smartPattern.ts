// Warp 10's shortcut before a regex: a literal fragment that the text must hold. It ignores
// quantifiers and flags, so it loses matches unless the whole regex is in parentheses (facts warp10
// §3).
import { compileJavaRegex } from "./javaRegex.ts";

/** The fragment that Warp 10 looks for first; undefined where it gives up looking. */
export function smartFragment(pattern: string): string | undefined {
  if (pattern.includes("|")) return undefined;
  const bare = pattern
    .replaceAll(/\(.*\)/g, " ")
    .replaceAll(/\[.*\]/g, " ")
    .replaceAll(/\{.*\}/g, " ")
    .replaceAll(/\\.*/g, "");
  let longest: string | undefined;
  for (const token of bare.split(/[^a-zA-Z0-9]/)) {
    if (token !== "" && token.length > (longest?.length ?? 0)) longest = token;
  }
  return longest;
}

/**
 * A regex of a selector as Warp 10 evaluates it, its false negatives included. Throws a JavaError.
 */
export function smartRegex(pattern: string): (text: string) => boolean {
  const matches = compileJavaRegex(pattern);
  if (/^\^?\.\*\$?$/.test(pattern) && pattern !== ".*$") return () => true;
  const fragment = smartFragment(pattern);
  if (fragment === undefined) return matches;
  return (text) => text.includes(fragment) && matches(text);
}
