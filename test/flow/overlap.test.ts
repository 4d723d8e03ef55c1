// Two selectors are apart only where that is certain: what forbids must err on the side of "may".
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { mayOverlap } from "../../src/flow/overlap.ts";
import type { Match, Selector } from "../../src/warp10/selector.ts";

const of = (name: Match, labels: Record<string, Match> = {}): Selector => ({ class: name, labels });
const exact = (text: string): Match => ({ exact: text });
const regex = (text: string): Match => ({ regex: text });
const both = (a: Selector, b: Selector): [boolean, boolean] => [mayOverlap(a, b), mayOverlap(b, a)];

describe("selectors that are certainly apart", () => {
  test.each([
    ["two names", of(exact("cpu")), of(exact("mem"))],
    ["a name that a regex refuses", of(exact("cpu.load")), of(regex("mem\\..*"))],
    ["a name that is only part of what a regex matches", of(exact("cpu")), of(regex("cpu\\..+"))],
    ["names by a leading flag", of(exact("cpu")), of(regex("(?i)MEM.*"))],
    ["prefixes", of(regex("cpu\\..*")), of(regex("mem\\..*"))],
    ["prefixes of every choice", of(regex("cpu\\..*|disk.*")), of(regex("mem.*|net[0-9]"))],
    ["label values", of(regex(".*"), { a: exact("x") }), of(regex(".*"), { a: exact("y") })],
    ["an empty label", of(exact("c"), { a: { empty: true } }), of(exact("c"), { a: exact("y") })],
    [
      "a negated label",
      of(exact("c"), { a: regex("(?!gold$).*") }),
      of(exact("c"), { a: exact("gold") }),
    ],
  ])("%s", (_, a, b) => {
    expect(both(a, b)).toEqual([false, false]);
  });
});

describe("selectors that may overlap", () => {
  test.each([
    ["the same name", of(exact("cpu")), of(exact("cpu"))],
    ["a name in a regex", of(exact("cpu.load")), of(regex("cpu\\..*"))],
    ["everything", of(regex(".*")), of(exact("billing"))],
    ["other labels", of(exact("c"), { a: exact("x") }), of(exact("c"), { b: exact("y") })],
    ["a prefix of the other", of(regex("c.*")), of(regex("cpu.*"))],
    ["one choice in common", of(regex("mem.*|cpu.*")), of(regex("cpu\\.load"))],
    ["a repeated letter", of(regex("cpu*")), of(regex("cp\\.x.*"))],
    ["a letter that may be missing", of(regex("xy?a")), of(regex("xa.*"))],
    ["an escape that is no sign", of(regex("\\x63pu.*")), of(regex("cpu.*"))],
    ["a flag inside", of(regex("(?i)CPU.*")), of(regex("cpu.*"))],
    ["a bar in a class", of(regex("[a|b]x")), of(regex("bx"))],
    ["a name that is not plain ASCII", of(exact("caf\u00e9")), of(regex("mem.*"))],
    ["a name with a line end: $ of Java", of(exact("cpu\n")), of(regex("cpu$"))],
    ["a name too long to try", of(exact("a".repeat(101))), of(regex("b"))],
  ])("%s", (_, a, b) => {
    expect(both(a, b)).toEqual([true, true]);
  });

  it("never says apart of two regexes that match one text", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      "ab",
      ".",
      "a*",
      "b?",
      "[ab]",
      "a|b",
      "(a|b)",
      "a+",
      "\\.",
      "a{2}",
      "(?:ab)?",
      "\\x61",
    );
    const pattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
    const text = fc.array(fc.constantFrom("a", "b", "."), { maxLength: 6 }).map((t) => t.join(""));
    fc.assert(
      fc.property(pattern, pattern, text, (p, q, t) => {
        const matches = (r: string): boolean => new RegExp(`^(?:${r})$`).test(t);
        if (!matches(p) || !matches(q)) return;
        expect(mayOverlap(of(regex(p)), of(regex(q)))).toBe(true);
        expect(mayOverlap(of(exact(t)), of(regex(q)))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});
