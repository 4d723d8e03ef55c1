// Labels, reasons and messages are written by others: in a report they must stay text.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { code, escapeMarkdown, markdownTable } from "../../src/report/markdown.ts";

describe("escapeMarkdown", () => {
  it.each([
    ["**bold** _it_ `code`", "\\*\\*bold\\*\\* \\_it\\_ \\`code\\`"],
    ["[x](javascript:1)", "\\[x\\](javascript:1)"],
    ["<img src=x>", "&lt;img src=x&gt;"],
    ["@team, see #1", "&#64;team, see &#35;1"],
    ["https://evil.example", "https&#58;//evil.example"],
    ["a|b", "a\\|b"],
    ["one\ntwo\r\n\u2028three\u202Efour", "one two three four"],
  ])("%j", (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  it("leaves no live character, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."\\`*_[]|~$<>@#&:/w. \n\r\u202Ea") }),
        (text) => {
          const escaped = escapeMarkdown(text);
          expect(escaped.replaceAll(/\\./gs, "")).not.toMatch(/[`*_[\]|~$<>@\n\r]|:\/\//);
        },
      ),
    );
  });
});

describe("code", () => {
  it("cannot be left by a backtick", () => {
    expect(code("a `b` ``c``")).toBe("``` a `b` ``c`` ```");
    expect(code("plain")).toBe("`plain`");
  });

  it("stays on one line, and in its cell", () => {
    expect(code("a\nb|c")).toBe("`a b\\|c`");
  });
});

it("a table has a rule under its head", () => {
  expect(
    markdownTable([
      ["a", "b"],
      ["1", "2"],
    ]),
  ).toBe("| a | b |\n| --- | --- |\n| 1 | 2 |\n");
});
