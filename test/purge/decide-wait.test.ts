// When a gate says wait, and until when (design §3, "What a gate says").
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, diff, judged, lacks } from "./contents.ts";

fc.configureGlobal({ seed: 4 });

describe("wait", () => {
  test("when no seal that holds a point counts, with all reasons once", () => {
    const standing = [lacks("s1", "not approved"), lacks("s2", "not approved")];
    const diffs = [diff({ needs: [["s2"], ["s1", "s2"]] })];
    expect(decide({ standing, diffs })).toMatchObject({ outcome: "wait", seen: "not approved" });
  });

  test("when a seal that is not in the view is all that holds a point", () => {
    expect(decide({ diffs: [diff({ needs: [["gone"]] })] })).toMatchObject({
      outcome: "wait",
      seen: "a seal that cannot be relied on",
    });
  });

  test("one seal that holds a point is enough: the earliest of them is its date", () => {
    const standing = [lacks("s1", "grace", 100), lacks("s2", "grace", 50)];
    const judgedBoth = judged({ heldBy: new Map([["a", ["s1", "s2"]]]) });
    expect(decide({ standing, judged: judgedBoth }).earliestMs).toBe(50);
  });

  test("all points must be held: the last of their dates counts", () => {
    const standing = [lacks("s1", "grace", 100), lacks("s2", "grace", 50)];
    const each = judged({
      heldBy: new Map([
        ["a", ["s1"]],
        ["b", ["s2"]],
      ]),
    });
    expect(decide({ standing, judged: each }).earliestMs).toBe(100);
  });

  test("a seal that time alone will do for counts beside one that needs an approval", () => {
    const standing = [lacks("s1", "not approved"), lacks("s2", "grace", 50)];
    const both = judged({ heldBy: new Map([["a", ["s1", "s2"]]]) });
    expect(decide({ standing, judged: both }).earliestMs).toBe(50);
  });

  test("where one point needs more than time, no date is promised", () => {
    const standing = [lacks("s1", "not approved"), lacks("s2", "grace", 50)];
    const each = judged({
      heldBy: new Map([
        ["a", ["s1"]],
        ["b", ["s2"]],
      ]),
    });
    const verdict = decide({ standing, judged: each });
    expect(verdict.earliestMs).toBeUndefined();
    expect(verdict.seen).toBe("not approved; grace");
  });

  test("for any standing: max over points of min over their seals, or no date at all", () => {
    const seals = ["s1", "s2", "s3"];
    const standing = fc.tuple(
      ...seals.map((key) =>
        fc.option(fc.nat({ max: 9 }), { nil: undefined }).map((ms) => lacks(key, "x", ms)),
      ),
    );
    const needs = fc.array(fc.subarray(seals, { minLength: 1 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(standing, needs, (known, sets) => {
        const verdict = decide({
          standing: known,
          judged: judged(),
          diffs: [diff({ needs: sets })],
        });
        const dateOf = (key: string) =>
          known.find((s) => s.key === key)?.lacks?.earliestMs ?? Infinity;
        const date = Math.max(...sets.map((set) => Math.min(...set.map(dateOf))));
        expect(verdict.earliestMs).toBe(date === Infinity ? undefined : date);
      }),
    );
  });
});
