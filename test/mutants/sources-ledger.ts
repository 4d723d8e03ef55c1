// Mutants of the text of archiving and of the ledger.
import { type HandMutant, mutant } from "./hand.ts";

const ATTEMPT = "src/archive/attempt.ts";
const RECORDS = "src/cellar/records.ts";
const HOLDS = "src/cellar/holds.ts";
const SNAPSHOT = "src/cellar/snapshot.ts";

const LOOKS = "  const seen = await lookBefore(run, at);\n";
const LIMITS = "seen.sawIntents.length > 0 ? { deadlineMs: CRAWL_MS } : undefined;";
const MISSING = "  const missing = exported.totals.find";

/** Mutants of records: how they are written and found. */
export const LEDGER_MUTANTS: readonly HandMutant[] = [
  {
    name: "seals seen before the first hot read",
    patches: [
      { file: ATTEMPT, from: LOOKS, to: "" },
      { file: ATTEMPT, from: LIMITS, to: "undefined;" },
      { file: ATTEMPT, from: MISSING, to: LOOKS + MISSING },
    ],
    tests: ["test/archive/attempt.test.ts"],
  },
  mutant(
    "series that registered while the batch was read",
    ATTEMPT,
    "  if (missing) {",
    "  if (missing?.identity === '') {",
    "test/archive/attempt.test.ts",
  ),
  mutant(
    "marker before the seal",
    ATTEMPT,
    "    seal: sealKey,\n",
    "    seal: `${sealKey}x`,\n",
    "test/archive/attempt.test.ts",
  ),
  mutant(
    "create-only seal",
    ATTEMPT,
    'const sealKey = batchRecordKey("seals", at, randomId());',
    'const sealKey = batchRecordKey("seals", at, randomId().replaceAll(/./g, "0"));',
    "test/archive/attempt.test.ts",
  ),
  mutant(
    "read-back before the manifest",
    ATTEMPT,
    "  await readBack(run.cold, manifest, run.hfiles);\n",
    "",
    "test/archive/attempt.test.ts",
  ),
  mutant(
    "seal read back",
    ATTEMPT,
    "await writeRecord(run.cold, sealKey, record, true);",
    "await writeRecord(run.cold, sealKey, record);",
    "test/archive/attempt.test.ts",
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
    "test/cellar/holds.test.ts",
  ),
  mutant(
    "one plan a period",
    SNAPSHOT,
    "const ruling = await readRecord(cold, rulingKey(at, n), rulingRecord);",
    "const ruling = undefined as any;",
    "test/cellar/snapshot.test.ts",
  ),
  mutant(
    "of two splits the oldest rules",
    SNAPSHOT,
    "!value.replaces.every((id) => standing.has(id))",
    "value.replaces.length === 0",
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
