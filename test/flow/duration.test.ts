import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { fixedMs, parseDuration, shortestMs } from "../../src/flow/duration.ts";

const DAY = 86_400_000;

describe("parseDuration", () => {
  it.each([
    ["P3M", { months: 3, days: 0, ms: 0 }],
    ["P1Y2M", { months: 14, days: 0, ms: 0 }],
    ["P2W", { months: 0, days: 14, ms: 0 }],
    ["P1W1D", { months: 0, days: 8, ms: 0 }],
    ["PT1H30M5S", { months: 0, days: 0, ms: 5_405_000 }],
    ["P1DT12H", { months: 0, days: 1, ms: 43_200_000 }],
    ["PT0S", { months: 0, days: 0, ms: 0 }],
  ])("%s", (text, duration) => {
    expect(parseDuration(text)).toEqual(duration);
  });

  it.each([
    "",
    "P",
    "PT",
    "P1MT",
    "3M",
    "P-1D",
    "-P1D",
    "P1.5D",
    "P1H",
    "PT1D",
    "p1d",
    "P1D ",
    "P1M1Y",
  ])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it("refuses more than 100 years", () => {
    expect(parseDuration("P100Y")).toBeDefined();
    expect(parseDuration("P101Y")).toBeUndefined();
    expect(parseDuration("P36501D")).toBeUndefined();
  });
});

describe("fixedMs", () => {
  it("is the length of what has no months", () => {
    expect(fixedMs({ months: 0, days: 7, ms: 1 })).toBe(7 * DAY + 1);
    expect(fixedMs({ months: 1, days: 0, ms: 0 })).toBeUndefined();
  });
});

describe("shortestMs", () => {
  it.each([
    [1, 28],
    [2, 59],
    [3, 89],
    [6, 181],
    [12, 365],
    [24, 730],
  ])("%i months are at least %i days", (months, days) => {
    expect(shortestMs({ months, days: 0, ms: 0 })).toBe(days * DAY);
  });

  it("is never longer than the calendar says, wherever the duration begins", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 365 * 220 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 60 }),
        (offset, months, days) => {
          const from = new Temporal.PlainDate(1970, 1, 1).add({ days: offset });
          const span = from.until(from.add({ months }).add({ days }), { largestUnit: "days" });
          expect(shortestMs({ months, days, ms: 0 })).toBeLessThanOrEqual(span.days * DAY);
        },
      ),
      { numRuns: 500 },
    );
  });
});
