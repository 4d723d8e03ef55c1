// Mutants of the text of planning and verifying.
import { type HandMutant, mutant } from "./hand.ts";

/** Mutants of what is planned. */
export const PLAN_MUTANTS: readonly HandMutant[] = [
  mutant(
    "budget of points",
    "src/plan/purge-list.ts",
    "budget.points !== null && points > BigInt(budget.points)",
    "points < 0n",
    "test/plan/purge-list.test.ts",
  ),
  mutant(
    "budget of series",
    "src/plan/purge-list.ts",
    "budget.series !== null && series > BigInt(budget.series)",
    "series < 0n",
    "test/plan/purge-list.test.ts",
  ),
  mutant(
    "first purge of one batch",
    "src/plan/purge-list.ts",
    "purgedSoFar === 0 ? first :",
    "purgedSoFar < 0 ? first :",
    "test/plan/purge-list.test.ts",
  ),
  mutant(
    "partition of the label's space: any other value",
    "src/plan/groups.ts",
    "  groups.push({ selector: at({ regex: exceptRegex(leafRegexes, within) }), series: 0 });\n",
    "",
    "test/plan/groups.test.ts",
  ),
  mutant(
    "partition of the label's space: label absent",
    "src/plan/groups.ts",
    "if (base === undefined) {",
    "if (byLabel === '') {",
    "test/plan/groups.test.ts",
  ),
  mutant(
    "coverage proof",
    "src/plan/coverage.ts",
    "if (root.count !== groups.count || root.hex() !== groups.hex()) return undefined;",
    "if (root.count !== groups.count) return undefined;",
    "test/plan/coverage.test.ts",
  ),
  mutant(
    "inclusive bounds",
    "src/plan/period.ts",
    "end: BigInt(toMs) * scale - 1n",
    "end: BigInt(toMs) * scale",
    "test/plan/period.test.ts",
  ),
  mutant(
    "slices that tile",
    "src/plan/slices.ts",
    "const end = start + step - 1n;",
    "const end = start + step;",
    "test/plan/slices.test.ts",
  ),
];

/** Mutants of what is verified. */
export const VERIFY_MUTANTS: readonly HandMutant[] = [
  mutant(
    "verified by another process",
    "src/verify/verify.ts",
    "if (seal.value.process === run.process) {",
    "if (seal.value.process === '') {",
    "test/verify/verify.test.ts",
  ),
  mutant(
    "what hot lacks stops the verification",
    "src/verify/verify.ts",
    "if (lacking.size > 0 && !(await isExplained(run, at, seal, finding))) {",
    "if (lacking.size < 0) {",
    "test/verify/verify.test.ts",
  ),
  mutant(
    "late points stop the verification",
    "src/verify/verify.ts",
    "if (late.length > 0) return",
    "if (late.length < 0) return",
    "test/verify/verify.test.ts",
  ),
  mutant(
    "SHA-256 of each object",
    "src/verify/read-seal.ts",
    'if (sha256Hex(found.bytes) !== object.sha256) throw wrong(key, "its SHA-256 is another");',
    "",
    "test/verify/read-seal.test.ts",
  ),
  mutant(
    "a seal says what its manifest says",
    "src/verify/read-seal.ts",
    "  checkSeal(seal, manifest);\n",
    "",
    "test/verify/read-seal.test.ts",
  ),
  mutant(
    "objects hold what the manifest says",
    "src/verify/read-seal.ts",
    "  checkTotals(key, manifest, all);\n",
    "",
    "test/verify/read-seal.test.ts",
  ),
  mutant(
    "the list of series is what the objects hold",
    "src/verify/read-seal.ts",
    "  checkList(key, manifest, listed, all);\n",
    "",
    "test/verify/read-seal.test.ts",
  ),
];
