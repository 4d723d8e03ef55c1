// The archive's view: per (series, timestamp) the later seal wins; "later" means that it had seen
// the other before its own first hot read; a purge freezes what its intent rests on (design §3,
// "The archive's view").
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Stored } from "../../src/cellar/records.ts";
import type { Seal } from "../../src/ledger/records.ts";
import type { Intent } from "../../src/ledger/receipts.ts";
import { maximal } from "../../src/ledger/view.ts";
import { viewOrder } from "../../src/purge/view.ts";
import { BATCH, FAMILY, intentOf, sealOf } from "../ledger/seals.ts";

fc.configureGlobal({ seed: 4 });

const keys = (...seals: readonly Stored<Seal>[]): string[] => seals.map((s) => s.key);

/** The ids of the seals that nothing overrides, among all. */
function topOf(
  seals: readonly Stored<Seal>[],
  intents: readonly Stored<Intent>[] = [],
): Stored<Seal>[] {
  const tops = maximal(viewOrder(seals, intents), keys(...seals));
  return seals.filter((s) => tops.includes(s.key));
}

const A = sealOf("a");
const B = sealOf("b", { saw: keys(A) });
const C = sealOf("c", { saw: keys(B) });
const OTHER = sealOf("o");

describe("later wins", () => {
  test("a seal overrides those that it saw, and is not overridden by them", () => {
    const order = viewOrder([A, B], []);
    expect(order.overrides(B.key, A.key)).toBe(true);
    expect(order.overrides(A.key, B.key)).toBe(false);
  });

  test("and those that these saw, transitively, in whatever order they are given", () => {
    expect(topOf([A, B, C])).toEqual([C]);
    expect(topOf([C, B, A])).toEqual([C]);
    expect(viewOrder([B, C, A], []).overrides(C.key, A.key)).toBe(true);
  });

  test("two that did not see each other both stand: they must agree", () => {
    expect(topOf([A, OTHER])).toEqual([A, OTHER]);
    expect(topOf([A, B, OTHER])).toEqual([B, OTHER]);
  });

  test("one that saw both settles it", () => {
    const judge = sealOf("j", { saw: keys(A, OTHER) });
    expect(topOf([A, OTHER, judge])).toEqual([judge]);
  });

  test("a seal that is out of the view (withdrawn) does not stand between others", () => {
    const far = sealOf("f", { saw: keys(A, B) });
    expect(topOf([A, far])).toEqual([far]);
  });

  test("seals that claim to have seen each other, or themselves, have an end", () => {
    const one = sealOf("p", { saw: [sealOf("q").key] });
    const two = sealOf("q", { saw: keys(one) });
    const order = viewOrder([one, two], []);
    expect(order.overrides(one.key, two.key)).toBe(true);
    expect(order.overrides(two.key, one.key)).toBe(true);
    const self = sealOf("s", { saw: [sealOf("s").key] });
    expect(topOf([self])).toEqual([self]);
  });

  test("a seal that is not in the view overrides nothing and is overridden by who saw it", () => {
    const order = viewOrder([A, B], [intentOf(1, [A, B])]);
    expect(order.overrides("gone", A.key)).toBe(false);
    expect(order.overrides(A.key, "gone")).toBe(false);
    const seer = sealOf("w", { saw: ["gone"] });
    expect(viewOrder([seer], []).overrides(seer.key, "gone")).toBe(true);
  });

  test("only among those that hold the point", () => {
    expect(maximal(viewOrder([A, B, C], []), keys(A, B))).toEqual(keys(B));
    expect(maximal(viewOrder([A, B, C], []), [])).toEqual([]);
  });

  test("over any history: what was never seen is never overridden, oneself included", () => {
    const history = fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(history, (sawAt) => {
        const seals: Stored<Seal>[] = [];
        for (const [i, saw] of sawAt.entries()) {
          const seen = saw.filter((n) => n < i).flatMap((n) => keys(...seals.slice(n, n + 1)));
          seals.push(sealOf(`s${i}`, { saw: seen }));
        }
        const order = viewOrder(seals, []);
        for (const [i, a] of seals.entries()) {
          for (const [j, b] of seals.entries())
            if (j >= i) expect(order.overrides(a.key, b.key)).toBe(false);
        }
        expect(maximal(order, keys(...seals)).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("after a purge intent", () => {
  const late = (id: string, saw: readonly Stored<Seal>[], seen: readonly Stored<Intent>[]) =>
    sealOf(id, { saw: keys(...saw), sawIntents: seen.map((i) => i.key) });
  const intent = intentOf(1, [A]);

  test("a seal that neither is named by it nor saw it adds points, but never overrides", () => {
    const straggler = late("x", [A], []);
    expect(topOf([A, straggler], [intent])).toEqual([A]);
    expect(topOf([straggler], [intent])).toEqual([straggler]);
  });

  test("without the intent the same seal would win", () => {
    expect(topOf([A, late("x", [A], [])])).not.toContain(A);
  });

  test("a seal that saw the intent before its hot read overrides as ever", () => {
    const after = late("y", [A], [intent]);
    expect(topOf([A, after], [intent])).toEqual([after]);
  });

  test("of two that it names, the later still wins", () => {
    expect(topOf([A, B], [intentOf(1, [A, B])])).toEqual([B]);
  });

  test("a named seal wins over a straggler that it never saw: no conflict is left", () => {
    const straggler = late("x", [], []);
    expect(topOf([A, straggler], [intent])).toEqual([A]);
  });

  test("a second intent's stragglers override nothing either", () => {
    const second = intentOf(2, [A, B]);
    const straggler = late("x", [A], [intent]);
    expect(
      topOf([A, straggler, late("z", [A, B], [intent, second])], [intent, second]),
    ).toHaveLength(1);
    expect(topOf([A, straggler], [intent, second])).toEqual([A]);
  });

  test("a batch purged in several ranges freezes each by its own intent", () => {
    const [one, two] = [
      intentOf(1, [A], { range: { start: "0", end: "49" } }),
      intentOf(2, [A], { range: { start: "50", end: "99" } }),
    ];
    const between = late("x", [A], [one]);
    expect(topOf([A, between], [one])).toEqual([between]);
    expect(topOf([A, between], [one, two])).toEqual([A]);
  });

  test("a holder that is gone hinders no intent: who knows what it was", () => {
    const straggler = late("x", [A], []);
    const order = viewOrder([A, straggler], [intent]);
    expect(order.overrides(A.key, straggler.key, ["gone", ...keys(A, straggler)])).toBe(true);
  });

  test("an intent put long after its gate read froze nothing: no delete followed", () => {
    const straggler = late("x", [A], []);
    const putAt = (lastModifiedMs: number) => ({ ...intentOf(1, [A]), lastModifiedMs });
    expect(topOf([A, straggler], [putAt(3_600_000)])).toEqual([A]);
    expect(topOf([A, straggler], [putAt(3_600_001)])).toEqual([straggler]);
  });

  test("an intent says nothing of seals outside its range", () => {
    const week = intentOf(1, [A], { range: { start: "1000", end: "1999" } });
    const straggler = late("x", [A], []);
    expect(topOf([A, straggler], [week])).toEqual([straggler]);
  });

  test("an intent concerns a seal with which it shares one instant, at either end", () => {
    const straggler = late("x", [A], []);
    for (const range of [
      { start: "99", end: "200" },
      { start: "-50", end: "0" },
    ]) {
      expect(topOf([A, straggler], [intentOf(1, [A], { range })])).toEqual([A]);
    }
    for (const range of [
      { start: "100", end: "200" },
      { start: "-50", end: "-1" },
    ]) {
      expect(topOf([A, straggler], [intentOf(1, [A], { range })])).toEqual([straggler]);
    }
  });

  test("an intent of another batch of the same plan says nothing: they are disjoint", () => {
    const sibling = intentOf(1, [A], { batch: `${FAMILY}-00001` });
    expect(topOf([A, B], [sibling])).toEqual([B]);
  });

  test("nor does one of a sibling of the batch that this one was split from", () => {
    const part = { batch: "cccccccc-00000", parents: [BATCH] };
    const blind = sealOf("x", { ...part, saw: keys(A) });
    const sibling = intentOf(1, [B], { batch: `${FAMILY}-00001` });
    expect(topOf([A, blind], [sibling])).toEqual([blind]);
    const halfOfSibling = { batch: "dddddddd-00000", parents: [`${FAMILY}-00001`] };
    expect(topOf([A, blind], [intentOf(1, [B], halfOfSibling)])).toEqual([blind]);
    expect(topOf([A, blind], [intentOf(1, [A])])).toEqual([A]);
  });

  test("nor where another holder of the point shares none with the purged batch", () => {
    const [other, purged] = ["bbbbbbbb-00000", "bbbbbbbb-00001"];
    const theirs = sealOf("t", { batch: other, saw: keys(A) });
    const last = sealOf("l", { saw: keys(A, theirs) });
    const order = viewOrder([A, theirs, last], [intentOf(1, [A], { batch: purged })]);
    expect(maximal(order, keys(A, last))).toEqual(keys(A));
    expect(maximal(order, keys(A, theirs, last))).toEqual(keys(last));
  });

  test("an intent of another plan's batch does: a blind seal only adds", () => {
    const retired = sealOf("r", { batch: "bbbbbbbb-00000" });
    const theirs = intentOf(1, [retired], { batch: "bbbbbbbb-00000" });
    const blind = sealOf("n", { saw: keys(retired) });
    const seeing = sealOf("m", { saw: keys(retired), sawIntents: [theirs.key] });
    expect(topOf([retired, blind], [theirs])).toEqual([retired]);
    expect(topOf([retired, seeing], [theirs])).toEqual([seeing]);
  });
});

test("the batch of these seals is what the names say", () => {
  expect(A.value.batch).toBe(BATCH);
});
