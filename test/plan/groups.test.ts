// Groups partition the space of a label's values, not the list of values seen: a value that appears
// tomorrow is in exactly one group (design §3, "Plans"). The regexes are evaluated here as
// JavaScript's; the server's differ only in what the selector's own tests hold against the real
// one.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutGroups, type Group, GROUPS_MAX } from "../../src/plan/groups.ts";
import { encodeSelector, type Match, type Selector } from "../../src/warp10/selector.ts";
import { caught } from "../support/values.ts";

fc.configureGlobal({ seed: 4 });

const ALL: Selector = { class: { regex: ".*" }, labels: {} };

/** Whether a match takes a label's value (undefined: the label is absent). */
function takes(match: Match | undefined, value: string | undefined): boolean {
  if (match === undefined) return true;
  if ("absent" in match) return value === undefined;
  if (value === undefined) return false;
  if ("empty" in match) return value === "";
  if ("exact" in match) return value === match.exact;
  return new RegExp(`^(?:${match.regex})$(?![\\s\\S])`, "u").test(value);
}

const inGroup = (group: Group, byLabel: string, value: string | undefined): boolean =>
  takes(group.selector.labels[byLabel], value);
const homesOf = (groups: readonly Group[], value: string | undefined): number =>
  groups.filter((g) => inGroup(g, "app", value)).length;

/** Values that share prefixes, with all that regexes and encoders stumble over. */
const letter = fc.constantFrom(
  "a",
  "b",
  "B",
  "1",
  ".",
  "*",
  "\\",
  "|",
  "(",
  "-",
  " ",
  "\n",
  "é",
  "🜁",
  "🜂",
);
const value = fc.array(letter, { maxLength: 6 }).map((letters) => letters.join(""));
const counts = fc.record({
  values: fc
    .array(fc.tuple(value, fc.integer({ min: 1, max: 40 })), { maxLength: 25 })
    .map((pairs) => new Map(pairs)),
  absent: fc.constantFrom<number[]>(0, 1, 30),
});
const maxSeries = fc.integer({ min: 1, max: 60 });

describe("groups by a label", () => {
  test("hold every possible value, seen or not, in exactly one group; absence as well", () => {
    fc.assert(
      fc.property(counts, maxSeries, fc.array(value, { maxLength: 20 }), (seen, max, unseen) => {
        const groups = cutGroups(ALL, "app", seen, max);
        for (const v of [...seen.values.keys(), ...unseen, ""]) expect(homesOf(groups, v)).toBe(1);
        expect(homesOf(groups, undefined)).toBe(1);
      }),
      { numRuns: 300 },
    );
  });

  test("say how many listed series each holds, and hold at most max unless it is one value", () => {
    fc.assert(
      fc.property(counts, maxSeries, (seen, max) => {
        for (const group of cutGroups(ALL, "app", seen, max)) {
          const held = [...seen.values].filter(([v]) => inGroup(group, "app", v));
          const absent = inGroup(group, "app", undefined) ? seen.absent : 0;
          expect(group.series).toBe(held.reduce((n, [, c]) => n + c, absent));
          if (group.series > max) expect(held.length + Math.sign(absent)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("stay within a root's own regex for that label, and hold nothing beyond it", () => {
    const root: Selector = { ...ALL, labels: { app: { regex: "a[\\s\\S]*|[\\s\\S]*1" } } };
    fc.assert(
      fc.property(counts, maxSeries, fc.array(value), (seen, max, unseen) => {
        const within = [...seen.values].filter(([v]) => takes(root.labels["app"], v));
        const groups = cutGroups(root, "app", { values: new Map(within), absent: 0 }, max);
        for (const v of [...seen.values.keys(), ...unseen, ""]) {
          expect(homesOf(groups, v)).toBe(takes(root.labels["app"], v) ? 1 : 0);
        }
        expect(homesOf(groups, undefined)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test("keep what the root says of the class and of other labels", () => {
    const root: Selector = { class: { exact: "cpu" }, labels: { region: { exact: "par" } } };
    const groups = cutGroups(
      root,
      "app",
      {
        values: new Map([
          ["x", 5],
          ["y", 5],
        ]),
        absent: 0,
      },
      5,
    );
    expect(groups.length).toBeGreaterThan(2);
    for (const { selector } of groups) {
      expect(selector.class).toEqual({ exact: "cpu" });
      expect(selector.labels["region"]).toEqual({ exact: "par" });
    }
  });

  test("a label that no listed series has still leaves room for every value that may come", () => {
    const groups = cutGroups(ALL, "app", { values: new Map(), absent: 9 }, 5);
    for (const v of ["", "x", "\n", undefined]) expect(homesOf(groups, v)).toBe(1);
  });
});

describe("cutting adapts", () => {
  const values = (entries: Record<string, number>) => ({
    values: new Map(Object.entries(entries)),
    absent: 0,
  });
  const sizes = (groups: readonly Group[]): number[] => groups.map((g) => g.series);

  test("what fits in one group is not cut: the root itself is the selector", () => {
    expect(cutGroups(ALL, "app", values({ a: 3, b: 2 }), 5)).toEqual([
      { selector: ALL, series: 5 },
    ]);
  });

  test("what is small is merged with its neighbours", () => {
    const groups = cutGroups(ALL, "app", values({ a: 2, b: 2, c: 2, d: 2 }), 4);
    expect(sizes(groups)).toEqual([4, 4, 0, 0]);
  });

  test("what is too big is split by longer prefixes, as far as needed", () => {
    const groups = cutGroups(ALL, "app", values({ aa1: 3, aa2: 3, ab: 3, b: 1 }), 3);
    expect(sizes(groups)).toEqual([3, 3, 3, 1, 0, 0]);
  });

  test("one value that is too big alone stays one group", () => {
    const groups = cutGroups(ALL, "app", values({ big: 100, small: 1 }), 10);
    expect(sizes(groups)).toEqual([100, 1, 0, 0]);
  });

  test("a value that is another's prefix is a group of its own where both are big", () => {
    const groups = cutGroups(ALL, "app", values({ a: 9, ab: 9 }), 9);
    expect(groups.filter((g) => inGroup(g, "app", "a")).map((g) => g.series)).toEqual([9]);
    expect(groups.filter((g) => inGroup(g, "app", "ab")).map((g) => g.series)).toEqual([9]);
  });

  test("an exact root cannot be cut by that label", () => {
    const root: Selector = { ...ALL, labels: { app: { exact: "a" } } };
    expect(cutGroups(root, "app", values({ a: 100 }), 10)).toEqual([
      { selector: root, series: 100 },
    ]);
  });

  test("the same counts give the same groups, whatever order they came in", () => {
    const some = { b: 3, a: 4, c: 5, aa: 2 };
    const back = Object.fromEntries(Object.entries(some).toReversed());
    expect(cutGroups(ALL, "app", values(back), 5)).toEqual(cutGroups(ALL, "app", values(some), 5));
  });

  test("more groups than a selector can exclude is an error that says what to change", () => {
    const many = (count: number) =>
      values(
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => [String.fromCodePoint(0x4e00 + i), 2]),
        ),
      );
    // Beside them: any other value, and the label's absence.
    expect(cutGroups(ALL, "app", many(GROUPS_MAX), 2)).toHaveLength(GROUPS_MAX + 2);
    expect(caught(() => cutGroups(ALL, "app", many(GROUPS_MAX + 1), 2))).toMatchObject({
      code: "limit",
      message: `${GROUPS_MAX + 1} groups; at most ${GROUPS_MAX}`,
      hint: "Raise batches.max-series, or choose another batches.by-label.",
    });
  });
});

describe("groups by class name", () => {
  test("hold every class in exactly one group, and none is for absence", () => {
    const seen = {
      values: new Map([
        ["cpu.user", 6],
        ["cpu.sys", 6],
        ["disk", 6],
      ]),
      absent: 0,
    };
    const groups = cutGroups({ class: { regex: "[\\s\\S]*" }, labels: {} }, null, seen, 6);
    const homes = (name: string) => groups.filter((g) => takes(g.selector.class, name)).length;
    for (const name of ["cpu.user", "cpu.sys", "disk", "cpu.", "d", "net", "Disk"]) {
      expect(homes(name)).toBe(1);
    }
    expect(groups.filter((g) => Object.keys(g.selector.labels).length > 0)).toEqual([]);
  });
});

describe("selectors of groups", () => {
  test("are ASCII without blanks, whatever the values hold", () => {
    fc.assert(
      fc.property(counts, maxSeries, (seen, max) => {
        for (const { selector } of cutGroups(ALL, "app", seen, max)) {
          expect(encodeSelector(selector)).toMatch(/^[!-~]+$/);
        }
      }),
    );
  });
});
