import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ANY_TEXT,
  bothRegex,
  encodeSelector,
  escapeRegex,
  exceptRegex,
  type Match,
  type Selector,
} from "../../src/warp10/selector.ts";

/** A selector as the server's grammar reads it (facts warp10 §3): what each name is matched by. */
interface Parsed {
  readonly class: string;
  readonly labels: ReadonlyMap<string, string>;
}

/**
 * The server's way: braces by a greedy regex, `,` between labels, the first of `=` (tested first)
 * or `~`.
 */
function parseAsServer(text: string): Parsed {
  expect(text).toMatch(/^[\x21-\x7E]+$/);
  const [, className = "", inside = ""] = /^([^{]+)\{(.*)\}$/.exec(text) ?? [];
  const labels = new Map<string, string>();
  for (const token of inside === "" ? [] : inside.split(",")) {
    const sign = token.includes("=") ? "=" : "~";
    const at = token.indexOf(sign);
    expect(at).toBeGreaterThan(0);
    const name = decodeURIComponent(token.slice(0, at));
    expect(labels.has(name)).toBe(false);
    labels.set(name, sign + decodeURIComponent(token.slice(at + 1)));
  }
  return { class: decodeURIComponent(className), labels };
}

/** What the server should read for a match: its operator and the decoded text. */
function wanted(match: Match): string {
  if ("absent" in match) return "=";
  if ("empty" in match) return "~()";
  if ("regex" in match) return `~(${match.regex})`;
  return match.exact === "" ? "~()" : `=${match.exact}`;
}

/** Java's full match, for the regexes that both engines read alike. */
const fullMatch = (regex: string, text: string): boolean =>
  new RegExp(`^(?:${regex})(?![^])`).test(text);

const unicode = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed());
const oneLine = unicode.filter((text) => !/[\n\r\u0085\u2028\u2029]/.test(text));
const labelMatch: fc.Arbitrary<Match> = fc.oneof(
  unicode.map((exact) => ({ exact })),
  oneLine.map((regex) => ({ regex })),
  fc.constant<Match>({ absent: true }),
  fc.constant<Match>({ empty: true }),
);
const selector: fc.Arbitrary<Selector> = fc.record({
  class: fc.oneof(
    unicode.map((exact) => ({ exact })),
    oneLine.map((regex) => ({ regex })),
  ),
  labels: fc.dictionary(
    unicode.filter((name) => name !== "" && name !== "__proto__"),
    labelMatch,
  ),
});

describe("encodeSelector", () => {
  it("writes what the server reads back as the same selector", () => {
    fc.assert(
      fc.property(selector, (given) => {
        const parsed = parseAsServer(encodeSelector(given));
        expect(parsed.class).toBe(
          "exact" in given.class ? `=${given.class.exact}` : wanted(given.class),
        );
        expect(new Map(Object.entries(given.labels).map(([n, m]) => [n, wanted(m)]))).toEqual(
          parsed.labels,
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, Selector, string]>([
    ["everything", { class: { regex: ".*" }, labels: {} }, "~(.%2A){}"],
    ["an exact class", { class: { exact: "cpu.used" }, labels: {} }, "=cpu.used{}"],
    ["an empty class", { class: { exact: "" }, labels: {} }, "={}"],
    ["a class with signs", { class: { exact: "=~{a}" }, labels: {} }, "=%3D%7E%7Ba%7D{}"],
    [
      "an exact label",
      { class: { exact: "c" }, labels: { k: { exact: "a=b,c" } } },
      "=c{k=a%3Db%2Cc}",
    ],
    ["an empty label", { class: { exact: "c" }, labels: { k: { empty: true } } }, "=c{k~()}"],
    ["an empty exact value", { class: { exact: "c" }, labels: { k: { exact: "" } } }, "=c{k~()}"],
    ["an absent label", { class: { exact: "c" }, labels: { k: { absent: true } } }, "=c{k=}"],
    [
      "a label regex",
      { class: { exact: "c" }, labels: { k: { regex: "colou?r" } } },
      "=c{k~(colou%3Fr)}",
    ],
    [
      "sorted labels",
      { class: { exact: "c" }, labels: { b: { exact: "1" }, a: { exact: "2" } } },
      "=c{a=2,b=1}",
    ],
    ["plus and blank", { class: { exact: "a+b c" }, labels: {} }, "=a%2Bb%20c{}"],
    ["an accent", { class: { exact: "é" }, labels: {} }, "=%C3%A9{}"],
  ])("%s", (_, given, text) => {
    expect(encodeSelector(given)).toBe(text);
  });
});

describe("the server's literal pre-test", () => {
  /**
   * The longest run of letters that the server would demand before it tries the regex
   * (SmartPattern).
   */
  function fragmentsOf(regex: string): string[] {
    if (regex.includes("|")) return [];
    const open = regex.replaceAll(/\(.*\)/g, " ").replaceAll(/\[.*\]/g, " ");
    const plain = open.replaceAll(/\{.*\}/g, " ").replace(/\\.*/, "");
    return plain.split(/[^a-zA-Z0-9]+/).filter((part) => part !== "");
  }

  it("would drop series for a bare regex", () => {
    expect(fragmentsOf("colou?r")).toEqual(["colou", "r"]);
  });

  it("finds nothing to demand in any regex that is sent", () => {
    fc.assert(
      fc.property(oneLine, (regex) => {
        const { class: sent } = parseAsServer(encodeSelector({ class: { regex }, labels: {} }));
        expect(fragmentsOf(sent.slice(1))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("escapeRegex", () => {
  it("matches exactly the text, and is ASCII", () => {
    fc.assert(
      fc.property(unicode, unicode, (text, other) => {
        const regex = escapeRegex(text);
        expect(regex).toMatch(/^[\x20-\x7E]*$/);
        expect(fullMatch(regex, text)).toBe(true);
        expect(fullMatch(regex, other)).toBe(text === other);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves letters and digits readable", () => {
    expect(escapeRegex("app-12.é\u{1F600}")).toBe(String.raw`app\x2d12\x2e\xe9\ud83d\ude00`);
    expect(escapeRegex("\t\u00FF\u0100")).toBe(String.raw`\x09\xff\u0100`);
  });
});

describe("bothRegex and exceptRegex", () => {
  const sets = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n", ".") }), {
    maxLength: 4,
  });
  const union = (texts: readonly string[]) =>
    texts.length === 0 ? String.raw`[^\s\S]` : texts.map(escapeRegex).join("|");

  it("intersect and subtract sets of texts", () => {
    fc.assert(
      fc.property(
        sets,
        sets,
        fc.string({ unit: fc.constantFrom("a", "b", "\n", ".") }),
        (a, b, text) => {
          expect(fullMatch(bothRegex([union(a)], union(b)), text)).toBe(
            a.includes(text) && b.includes(text),
          );
          expect(fullMatch(exceptRegex([union(a)], union(b)), text)).toBe(
            !a.includes(text) && b.includes(text),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it("take alternatives of the base as a whole", () => {
    expect(fullMatch(bothRegex(["a.*"], "x|ab"), "ab")).toBe(true);
    expect(fullMatch(bothRegex(["a.*"], "x|ab"), "x")).toBe(false);
  });

  it("split any text into the group or the rest, line terminators included", () => {
    fc.assert(
      fc.property(unicode, unicode, (prefix, text) => {
        const group = escapeRegex(prefix) + ANY_TEXT;
        const inside = fullMatch(group, text);
        expect(inside).toBe(text.startsWith(prefix));
        expect(fullMatch(exceptRegex([group], ANY_TEXT), text)).toBe(!inside);
      }),
      { numRuns: 300 },
    );
  });
});

describe("regexes that are put together", () => {
  // To java.util.regex a dollar also ends before a last line terminator: no dollar may be in them.
  it("end where the text ends, not where its last line does", () => {
    expect(exceptRegex(["a", "b"], ".*")).toBe(
      String.raw`(?!(?:a)(?![\s\S]))(?!(?:b)(?![\s\S]))(?:.*)`,
    );
    expect(bothRegex(["a|b"], "c")).toBe(String.raw`(?=(?:a|b)(?![\s\S]))(?:c)`);
    expect(bothRegex(["a", "b"], "c")).toBe(
      String.raw`(?=(?:a)(?![\s\S]))(?=(?:b)(?![\s\S]))(?:c)`,
    );
    expect(exceptRegex([], "c")).toBe("(?:c)");
  });
});
