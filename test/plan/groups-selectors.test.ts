// The selectors of groups, text by text: prefixes as short as they may be, and nothing left out.
import { describe, expect, test } from "vitest";
import { cutGroups, type Group } from "../../src/plan/groups.ts";
import type { Selector } from "../../src/warp10/selector.ts";

const ALL: Selector = { class: { regex: ".*" }, labels: {} };

describe("the selectors of groups", () => {
  const any = String.raw`[\s\S]*`;
  const end = String.raw`(?![\s\S])`;
  const matches = (groups: readonly Group[]) =>
    groups.map((g) => [g.selector.labels["app"], g.series]);

  test("take prefixes as short as fit, and whole values where those are their own prefix", () => {
    const values = new Map([
      ["cyy", 1],
      ["b", 3],
      ["ayy", 3],
      ["cxx", 2],
      ["axx", 3],
    ]);
    const all = ["ax", "ay"].map((prefix) => `${prefix}${any}`);
    const regexes = [...all, "b", `c${any}`];
    expect(matches(cutGroups(ALL, "app", { values, absent: 4 }, 3))).toEqual([
      ...regexes.map((regex) => [{ regex }, 3]),
      [{ regex: `(?!(?:${regexes.join("|")})${end})(?:${any})` }, 0],
      [{ absent: true }, 4],
    ]);
  });

  test("exclude nothing where no value is listed, and one value where one is", () => {
    const cut = (values: Map<string, number>) =>
      matches(cutGroups(ALL, "app", { values, absent: 9 }, 5));
    expect(cut(new Map())).toEqual([
      [{ regex: `(?:${any})` }, 0],
      [{ absent: true }, 9],
    ]);
    expect(cut(new Map([["a", 1]]))).toEqual([
      [{ regex: "a" }, 1],
      [{ regex: `(?!(?:a)${end})(?:${any})` }, 0],
      [{ absent: true }, 9],
    ]);
  });

  test("of a root that has a regex stay within it, by label and by class", () => {
    const values = new Map([
      ["ab", 2],
      ["aa", 2],
    ]);
    const within = [
      [{ regex: `(?=(?:aa)${end})(?:a.*)` }, 2],
      [{ regex: `(?=(?:ab)${end})(?:a.*)` }, 2],
      [{ regex: `(?!(?:aa|ab)${end})(?:a.*)` }, 0],
    ];
    const root: Selector = { ...ALL, labels: { app: { regex: "a.*" } } };
    expect(matches(cutGroups(root, "app", { values, absent: 0 }, 2))).toEqual(within);
    const byClass: Selector = { class: { regex: "a.*" }, labels: {} };
    const groups = cutGroups(byClass, null, { values, absent: 0 }, 2);
    expect(groups.map((g) => [g.selector.class, g.series])).toEqual(within);
  });
});
