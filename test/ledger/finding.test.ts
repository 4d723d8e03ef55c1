// What a quarantine found, named so that a lift can pass over exactly that.
import { describe, expect, test } from "vitest";
import { findingDigest } from "../../src/ledger/finding.ts";

describe("a finding's digest", () => {
  test("does not depend on the order, and differs by batch, series and count", () => {
    const one = new Map([
      ["a", 1n],
      ["b", 2n],
    ]);
    const back = new Map([
      ["b", 2n],
      ["a", 1n],
    ]);
    expect(findingDigest("x", back)).toBe(findingDigest("x", one));
    const all = [
      findingDigest("x", one),
      findingDigest("y", one),
      findingDigest(
        "x",
        new Map([
          ["a", 2n],
          ["b", 1n],
        ]),
      ),
      findingDigest("x", new Map([["a", 1n]])),
    ];
    expect(new Set(all).size).toBe(4);
  });
});
