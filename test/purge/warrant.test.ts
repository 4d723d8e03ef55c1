import { describe, expect, it } from "vitest";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { issueWarrant, Warrant, WARRANT_LIFE_MS } from "../../src/purge/warrant.ts";
import type { WarrantFacts } from "../../src/purge/warrant.ts";
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
    expect(() => make(Symbol("warrant"), warrantFacts())).toThrow(/gate/);
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
    expect(() => warrant.spend(NOW_MS)).toThrow(/used before/);
  });

  it.each<[string, Partial<WarrantFacts>]>([
    ["reversed bounds", { range: { start: OCTOBER.end, end: OCTOBER.start } }],
    ["no start", { range: { end: OCTOBER.end } as unknown as WarrantFacts["range"] }],
    ["a number for a bound", { range: { start: 1, end: 2 } as unknown as WarrantFacts["range"] }],
    ["over 32 days", { range: days(33n) }],
    ["32 days and one unit", { range: { ...days(32n), end: days(32n).end + 1n } }],
    ["a month of µs called ms", { unit: "ms" }],
    ["the beginning of time", { range: { start: -(2n ** 63n), end: -(2n ** 63n) + 1n } }],
    ["the end of time", { range: { start: 2n ** 63n - 2n, end: 2n ** 63n - 1n } }],
    ["an end in the future", { readBeganMs: Number(OCTOBER.end / 1000n) - 1 }],
    ["an end at the read", { range: { start: 1n, end: BigInt(NOW_MS) * 1000n } }],
    ["no time of the read", { readBeganMs: Number.NaN }],
    ["an unknown unit", { unit: "s" as unknown as WarrantFacts["unit"] }],
    ["no series", { expectedSeries: new Set() }],
    ["two selectors", { selector: "a{} b{}" }],
    ["no selector", { selector: "" }],
    ["no braces", { selector: "a" }],
    ["an empty class", { selector: "{}" }],
  ])("is not issued for %s", (_name, changes) => {
    expect(() => issueWarrant(warrantFacts(changes))).toThrow(CellarmanError);
  });

  it("may span 32 days, in any unit", () => {
    expect(issueWarrant(warrantFacts({ range: days(32n), readBeganMs: NOW_MS * 2 }))).toBeDefined();
    const ns = { start: OCTOBER.start * 1000n, end: OCTOBER.end * 1000n + 999n };
    expect(issueWarrant(warrantFacts({ range: ns, unit: "ns" })).facts.range).toEqual(ns);
    const ms = { start: OCTOBER.start / 1000n, end: OCTOBER.end / 1000n };
    expect(issueWarrant(warrantFacts({ range: ms, unit: "ms" })).facts.range).toEqual(ms);
  });
});
