// What a quarantine found, named so that a lift can pass over exactly that.
import { describe, expect, test } from "vitest";
import { findingDigest } from "../../src/ledger/finding.ts";

const RANGE = { start: 0n, end: 9n };
const lacking = (...counts: [string, bigint][]): Map<string, bigint> => new Map(counts);

describe("a finding's digest", () => {
  test("does not depend on the order", () => {
    const one = findingDigest("x", RANGE, lacking(["a", 1n], ["b", 2n], ["B", 3n]));
    expect(findingDigest("x", RANGE, lacking(["B", 3n], ["b", 2n], ["a", 1n]))).toBe(one);
  });

  test("differs by batch, range, series and count", () => {
    const all = [
      findingDigest("x", RANGE, lacking(["a", 1n], ["b", 2n])),
      findingDigest("y", RANGE, lacking(["a", 1n], ["b", 2n])),
      findingDigest("x", { start: 1n, end: 9n }, lacking(["a", 1n], ["b", 2n])),
      findingDigest("x", { start: 0n, end: 8n }, lacking(["a", 1n], ["b", 2n])),
      findingDigest("x", RANGE, lacking(["a", 2n], ["b", 1n])),
      findingDigest("x", RANGE, lacking(["a", 1n])),
    ];
    expect(new Set(all).size).toBe(all.length);
    for (const digest of all) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });
});
