import { describe, expect, it } from "vitest";
import { issueWarrant, Warrant, WARRANT_LIFE_MS } from "../../src/purge/warrant.ts";
import type { WarrantFacts } from "../../src/purge/warrant.ts";
import { caught } from "../support/values.ts";
import { days, NOW_MS, OCTOBER, warrantFacts } from "./warrants.ts";

describe("a warrant", () => {
  it("is made of a month with both bounds, in the past", () => {
    expect(issueWarrant(warrantFacts()).facts).toEqual(warrantFacts());
  });

  it("keeps what it was issued for, whatever becomes of the lists it was made from", () => {
    const expectedSeries = new Set(["a"]);
    const range = { ...OCTOBER };
    const warrant = issueWarrant(warrantFacts({ expectedSeries, range }));
    expectedSeries.add("b");
    range.end += 1n;
    expect(warrant.facts.expectedSeries).toEqual(new Set(["a"]));
    expect(warrant.facts.range).toEqual(OCTOBER);
  });

  it("is made by nobody else", () => {
    const make = Reflect.get(Warrant, "make") as (key: symbol, facts: WarrantFacts) => Warrant;
    expect(caught(() => make(Symbol("warrant"), warrantFacts()))).toMatchObject({
      code: "internal",
      message: "a warrant that the gate did not issue",
    });
    expect(() => Reflect.construct(Warrant, [Symbol("warrant"), warrantFacts()])).toThrow(/gate/);
    const forged = Object.create(Warrant.prototype) as Warrant;
    expect(() => forged.spend(NOW_MS)).toThrow(TypeError);
  });

  it("dies 15 minutes after its hot read began, and when the clock goes back", () => {
    const warrant = issueWarrant(warrantFacts());
    expect(warrant.dead(NOW_MS)).toBe(false);
    expect(warrant.dead(NOW_MS + WARRANT_LIFE_MS - 1)).toBe(false);
    expect(warrant.dead(NOW_MS + WARRANT_LIFE_MS)).toBe(true);
    expect(warrant.dead(NOW_MS - 1)).toBe(true);
    expect(warrant.dead(Number.NaN)).toBe(true);
    expect(() => warrant.spend(NOW_MS + WARRANT_LIFE_MS)).toThrow(/15 minutes/);
  });

  it("is used once", () => {
    const warrant = issueWarrant(warrantFacts());
    warrant.spend(NOW_MS);
    expect(caught(() => warrant.spend(NOW_MS))).toMatchObject({
      code: "blocked",
      message: `nothing was deleted of batch ${warrant.facts.batch}: its warrant was used before`,
      hint: "Run the purge again: the gate is evaluated anew.",
    });
  });

  it.each<[string, Partial<WarrantFacts>, RegExp]>([
    [
      "reversed bounds",
      { range: { start: OCTOBER.end, end: OCTOBER.start } },
      /ends before it starts: /,
    ],
    [
      "no start",
      { range: { end: OCTOBER.end } as unknown as WarrantFacts["range"] },
      /both bounds/,
    ],
    ["no end", { range: { start: 1n } as unknown as WarrantFacts["range"] }, /both bounds/],
    [
      "a number for a bound",
      { range: { start: 1, end: 2 } as unknown as WarrantFacts["range"] },
      /must be integers/,
    ],
    ["over 32 days", { range: days(33n) }, /over 32 days/],
    ["32 days and one unit", { range: { ...days(32n), end: days(32n).end + 1n } }, /over 32 days/],
    ["a month of µs called ms", { unit: "ms" }, /over 32 days/],
    [
      "the beginning of time",
      { range: { start: -(2n ** 63n), end: -(2n ** 63n) + 1n } },
      /extreme/,
    ],
    ["the last extreme start", { range: { start: -(2n ** 62n), end: 1n - 2n ** 62n } }, /extreme/],
    ["the end of time", { range: { start: 2n ** 63n - 2n, end: 2n ** 63n - 1n } }, /extreme/],
    ["the first extreme end", { range: { start: 2n ** 62n - 2n, end: 2n ** 62n } }, /extreme/],
    ["an end in the future", { readBeganMs: Number(OCTOBER.end / 1000n) - 1 }, /end in the past/],
    [
      "an end at the read",
      { range: { start: BigInt(NOW_MS) * 1000n - 9n, end: BigInt(NOW_MS) * 1000n } },
      /end in the past/,
    ],
    ["no time of the read", { readBeganMs: Number.NaN }, /the read has no time/],
    ["an unknown unit", { unit: "s" as unknown as WarrantFacts["unit"] }, /unit is unknown/],
    ["no series", { expectedSeries: new Set() }, /nothing is expected/],
    ["two selectors", { selector: "a{} b{}" }, /exactly one selector/],
    ["two in one", { selector: "a{}b{}" }, /exactly one selector/],
    ["a blank before", { selector: " a{}" }, /exactly one selector/],
    ["a line after", { selector: "a{}\n" }, /exactly one selector/],
    ["no selector", { selector: "" }, /exactly one selector/],
    ["no braces", { selector: "a" }, /exactly one selector/],
    ["an empty class", { selector: "{}" }, /exactly one selector/],
  ])("is not issued for %s", (_name, changes, why) => {
    const error = caught(() => issueWarrant(warrantFacts(changes)));
    expect(error.code).toBe("internal");
    expect(error.message).toMatch(/^no warrant for batch /);
    expect(error.message).toMatch(why);
  });

  it("may span one unit", () => {
    const range = { start: OCTOBER.end, end: OCTOBER.end };
    expect(issueWarrant(warrantFacts({ range })).facts.range).toEqual(range);
  });

  it("may span 32 days, in any unit", () => {
    expect(issueWarrant(warrantFacts({ range: days(32n), readBeganMs: NOW_MS * 2 }))).toBeDefined();
    const ns = { start: OCTOBER.start * 1000n, end: OCTOBER.end * 1000n + 999n };
    expect(issueWarrant(warrantFacts({ range: ns, unit: "ns" })).facts.range).toEqual(ns);
    const ms = { start: OCTOBER.start / 1000n, end: OCTOBER.end / 1000n };
    expect(issueWarrant(warrantFacts({ range: ms, unit: "ms" })).facts.range).toEqual(ms);
  });
});
