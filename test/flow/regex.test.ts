import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { regexProblem } from "../../src/flow/regex.ts";

const GOOD = [
  ".*",
  "^cpu.*$",
  String.raw`cpu\.(user|system)`,
  String.raw`(?i)cpu\.[a-z0-9_-]+`,
  String.raw`host-\d{1,3}\.par\b.*`,
  String.raw`(?!test)[^.]+(?:\.[a-z]+)?`,
  String.raw`a{2,}?b*?c+?d??`,
  String.raw`[\w\-\]\[.^-]+`,
  String.raw`\x41\u00e9\t\/\=\,`,
  "é\u{1F600}+",
  "([a-z]+-){3}x",
  "a|b|",
  "(?=.*a)(?=.*b).*",
  "[a-]",
  "[^^]",
  "(a{3}){4}",
];

describe("regexProblem", () => {
  it.each(GOOD)("accepts %j, as V8 does", (source) => {
    expect(regexProblem(source)).toBeUndefined();
    expect(() => new RegExp(source.replace("(?i)", ""))).not.toThrow();
  });

  it.each([
    ["(a+)+", /for ever/],
    ["(a|b)*", /for ever/],
    ["((a?){3})*", /for ever/],
    ["(.*,){1000}", /too many ways/],
    ["(a?){13}", /too many ways/],
    ["(?=.*a.*b.*c).*d.*e.*", /too many ways/],
    ["(((a{10}){10}){10}){2}", /more than 1000/],
    ["[a-z&&[b]]", /&&/],
    [String.raw`\1`, /escape/],
    [String.raw`\Qx`, /escape/],
    ["a\u0000", /control character/],
    ["(?x)a", /group of a kind/],
    ["(?<!a)b", /group of a kind/],
    ["a*+", /possessive/],
    ["^+", /anchor/],
    [String.raw`\b*`, /anchor/],
    ["(?i)*", /flag/],
    [")", /nothing opened/],
    ["a\u2028", /control character/],
  ])("refuses %j", (source, message) => {
    expect(regexProblem(source)).toMatch(message);
  });

  it("tells the place", () => {
    expect(regexProblem("abc)")).toContain("(at its character 4)");
  });

  it("never throws, and accepts nothing that V8 cannot read", () => {
    const piece = fc.constantFrom(..."ab.*+?|()[]{}^$\\-,0139 dwsxuQEpi:=!<>&é".split(""));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (parts) => {
        const source = parts.join("");
        if (regexProblem(source) !== undefined) return;
        expect(() => new RegExp(source.replaceAll(/\(\?[is]{1,2}\)/g, ""))).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
  });

  it("accepts nothing that backtracks beyond reason", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      ".",
      "a*",
      "a+",
      "(",
      ")",
      "(?:",
      "|",
      "*",
      "+",
      "?",
      "{2}",
      "{1,3}",
    );
    const text = `${"a".repeat(60)}!`;
    fc.assert(
      fc.property(fc.array(piece, { minLength: 3, maxLength: 14 }), (parts) => {
        const source = parts.join("");
        if (regexProblem(source) !== undefined) return;
        const start = performance.now();
        new RegExp(`^(?:${source})$`).test(text);
        expect(performance.now() - start).toBeLessThan(2_000);
      }),
      { numRuns: 1_500 },
    );
  });

  it("is quick on the longest", () => {
    const start = performance.now();
    regexProblem("(a".repeat(500));
    regexProblem("[".repeat(1_000));
    regexProblem("a?".repeat(500));
    expect(performance.now() - start).toBeLessThan(50);
  });
});
