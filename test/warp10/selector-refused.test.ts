// What is never sent as a selector: the server would read it otherwise.
import { describe, expect, it } from "vitest";
import { encodeSelector, type Match, type Selector } from "../../src/warp10/selector.ts";
import { caught } from "../support/values.ts";

describe("encodeSelector", () => {
  const refusal = (given: Selector) => caught(() => encodeSelector(given));
  const ofLabels = (labels: Record<string, Match>) => refusal({ class: { exact: "c" }, labels });

  it("refuses text that is no Unicode, and says what to write", () => {
    const half = {
      code: "usage",
      message: "a selector holds half of a surrogate pair",
      hint: "Write the character itself, or match it by a regex.",
    };
    expect(refusal({ class: { exact: "\uD800" }, labels: {} })).toMatchObject(half);
    expect(ofLabels({ "\uD800": { exact: "x" } })).toMatchObject(half);
    expect(ofLabels({ k: { regex: "\uD800" } })).toMatchObject(half);
  });

  it.each<Match>([{ absent: true }, { empty: true }])("refuses a class that is %j", (match) => {
    expect(refusal({ class: match, labels: {} })).toMatchObject({
      code: "internal",
      message: "a class name cannot be matched as absent",
    });
  });

  it("refuses a label without a name or without a match", () => {
    const said = {
      code: "internal",
      message: "a selector needs a name and a match for each label",
    };
    expect(ofLabels({ "": { exact: "x" } })).toMatchObject(said);
    expect(ofLabels({ k: undefined as unknown as Match })).toMatchObject(said);
  });

  // The server's literal pre-test would look at a regex that holds one (SmartPattern).
  it.each(["\n", "\r", "\u0085", "\u2028", "\u2029"])("refuses %j in a regex", (terminator) => {
    const said = {
      code: "usage",
      message: "a selector's regex holds a line terminator",
      hint: String.raw`Write it as \n, \r or \x{2028}.`,
    };
    expect(refusal({ class: { regex: `a${terminator}b` }, labels: {} })).toMatchObject(said);
    expect(ofLabels({ k: { regex: terminator } })).toMatchObject(said);
  });
});
