// Ranks say to a reader of files what the view's order says to the gate.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Stored } from "../../src/cellar/records.ts";
import type { Seal } from "../../src/ledger/records.ts";
import { viewOrder } from "../../src/purge/view.ts";
import { rankSeals } from "../../src/report/rank.ts";
import { BATCH, FAMILY, intentOf, sealKeyOf, sealOf } from "../ledger/seals.ts";

const none = (): [] => [];
const ranksOf = (seals: readonly Stored<Seal>[]): (number | undefined)[] => {
  const { ranks } = rankSeals(seals, none);
  return seals.map((s) => ranks.get(s.key));
};

const A = sealOf("a");
const B = sealOf("b", { saw: [A.key] });
const C = sealOf("c", { saw: [A.key, B.key] });

describe("rankSeals", () => {
  it("leaves a lone seal, and seals of different batches of one plan, without a rank", () => {
    const other = sealOf("o", { batch: `${FAMILY}-00001` });
    expect(ranksOf([A, other])).toEqual([undefined, undefined]);
  });

  it("ranks a later seal of a batch higher, in whatever order they come", () => {
    expect(ranksOf([A, B, C])).toEqual([1, 2, 3]);
    expect(ranksOf([C, A, B])).toEqual([3, 1, 2]);
  });

  it("ranks seals of another plan that overlap, and only those", () => {
    const batch = "bbbbbbbb-00000";
    const replanned = sealOf("r", { batch, saw: [A.key] });
    const slice = { start: "100", end: "199" };
    const elsewhere = sealOf("e", { batch: "bbbbbbbb-00001", range: slice });
    expect(ranksOf([A, replanned, elsewhere])).toEqual([1, 2, undefined]);
  });

  it("leaves seals without points out", () => {
    expect(ranksOf([A, sealOf("z", { points: "0", saw: [A.key] })])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("ranks a seal that a purge froze out below those that the purge rests on", () => {
    const blind = sealOf("x", { saw: [A.key] });
    const { ranks } = rankSeals([A, blind], () => [intentOf(1, [A])]);
    expect((ranks.get(A.key) ?? 0) > (ranks.get(blind.key) ?? 0)).toBe(true);
  });

  it("goes by no purge of a batch that shares no point: parts of a split are as disjoint", () => {
    const [other, part] = [`${FAMILY}-00001`, "bbbbbbbb-00000"];
    const first = sealOf("f", { batch: other });
    const later = sealOf("l", { batch: other, saw: [first.key] });
    const half = sealOf("h", { batch: part, parents: [BATCH], saw: [A.key, first.key, later.key] });
    const third = `${FAMILY}-00002`;
    const purge = intentOf(1, [sealOf("t", { batch: third })], { batch: third });
    const seals = [A, half, first, later, sealOf("t", { batch: third })];
    const { ranks, unclear } = rankSeals(seals, (batch) => (batch === third ? [purge] : []));
    expect(seals.map((s) => ranks.get(s.key))).toEqual([1, 2, 1, 2, undefined]);
    expect(unclear).toEqual([]);
  });

  it("says so where a purge of a part of a batch makes a ring of three", () => {
    const [neighbour, purged] = ["bbbbbbbb-00000", "bbbbbbbb-00001"];
    const old = sealOf("o");
    const middle = sealOf("m", { batch: neighbour, saw: [old.key] });
    const last = sealOf("l", { saw: [old.key, middle.key] });
    const purge = intentOf(1, [old], { batch: purged });
    const rest = sealOf("r", { batch: purged });
    const { unclear } = rankSeals([old, middle, last, rest], (b) => (b === purged ? [purge] : []));
    expect(unclear.toSorted()).toEqual([last.key, middle.key, old.key].toSorted());
  });

  it("agrees with the view's order over any history", () => {
    const history = fc.array(
      fc.record({
        saw: fc.array(fc.nat({ max: 20 }), { maxLength: 4 }),
        sawIntent: fc.boolean(),
        isNamed: fc.boolean(),
        isOther: fc.boolean(),
      }),
      { minLength: 2, maxLength: 9 },
    );
    fc.assert(
      fc.property(history, (steps) => {
        const intentKey = intentOf(1, []).key;
        const batchAt = (i: number): string => (steps[i]?.isOther ? "bbbbbbbb-00000" : BATCH);
        const seals = steps.map(({ saw, sawIntent }, i) =>
          sealOf(`s${i}`, {
            batch: batchAt(i),
            saw: saw.filter((n) => n < i).map((n) => sealKeyOf(`s${n}`, batchAt(n))),
            sawIntents: sawIntent ? [intentKey] : [],
          }),
        );
        const intent = intentOf(
          1,
          seals.filter((_, i) => steps[i]?.isNamed),
        );
        const { ranks } = rankSeals(seals, (batch) => (batch === BATCH ? [intent] : []));
        // As the gate of BATCH sees it, whose intent it is.
        if (seals.every((s) => s.value.batch !== BATCH)) return;
        const order = viewOrder(seals, [intent]);
        for (const a of seals) {
          for (const b of seals) {
            if (a.value.batch !== BATCH && b.value.batch !== BATCH) continue;
            if (a === b || !order.overrides(a.key, b.key)) continue;
            expect(ranks.get(a.key)).toBeGreaterThan(ranks.get(b.key) ?? 0);
          }
        }
      }),
    );
  });
});
