// For `node --import`: sources are loaded as the mutant named by CELLARMAN_MUTANT has them.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { patched, placeOf } from "./patch.ts";
import { MUTANTS } from "./mutants.ts";

const ROOT = join(import.meta.dirname, "../..");
const patches = MUTANTS.find(({ name }) => name === process.env["CELLARMAN_MUTANT"])?.patches ?? [];

registerHooks({
  load(url, context, next) {
    const path = url.startsWith("file:") ? placeOf(ROOT, fileURLToPath(url)) : "";
    const mine = patches.filter(({ file }) => file === path);
    if (mine.length === 0) return next(url, context);
    const source = mine.reduce(patched, readFileSync(fileURLToPath(url), "utf8"));
    return { format: "module-typescript", source, shortCircuit: true };
  },
});
