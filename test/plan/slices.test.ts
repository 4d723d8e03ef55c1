// Slices tile a range: gap one unit, nothing twice, nothing left out (design §1).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutRange, overlap, sliceRange } from "../../src/plan/slices.ts";
import type { Range } from "../../src/warp10/range.ts";
import { caught } from "../support/values.ts";

fc.configureGlobal({ seed: 4 });

const range = fc
  .tuple(fc.bigInt({ min: -(2n ** 61n), max: 2n ** 61n }), fc.bigInt({ min: 0n, max: 2n ** 52n }))
  .map(([start, length]): Range => ({ start, end: start + length }));

function expectTiles(whole: Range, parts: readonly Range[]): void {
  expect(parts[0]?.start).toBe(whole.start);
  expect(parts.at(-1)?.end).toBe(whole.end);
  expect(parts.filter((p) => p.start > p.end)).toEqual([]);
  const gaps = parts.slice(1).map((p, i) => p.start - (parts[i]?.end ?? 0n));
  expect(gaps.filter((gap) => gap !== 1n)).toEqual([]);
}

describe("slices", () => {
  test("tile any range by any step, none longer than the step", () => {
    fc.assert(
      fc.property(range, fc.bigInt({ min: 1n, max: 900n }), (whole, parts) => {
        const step = (whole.end - whole.start + parts) / parts;
        const slices = sliceRange(whole, step);
        expectTiles(whole, slices);
        expect(slices.filter((s) => s.end - s.start + 1n > step)).toEqual([]);
      }),
    );
  });

  test("only the last one is shorter", () => {
    expect(sliceRange({ start: 0n, end: 9n }, 4n)).toEqual([
      { start: 0n, end: 3n },
      { start: 4n, end: 7n },
      { start: 8n, end: 9n },
    ]);
  });

  test("a step of the whole length, or longer, is one slice", () => {
    const whole = { start: 5n, end: 14n };
    expect(sliceRange(whole, 10n)).toEqual([whole]);
    expect(sliceRange(whole, 11n)).toEqual([whole]);
  });

  test("more than a thousand are an error, not a thousand", () => {
    expect(sliceRange({ start: 0n, end: 999n }, 1n)).toHaveLength(1_000);
    const error = caught(() => sliceRange({ start: 0n, end: 1_000n }, 1n));
    expect(error).toMatchObject({
      code: "limit",
      message: "1001 slices in one period; at most 1000",
      hint: "Set batches.slice to a longer duration.",
    });
  });
});

describe("shorter ranges of one batch", () => {
  test("tile the batch's range for any count", () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 0, max: 1_000 }), (whole, count) => {
        const parts = cutRange(whole, count);
        expectTiles(whole, parts);
        expect(parts.length).toBeLessThanOrEqual(Math.max(1, count));
      }),
    );
  });

  test("are of one length where that divides, and the last one is shorter where not", () => {
    const pairs = [0n, 2n, 4n, 6n, 8n].map((start) => ({ start, end: start + 1n }));
    expect(cutRange({ start: 0n, end: 9n }, 5)).toEqual(pairs);
    expect(cutRange({ start: 0n, end: 8n }, 5)).toEqual([
      ...pairs.slice(0, 4),
      { start: 8n, end: 8n },
    ]);
  });

  test("are fewer where there are fewer units", () => {
    expect(cutRange({ start: 7n, end: 9n }, 100)).toHaveLength(3);
    expect(cutRange({ start: 7n, end: 7n }, 5)).toEqual([{ start: 7n, end: 7n }]);
  });

  test("are cut the same way each time: intents of a first run are met by the second", () => {
    const whole = { start: 1_761_955_200_000_000n, end: 1_764_547_199_999_999n };
    expect(cutRange(whole, 7)).toEqual(cutRange(whole, 7));
    expect(cutRange(whole, 7)).toHaveLength(7);
  });
});

describe("overlap", () => {
  test("is sharing a timestamp, both ends included, in both directions", () => {
    const small = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(small, small, ([a, b], [c, d]) => {
        const one = { start: BigInt(Math.min(a, b)), end: BigInt(Math.max(a, b)) };
        const two = { start: BigInt(Math.min(c, d)), end: BigInt(Math.max(c, d)) };
        const shared = Array.from({ length: 10 }, (_, t) => BigInt(t)).some(
          (t) => one.start <= t && t <= one.end && two.start <= t && t <= two.end,
        );
        expect(overlap(one, two)).toBe(shared);
        expect(overlap(two, one)).toBe(shared);
      }),
    );
  });
});
