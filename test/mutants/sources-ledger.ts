// Mutants of the text of planning, archiving, verifying and the ledger.
import type { HandMutant } from "./mutants.ts";

const mutant = (
  name: string,
  file: string,
  from: string,
  to: string,
  ...tests: string[]
): HandMutant => ({
  name,
  patches: [{ file, from, to }],
  ...(tests.length > 0 ? { tests } : {}),
});

const ATTEMPT = "src/archive/attempt.ts";
const RECORDS = "src/cellar/records.ts";
const HOLDS = "src/cellar/holds.ts";
const SNAPSHOT = "src/cellar/snapshot.ts";

/** Mutants of records: how they are written and found. */
export const LEDGER_MUTANTS: readonly HandMutant[] = [
  mutant(
    "create-only seal",
    ATTEMPT,
    'const sealKey = batchRecordKey("seals", at, randomId());',
    'const sealKey = batchRecordKey("seals", at, randomId().replaceAll(/./g, "0"));',
  ),
  mutant(
    "read-back before the manifest",
    ATTEMPT,
    "  await readBack(run.cold, manifest);\n",
    "",
    "test/e2e/puts.test.ts",
  ),
  mutant(
    "seal read back",
    ATTEMPT,
    "await writeRecord(run.cold, sealKey, record, true);",
    "await writeRecord(run.cold, sealKey, record);",
    "test/e2e/puts.test.ts",
  ),
  mutant(
    "numbered record read back",
    RECORDS,
    "if (Buffer.compare(back.bytes, bytes) === 0) {",
    "if (back.bytes.length > 0) {",
    "test/cellar/records.test.ts",
  ),
  mutant(
    "a number that is not there leaves no gap",
    RECORDS,
    'if (!back) throw mismatch(key, "it was written and cannot be read back");',
    "if (!back) continue;",
    "test/cellar/records.test.ts",
  ),
  mutant(
    "quoted by digest",
    RECORDS,
    "if (record.sha256 !== quote.sha256)",
    "if (record.sha256 === '')",
    "test/cellar/records.test.ts",
  ),
  mutant(
    "a hold is lifted by its digest",
    HOLDS,
    "l.value.hold === sha256 && l.lastModifiedMs",
    "l.lastModifiedMs",
    "test/cellar/holds.test.ts",
  ),
  mutant(
    "holds inherited by splits",
    HOLDS,
    "...[at.batch, ...batch.parents].map(",
    "...[at.batch].map(",
  ),
  mutant(
    "of two splits the oldest rules",
    SNAPSHOT,
    '    if (value.reason === "split" && !value.replaces.every((id) => standing.has(id))) continue;\n',
    "",
    "test/cellar/snapshot.test.ts",
  ),
  mutant(
    "retired plans rule no more",
    SNAPSHOT,
    "    if (await readRecord(cold, retiredKey(at, n), retiredRecord)) continue;\n",
    "",
    "test/cellar/snapshot.test.ts",
  ),
  mutant(
    "supplements of the plan that rules",
    SNAPSHOT,
    "if (read && read.value.plan === plan.sha256)",
    "if (read)",
    "test/cellar/snapshot.test.ts",
  ),
  mutant(
    "canonical JSON",
    "src/ledger/canonical.ts",
    ".toSorted()",
    "",
    "test/ledger/canonical.test.ts",
  ),
  mutant(
    "a further attempt must be newer than the finding",
    "src/ledger/state.ts",
    'if (isUnanswered(marks)) return status("late");',
    "",
    "test/ledger/state.test.ts",
  ),
];

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
    "  if (purgedSoFar === 0) return underWay ? 0 : 1;\n",
    "",
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
    "if (byLabel !== null && base === undefined) {",
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
    "test/verify",
    "test/e2e/archive-lies.test.ts",
  ),
  mutant(
    "objects hold what the manifest says",
    "src/verify/read-seal.ts",
    "  checkTotals(key, manifest, all);\n",
    "",
    "test/verify",
    "test/e2e/archive-lies.test.ts",
  ),
  mutant(
    "the list of series is what the objects hold",
    "src/verify/read-seal.ts",
    "  checkList(key, manifest, listed, all);\n",
    "",
    "test/verify",
    "test/e2e/archive-lies.test.ts",
  ),
];
