import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlannedBatch } from "../../src/ledger/records.ts";
import { coversBatch, SHORTEST_SPLIT_MS, splitBatch } from "../../src/plan/split.ts";

const batchOf = (start: bigint, length: bigint): PlannedBatch => ({
  id: "0000aaaa-00007",
  range: { start: String(start), end: String(start + length - 1n) },
  selector: "~.*{}",
  series: "12",
  points: "101",
  parents: ["0000aaaa-00001"],
});
const SUPPLEMENT = "bbbbbbbb".repeat(4);
const LEAST = 2n * BigInt(SHORTEST_SPLIT_MS);

describe("a batch that is split", () => {
  it("becomes two that tile it, whatever its range", () => {
    const start = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
    const length = fc.bigInt({ min: LEAST, max: 2n ** 60n });
    fc.assert(
      fc.property(start, length, (from, units) => {
        const batch = batchOf(from, units);
        const parts = splitBatch(batch, SUPPLEMENT, 1n);
        expect(parts).toHaveLength(2);
        expect(coversBatch(batch, parts ?? [])).toBe(true);
      }),
    );
  });

  it("names its parents, shares its points, and is never cut too short", () => {
    const parts = splitBatch(batchOf(0n, LEAST), SUPPLEMENT, 1n);
    expect(parts?.map((p) => [p.id, p.points, p.parents])).toEqual([
      ["bbbbbbbb-00000", "50", ["0000aaaa-00001", "0000aaaa-00007"]],
      ["bbbbbbbb-00001", "51", ["0000aaaa-00001", "0000aaaa-00007"]],
    ]);
    expect(splitBatch(batchOf(0n, LEAST - 1n), SUPPLEMENT, 1n)).toBeUndefined();
    expect(splitBatch(batchOf(0n, LEAST), SUPPLEMENT, 1000n)).toBeUndefined();
  });

  it("is not covered by parts with a gap, an overlap, another selector or a missing end", () => {
    const batch = batchOf(0n, LEAST);
    const [a, b] = splitBatch(batch, SUPPLEMENT, 1n) ?? [];
    if (!a || !b) throw new Error("not split");
    const moved = (by: bigint): PlannedBatch => ({
      ...b,
      range: { ...b.range, start: String(BigInt(b.range.start) + by) },
    });
    expect(coversBatch(batch, [b, a])).toBe(true);
    expect(coversBatch(batch, [a])).toBe(false);
    expect(coversBatch(batch, [a, moved(1n)])).toBe(false);
    expect(coversBatch(batch, [a, moved(-1n)])).toBe(false);
    expect(coversBatch(batch, [a, { ...b, selector: "x{}" }])).toBe(false);
    expect(coversBatch(batch, [a, { ...b, parents: [] }])).toBe(false);
  });
});
