// Time as the server counts it: units a second in a header, integers everywhere else.
import { describe, expect, test } from "vitest";
import { timeUnitOfHeader, UNITS_PER_MS } from "../../src/warp10/range.ts";

describe("the server's time unit", () => {
  test.each([
    ["1000", "ms"],
    ["1000000", "us"],
    ["1000000000", "ns"],
  ] as const)("units a second %s mean %s", (header, unit) => {
    expect(timeUnitOfHeader(header)).toBe(unit);
    expect(UNITS_PER_MS[unit] * 1000n).toBe(BigInt(header));
  });

  test.each([undefined, "", "1", "1000.0", "us", " 1000000"])("%j means none", (header) => {
    expect(timeUnitOfHeader(header)).toBeUndefined();
  });
});
