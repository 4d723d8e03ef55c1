// Every mutant by hand still fits the program's text, and names what is there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MUTANTS } from "./mutants.ts";
import { patched } from "./patch.ts";

const ROOT = join(import.meta.dirname, "../..");

describe("mutants by hand", () => {
  test("have names of their own", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  test.each(MUTANTS.filter(({ patches }) => patches))("$name: fits", ({ patches = [] }) => {
    for (const file of new Set(patches.map((patch) => patch.file))) {
      const text = readFileSync(join(ROOT, file), "utf8");
      expect(patches.filter((patch) => patch.file === file).reduce(patched, text)).not.toBe(text);
    }
  });

  test.each(MUTANTS.filter(({ tests }) => tests))(
    "$name: its tests are there",
    ({ tests = [] }) => {
      expect(tests.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    },
  );

  test("a text that is there no more, or twice, is no mutant", () => {
    const patch = { file: "f", from: "a", to: "b" };
    expect(patched("xay", patch)).toBe("xby");
    for (const text of ["xy", "xaya"]) expect(() => patched(text, patch)).toThrow(/times in f/);
  });
});
