import { describe, expect, test } from "vitest";
import { compileJavaRegex } from "../../../sim/warp10/text/javaRegex.ts";
import { smartFragment, smartRegex } from "../../../sim/warp10/text/smartPattern.ts";

describe("Java's regular expressions", () => {
  test.each([
    ["a.c", "abc", true],
    ["a.c", "a\nc", false],
    ["(?s)a.c", "a\nc", true],
    ["[\\s\\S]*\\z", "a\nb", true],
    ["b", "abc", false],
    ["((?i)v)", "V", true],
    ["(?i)v|w", "W", true],
    ["(?i:A)b", "aB", false],
    ["x(?!s)[a-z]+", "xabc", true],
    ["x(?!s)[a-z]+", "xsbc", false],
    ["(?<=a)b|ab", "ab", true],
    ["a++b", "aab", true],
    ["a++a", "aaa", false],
    ["(?>a|ab)c", "abc", false],
    ["[a-z&&[^b]]+", "acd", true],
    ["[a-z&&[^b]]+", "abc", false],
    ["[a[bc]]+", "cab", true],
    ["[]a]+", "]a", true],
    ["[a-]+", "-a", true],
    ["\\p{Alpha}\\p{Digit}\\d\\w", "a11_", true],
    ["\\p{L}+", "éa", true],
    ["\\p{IsGreek}", "λ", true],
    ["\\Qa.b\\E", "a.b", true],
    ["\\Qa.b\\E", "axb", false],
    ["\\x41\\u0042\\x{1F600}", "AB😀", true],
    ["(a)(b)\\2", "abb", true],
    ["(?<n>a)\\k<n>", "aa", true],
    ["a$", "a\n", false],
    ["^(?:ab)$", "ab", true],
    ["(?x) a b # c", "ab", true],
    ["[^\\d\\-.]+", "a/b", true],
    ["", "", true],
    ["()", "", true],
    ["x{2,3}?", "xxx", true],
    ["😀.", "😀a", true],
  ])("/%s/ on %j: %s", (pattern, text, matches) => {
    expect(compileJavaRegex(pattern)(text)).toBe(matches);
  });

  test.each([
    ["(a", "Unclosed group near index 2\n(a"],
    ["a)", "Unmatched closing ')' near index 0\na)\n^"],
    ["(conf.sel.[)", "Unclosed character class near index 11\n(conf.sel.[)\n           ^"],
    ["*a", "Dangling meta character '*' near index 0\n*a\n^"],
    ["[z-a]", "Illegal character range near index 3\n[z-a]\n   ^"],
    ["\\y", "Illegal/unsupported escape sequence near index 1\n\\y\n ^"],
  ])("/%s/ is refused in Java's words", (pattern, message) => {
    expect(() => compileJavaRegex(pattern)).toThrow(message);
  });
});

describe("Warp 10's shortcut before a regex", () => {
  test("takes the longest literal run and ignores quantifiers", () => {
    expect(smartFragment("conf.sel.colou?r")).toBe("colou");
    expect(smartFragment("(conf.sel.colou?r)")).toBeUndefined();
    expect(smartFragment("a|bcd")).toBeUndefined();
    expect(smartFragment("ab\\.colou?r")).toBe("ab");
  });

  test("so it loses what the regex would match, unless all of it is in parentheses", () => {
    expect(smartRegex("colou?r")("color")).toBe(false);
    expect(smartRegex("(colou?r)")("color")).toBe(true);
    expect(smartRegex("(?i)color")("COLOR")).toBe(false);
    expect(smartRegex("((?i)color)")("COLOR")).toBe(true);
    expect(smartRegex(".*")("any\nthing")).toBe(true);
  });
});
