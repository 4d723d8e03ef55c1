// Surveying the server before a plan: values are counted, coverage is proven by what the server
// lists, never by what we think that a selector matches (design §3, "Plans").
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { IdentitySum } from "../../src/plan/identity-sum.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import type { Hot } from "../../src/warp10/hot.ts";
import { encodeSelector, type Selector } from "../../src/warp10/selector.ts";
import type { ListedSeries } from "../../src/warp10/series.ts";
import { proveCoverage, surveyGroup, surveyRoot } from "../../src/warp10/survey.ts";
import { idOf, listing, series } from "../purge/series.ts";
import { rejected } from "../support/values.ts";

const ROOT: Selector = { class: { regex: ".*" }, labels: {} };
const OTHER: Selector = { class: { exact: "cpu" }, labels: {} };
const [R, O] = [encodeSelector(ROOT), encodeSelector(OTHER)];

/** What `find` lists for a selector, each time that it is asked. */
type Listings = Record<
  string,
  readonly ListedSeries[] | ((time: number) => readonly ListedSeries[])
>;

function hotOf(listings: Listings): Pick<Hot, "find"> & { asked: string[] } & Hot {
  const asked: string[] = [];
  const find = (selector: string) => {
    const said = listings[selector];
    if (said === undefined) throw new CellarmanError("server", `unexpected ${selector}`);
    const time = asked.filter((s) => s === selector).length;
    asked.push(selector);
    return listing(...(typeof said === "function" ? said(time) : said));
  };
  const unused = (): never => {
    throw new Error("a survey only lists");
  };
  return {
    asked,
    find,
    facts: unused,
    version: unused,
    fetch: unused,
    count: unused,
    tokenFacts: unused,
  };
}

const prove = async (hot: Hot, groups: readonly string[], roots: readonly Selector[] = [ROOT]) => {
  const sum = new IdentitySum();
  for (const root of roots) sum.merge((await surveyRoot(hot, root, null)).sum);
  const sizes: [number, bigint][] = [];
  const coverage = await proveCoverage(hot, roots, sum, groups, (i, n) => sizes.push([i, n]));
  return { coverage, sizes };
};

// A temporary folder of this file's own: other tests leave and remove theirs meanwhile.
const own = mkdtempSync(join(tmpdir(), "survey-"));
beforeAll(() => vi.stubEnv("TMPDIR", own));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(own, { recursive: true });
});
const spoolFolders = (): string[] => readdirSync(own);

describe("the root's listing", () => {
  test("is counted by a label's values; series without it are absent", async () => {
    const all = [
      series("a", { app: "x" }),
      series("b", { app: "x" }),
      series("c", { app: "" }),
      series("d"),
    ];
    const { sum, counts } = await surveyRoot(hotOf({ [R]: all }), ROOT, "app");
    expect(sum.count).toBe(4n);
    expect(counts).toEqual({
      values: new Map([
        ["x", 2],
        ["", 1],
      ]),
      absent: 1,
    });
  });

  test("is counted by class where no label is said; no class is absent", async () => {
    const all = [series("a"), series("a", { app: "x" }), series("b")];
    const { counts } = await surveyRoot(hotOf({ [R]: all }), ROOT, null);
    expect(counts).toEqual({
      values: new Map([
        ["a", 2],
        ["b", 1],
      ]),
      absent: 0,
    });
  });

  test("is a stream: a listing that breaks off is no shorter listing", async () => {
    const hot = hotOf({});
    async function* broken() {
      yield await Promise.resolve(series("a"));
      throw new CellarmanError("incomplete-read", "cut");
    }
    const cut = { ...hot, find: () => broken() };
    expect(await rejected(surveyRoot(cut, ROOT, null))).toMatchObject({ code: "incomplete-read" });
  });
});

describe("a group's listing", () => {
  test("with two series that print alike is an error that says what to do", async () => {
    const twice = [series("a"), { ...series("a"), attributes: { owner: "other" } }];
    const error = await rejected(surveyGroup(hotOf({ g: twice }), "g"));
    expect(error).toMatchObject({ code: "mismatch", hint: expect.stringContaining(".expose") });
    expect(error.message).toContain(idOf("a"));
  });
});

describe("coverage", () => {
  test("is proven by equal counts and sums; each group's size is told", async () => {
    const hot = hotOf({
      [R]: [series("a"), series("b"), series("c")],
      g1: [series("b")],
      g2: [series("c"), series("a")],
    });
    const { coverage, sizes } = await prove(hot, ["g1", "g2"]);
    expect(coverage).toMatchObject({
      method: "sums",
      rootSeries: "3",
      groupSeries: "3",
      groups: 2,
    });
    expect(sizes).toEqual([
      [0, 1n],
      [1, 2n],
    ]);
    expect(hot.asked).toEqual([R, "g1", "g2"]);
  });

  test("is proven by a merge where a series registered between root and group", async () => {
    const hot = hotOf({ [R]: [series("a")], g1: [series("a")], g2: [series("new")] });
    const { coverage } = await prove(hot, ["g1", "g2"]);
    expect(coverage).toMatchObject({
      method: "merge",
      rootSeries: "1",
      groupSeries: "2",
      registeredMeanwhile: "1",
    });
    expect(spoolFolders()).toEqual([]);
  });

  test("a merge lists root first and then the groups, all of them again", async () => {
    const hot = hotOf({
      [R]: [series("a"), series("b")],
      g1: (time) => (time === 0 ? [series("a")] : [series("a"), series("b")]),
    });
    const { coverage } = await prove(hot, ["g1"]);
    expect(coverage).toMatchObject({ method: "merge", registeredMeanwhile: "0" });
    expect(hot.asked).toEqual([R, "g1", R, "g1"]);
  });

  test("one in no group means no plan", async () => {
    const error = await rejected(
      prove(hotOf({ [R]: [series("a"), series("b")], g1: [series("a")] }), ["g1"]),
    );
    expect(error).toMatchObject({
      code: "mismatch",
      message: expect.stringContaining("in no group"),
    });
  });

  test("one in two groups means no plan, and the temporary files are gone", async () => {
    const hot = hotOf({
      [R]: [series("a"), series("b")],
      g1: [series("a")],
      g2: [series("a"), series("b")],
    });
    expect(await rejected(prove(hot, ["g1", "g2"]))).toMatchObject({
      message: expect.stringContaining("more than one group"),
    });
    expect(spoolFolders()).toEqual([]);
  });

  test("one in two groups in place of a missing one means no plan", async () => {
    const hot = hotOf({ [R]: [series("a"), series("b")], g1: [series("a")], g2: [series("a")] });
    expect(await rejected(prove(hot, ["g1", "g2"]))).toMatchObject({ code: "mismatch" });
  });

  test("root selectors that overlap mean no plan, though their sums are equal", async () => {
    const hot = hotOf({ [R]: [series("cpu"), series("disk")], [O]: [series("cpu")] });
    const error = await rejected(prove(hot, [R, O], [ROOT, OTHER]));
    expect(error).toMatchObject({
      code: "mismatch",
      hint: expect.stringContaining("must not overlap"),
    });
  });

  test("root selectors that do not overlap are proven by sums, listed once", async () => {
    const hot = hotOf({ [R]: [series("disk")], [O]: [series("cpu")] });
    const { coverage } = await prove(hot, [R, O], [ROOT, OTHER]);
    expect(coverage).toMatchObject({ method: "sums", rootSeries: "2", groups: 2 });
    expect(hot.asked).toEqual([R, O, R, O]);
  });

  test("a selection that lists nothing is covered by groups that list nothing", async () => {
    const { coverage } = await prove(hotOf({ [R]: [], g1: [] }), ["g1"]);
    expect(coverage).toMatchObject({ rootSeries: "0", groupSeries: "0" });
  });
});
