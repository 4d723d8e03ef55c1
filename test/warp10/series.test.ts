// A series' identity: class and labels in one canonical form; attributes are no part of it.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalLabels, identityHash, identityOf } from "../../src/warp10/series.ts";

fc.configureGlobal({ seed: 4 });

const text = fc.string({ unit: "grapheme", maxLength: 8 });
const labels = fc.dictionary(text, text, { maxKeys: 6, noNullPrototype: true });

describe("an identity", () => {
  test("is canonical JSON of class and sorted labels", () => {
    const one = { className: "cpu.load", labels: { host: "h1", ".app": "a", Zone: "é" } };
    expect(identityOf(one)).toBe('["cpu.load",{".app":"a","Zone":"é","host":"h1"}]');
  });

  test("reads back as the very class and labels, whatever they hold", () => {
    fc.assert(
      fc.property(text, labels, (className, named) => {
        expect(JSON.parse(identityOf({ className, labels: named }))).toEqual([className, named]);
      }),
    );
  });

  test("does not depend on the order of the labels", () => {
    fc.assert(
      fc.property(labels, (named) => {
        const back = Object.fromEntries(Object.entries(named).toReversed());
        expect(canonicalLabels(back)).toBe(canonicalLabels(named));
      }),
    );
  });

  test("tells apart what a careless joining would not", () => {
    const all = [
      { className: "a", labels: {} },
      { className: 'a",{', labels: {} },
      { className: "a", labels: { b: "" } },
      { className: "a", labels: { b: "c", d: "e" } },
      { className: "a", labels: { b: 'c","d":"e' } },
      { className: "a{b=c}", labels: {} },
      { className: "a", labels: { "": "b" } },
    ];
    expect(new Set(all.map(identityOf)).size).toBe(all.length);
  });

  test("sorts by UTF-16 code unit: beyond the BMP comes before U+E000", () => {
    expect(canonicalLabels({ "\u{1f701}": "x", "\ue000": "y" })).toBe(
      '{"\u{1f701}":"x","\ue000":"y"}',
    );
  });

  test("hashes to the SHA-256 of its UTF-8", () => {
    const identity = identityOf({ className: "é", labels: {} });
    const expected = createHash("sha256").update(Buffer.from(identity, "utf8")).digest("hex");
    expect(identityHash(identity).toString("hex")).toBe(expected);
  });
});
