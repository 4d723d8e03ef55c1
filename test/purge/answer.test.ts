// The delete's answer, held against the last dry run (design §3, "The delete and after").
import { describe, expect, test } from "vitest";
import { judgeAnswer } from "../../src/purge/answer.ts";
import { idOf, series } from "./series.ts";

const expected = (...names: string[]): Set<string> => new Set(names.map((name) => idOf(name)));

describe("a complete answer", () => {
  test("with exactly what was expected says nothing more, in any order", () => {
    const judged = judgeAnswer([series("b"), series("a")], expected("a", "b"));
    expect(judged).toEqual({ lacking: [], extra: [] });
  });

  test("that lacks series names them, sorted: they put a hold on the server", () => {
    const judged = judgeAnswer([series("b")], expected("c", "a", "b"));
    expect(judged.lacking).toEqual([idOf("a"), idOf("c")]);
  });

  test("that has more names them with their labels: each is read over all time", () => {
    const judged = judgeAnswer([series("a"), series("new", { zone: "1" })], expected("a"));
    expect(judged).toEqual({ lacking: [], extra: [series("new", { zone: "1" })] });
  });

  test("can lack and have more at once", () => {
    const judged = judgeAnswer([series("x")], expected("a"));
    expect([judged.lacking, judged.extra]).toEqual([[idOf("a")], [series("x")]]);
  });

  test("tells series apart by class and by every label, not by attributes", () => {
    const other = judgeAnswer([series("a", { host: "other" })], expected("a"));
    expect([other.lacking.length, other.extra.length]).toEqual([1, 1]);
    const described = { ...series("a"), attributes: { unit: "%" } };
    expect(judgeAnswer([described], expected("a"))).toEqual({ lacking: [], extra: [] });
  });

  test("that is empty lacks everything: it is no answer of a delete that went well", () => {
    expect(judgeAnswer([], expected("a", "b")).lacking).toHaveLength(2);
  });
});
