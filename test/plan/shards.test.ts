// Shards: every batch in exactly one, longest first, the same for everybody who asks.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Costed, packShards } from "../../src/plan/shards.ts";

fc.configureGlobal({ seed: 4 });

const items = fc
  .array(fc.nat({ max: 1_000 }), { maxLength: 40 })
  .map((costs) => costs.map((cost, i): Costed => ({ id: `b${i}`, cost })));
const count = fc.integer({ min: 1, max: 12 });

const costOf = (all: readonly Costed[], ids: readonly string[]): number =>
  all.filter((i) => ids.includes(i.id)).reduce((n, i) => n + Math.max(i.cost, 1), 0);

/** The longest shard of the best packing, by trying all. */
function bestOf(all: readonly Costed[], shards: number): number {
  const loads = Array<number>(shards).fill(0);
  const place = (i: number): number => {
    const item = all[i];
    if (!item) return Math.max(...loads);
    const ends = loads.map((load, shard) => {
      loads[shard] = load + item.cost;
      const end = place(i + 1);
      loads[shard] = load;
      return end;
    });
    return Math.min(...ends);
  };
  return place(0);
}

describe("shards", () => {
  test("hold every id exactly once, in the given order, and none is empty", () => {
    fc.assert(
      fc.property(items, count, (all, shards) => {
        const packed = packShards(all, shards);
        expect(packed.flat().toSorted()).toEqual(all.map((i) => i.id).toSorted());
        expect(packed.length).toBeLessThanOrEqual(shards);
        expect(packed.filter((ids) => ids.length === 0)).toEqual([]);
        const order = new Map(all.map((item, i) => [item.id, i]));
        for (const ids of packed) {
          const places = ids.map((id) => order.get(id) ?? -1);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  test("none costs more than 4/3 of what the best packing must cost", () => {
    const few = fc
      .array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 7 })
      .map((costs) => costs.map((cost, i): Costed => ({ id: `b${i}`, cost })));
    fc.assert(
      fc.property(few, fc.integer({ min: 1, max: 3 }), (all, shards) => {
        const longest = Math.max(...packShards(all, shards).map((ids) => costOf(all, ids)));
        expect(longest).toBeLessThanOrEqual((4 / 3) * bestOf(all, shards));
      }),
    );
  });

  test("differ by no more than one batch", () => {
    fc.assert(
      fc.property(items, count, (all, shards) => {
        fc.pre(all.length >= shards);
        const loads = packShards(all, shards).map((ids) => costOf(all, ids));
        const largest = Math.max(...all.map((i) => Math.max(i.cost, 1)));
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(largest);
      }),
    );
  });

  test("do not depend on the order of equal costs: all jobs cut the same list alike", () => {
    fc.assert(
      fc.property(items, count, (all, shards) => {
        const sets = (packed: string[][]) => packed.map((ids) => ids.toSorted().join(" "));
        expect(sets(packShards(all.toReversed(), shards))).toEqual(sets(packShards(all, shards)));
      }),
    );
  });

  test("a batch of unknown cost counts as something: a thousand of them are spread", () => {
    const all = Array.from({ length: 1_000 }, (_, i): Costed => ({ id: `b${i}`, cost: 0 }));
    expect(packShards(all, 8).map((ids) => ids.length)).toEqual(Array(8).fill(125));
  });

  test("of nothing are none", () => {
    expect(packShards([], 8)).toEqual([]);
  });
});
