// Tests on a mutant of the program (test/mutants): the file of CELLARMAN_MUTANT is replaced, in the
// tests' own process and in every program that they start.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { MUTANTS } from "./test/mutants/mutants.ts";
import { patched, placeOf } from "./test/mutants/patch.ts";

const ROOT = import.meta.dirname;
const patches = MUTANTS.find(({ name }) => name === process.env["CELLARMAN_MUTANT"])?.patches ?? [];
const hook = `--import=${join(ROOT, "test/mutants/hook.ts")}`;

export default defineConfig({
  plugins: [
    {
      name: "mutant",
      enforce: "pre",
      load(id) {
        const path = id.split("?")[0] ?? "";
        const mine = patches.filter(({ file }) => file === placeOf(ROOT, path));
        if (mine.length === 0) return null;
        return mine.reduce(patched, readFileSync(path, "utf8"));
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 1,
    // The same file has another text for each mutant.
    fsModuleCache: false,
    env: { NODE_OPTIONS: hook },
  },
});
