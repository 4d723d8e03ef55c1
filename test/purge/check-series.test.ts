// D (the delete token's dry run) against R (the read token's listing): D ⊆ R, and both hold every
// sealed series of the batch (design §3, "The gate").
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectSeries, judgeSeries } from "../../src/purge/check-series.ts";
import { idOf, listing, series } from "./series.ts";

fc.configureGlobal({ seed: 4 });

const set = (...names: string[]) => ({
  series: new Map(names.map((name) => [idOf(name), series(name)])),
  alike: undefined,
});
const sealed = (...names: string[]): Set<string> => new Set(names.map((name) => idOf(name)));

describe("D and R", () => {
  test("equal, with every sealed series: yes", () => {
    expect(judgeSeries(set("a", "b"), set("a", "b"), sealed("a", "b"))).toEqual({
      check: "series of delete and read",
      ok: true,
      outcome: "go",
      seen: "2 series, all readable",
      needed: "every series of the delete is readable; no sealed series is missing",
    });
  });

  test("what R has more registered meanwhile: yes, if no sealed list has it", () => {
    expect(judgeSeries(set("a"), set("a", "new"), sealed("a")).ok).toBe(true);
  });

  test("a series that the delete would touch and the read token does not list: no", () => {
    const line = judgeSeries(set("a", "hidden"), set("a"), sealed("a"));
    expect(line).toMatchObject({ ok: false, outcome: "wait" });
    expect(line.seen).toBe(
      `the delete would touch ${idOf("hidden")}, which the read token does not list`,
    );
    expect(line.next).toBe(
      "use tokens of one owner and application, with .expose, " +
        "and a read token without producers",
    );
  });

  test("a sealed series missing in D, in R or in both: a listing was cut short, retry", () => {
    for (const [d, r] of [
      [["a"], ["a", "b"]],
      [["a"], ["a"]],
      [[], []],
    ] as const) {
      const line = judgeSeries(set(...d), set(...r), sealed("a", "b"));
      expect(line).toMatchObject({ ok: false, outcome: "retry" });
      expect(line.seen).toMatch(/ was sealed and is not listed: the listing was cut$/);
    }
  });

  test("a series missing in R alone is a no as well, not a smaller delete", () => {
    expect(judgeSeries(set("a", "b"), set("a"), sealed("a", "b")).ok).toBe(false);
  });

  test("two that print alike cannot be told apart: no, in either listing", () => {
    const twice = { ...set("a"), alike: idOf("a") };
    for (const [d, r] of [
      [twice, set("a")],
      [set("a"), twice],
    ] as const) {
      expect(judgeSeries(d, r, sealed("a"))).toMatchObject({
        ok: false,
        outcome: "wait",
        seen: `two series print as ${idOf("a")}`,
        next: "use tokens with the attribute .expose",
      });
    }
  });

  test("over any three sets: yes exactly when D ⊆ R and both hold every sealed one", () => {
    const names = fc.subarray(["a", "b", "c", "d"]);
    fc.assert(
      fc.property(names, names, names, (d, r, s) => {
        const should =
          d.every((n) => r.includes(n)) && s.every((n) => d.includes(n) && r.includes(n));
        expect(judgeSeries(set(...d), set(...r), sealed(...s)).ok).toBe(should);
      }),
    );
  });
});

describe("collecting a listing", () => {
  test("keeps each series by its identity; attributes are no part of it", async () => {
    const found = await collectSeries(
      listing(series("a"), { ...series("b"), attributes: { x: "1" } }),
    );
    expect([...found.series.keys()]).toEqual([idOf("a"), idOf("b")]);
    expect(found.alike).toBeUndefined();
  });

  test("names the first of two that print alike, though only their attributes differ", async () => {
    const again = { ...series("a"), attributes: { owner: "other" } };
    expect((await collectSeries(listing(series("a"), again))).alike).toBe(idOf("a"));
  });

  test("a listing that breaks off throws: it is never a shorter listing", async () => {
    async function* broken() {
      yield await Promise.resolve(series("a"));
      throw new Error("cut");
    }
    await expect(collectSeries(broken())).rejects.toThrow("cut");
  });
});
