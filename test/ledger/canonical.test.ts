import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/ledger/canonical.ts";

/** Values that JSON carries without loss. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.integer({ min: -999, max: 999 }).map((n) => n / 8),
    fc.string({ unit: "binary" }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 4 }),
  ),
})).value;

describe("canonicalJson", () => {
  it("sorts keys at every depth and writes no blanks", () => {
    expect(canonicalJson({ b: [{ z: 1, a: null }], a: "x", "": true })).toBe(
      '{"":true,"a":"x","b":[{"a":null,"z":1}]}',
    );
  });

  it("sorts by UTF-16 code unit, not by locale or code point", () => {
    expect(canonicalJson({ "\u{1F600}": 1, "\uFF5E": 2, é: 3, z: 4, Z: 5 })).toBe(
      '{"Z":5,"z":4,"é":3,"\u{1F600}":1,"\uFF5E":2}',
    );
  });

  it("reads records without a prototype; keys that look like numbers are text", () => {
    const record: Record<string, unknown> = Object.create(null);
    record["10"] = 1;
    record["9"] = 2;
    expect(canonicalJson(record)).toBe('{"10":1,"9":2}');
  });

  const refused: [name: string, value: unknown, message: RegExp][] = [
    ["bigint", { n: 5n }, /^\$\.n cannot be written as canonical JSON: it is a bigint$/],
    ["undefined", { list: [1, undefined] }, /^\$\.list\[1\] .*: it is undefined$/],
    ["an undefined property", { x: undefined }, /\$\.x /],
    ["NaN", Number.NaN, /NaN/],
    ["infinity", [-Infinity], /-Infinity/],
    ["integers beyond 2^53", 2 ** 53, /2\^53/],
    ["dates", { at: new Date(0) }, /Date/],
    ["maps", new Map(), /Map/],
    ["functions", () => 1, /function/],
    ["symbols", Symbol("x"), /symbol/],
    ["holes", Object.assign(Array.from({ length: 0 }), { 0: 1, 2: 2, length: 3 }), /\$\[1\]/],
  ];
  it.each(refused)("refuses %s", (_, value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it("is the same text for the same value, whatever the order of keys, and parses back", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(JSON.parse(JSON.stringify(value)));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(shuffled(JSON.parse(text)))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});

/** The same value with the keys of every object in reverse order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, shuffled(inner)]),
  );
}
