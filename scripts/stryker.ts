// `npm run stryker`: mutation tests of what guards a delete, file by file, each against the tests
// beside it. Prints the score of each; the status is 1 where one is below the threshold.
//   node scripts/stryker.ts [--only REGEX] [--json]
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

const ROOT = join(import.meta.dirname, "..");
const STRYKER = join(ROOT, "node_modules/@stryker-mutator/core/bin/stryker.js");
const LEAST = 95;

/** Each file, and the tests that must notice its mutants. */
const FILES: Readonly<Record<string, string>> = {
  "src/purge/gate.ts": "test/purge/gate*",
  "src/purge/decide.ts": "test/purge/decide*",
  "src/purge/check-contents.ts": "test/purge/{check-contents*,gate*}",
  "src/purge/check-series.ts": "test/purge/check-series",
  "src/purge/check-orders.ts": "test/purge/check-orders*",
  "src/purge/check-fence.ts": "test/purge/{check-fence*,gate-stands-still}",
  "src/purge/warrant.ts": "test/purge/warrant",
  "src/purge/of-batch.ts": "test/purge/of-batch",
  "src/purge/view.ts": "test/purge/{read-view*,view}",
  "src/purge/approval/in-force.ts": "test/purge/approval/in-force",
  "src/purge/approval/judge-environment.ts": "test/purge/approval/judge-environment",
  "src/purge/approval/judge-review.ts": "test/purge/approval/judge-review",
  "src/purge/approval/read.ts": "test/purge/approval/read",
  "src/ledger/state.ts": "test/ledger/state",
  "src/ledger/view.ts": "test/purge/view",
  "src/ledger/finding.ts": "test/ledger/finding",
  "src/ledger/canonical.ts": "test/ledger/canonical",
  "src/plan/period.ts": "test/plan/period*",
  "src/plan/slices.ts": "test/plan/slices",
  "src/plan/groups.ts": "test/plan/groups*",
  "src/plan/purge-list.ts": "test/plan/purge-list",
  "src/warp10/selector.ts": "test/warp10/selector*",
  "src/warp10/range.ts": "test/warp10/range",
  "src/archive/digest.ts": "test/archive/digest",
  "src/archive/record.ts": "test/archive/digest",
};

interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

interface Score {
  readonly file: string;
  readonly mutants: number;
  readonly killed: number;
  readonly score: number;
  /** Where a mutant lived, and what it was. */
  readonly survived: readonly string[];
}

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, json: { type: "boolean", default: false } },
});

async function scoreOf(file: string, tests: string): Promise<Score> {
  const child = spawn(process.execPath, [STRYKER, "run", "stryker.config.json", "--mutate", file], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, MUTATION_TESTS: tests },
  });
  const status = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (status !== 0) throw new Error(`stryker failed on ${file} with status ${String(status)}`);
  const report = JSON.parse(await readFile(join(ROOT, "coverage/stryker.json"), "utf8"));
  const mutants: Mutant[] = report.files[file].mutants;
  const counted = mutants.filter(({ status: is }) => is !== "CompileError" && is !== "Ignored");
  const lived = counted.filter(({ status: is }) => is === "Survived" || is === "NoCoverage");
  const killed = counted.length - lived.length;
  return {
    file,
    mutants: counted.length,
    killed,
    score: Math.round((10_000 * killed) / counted.length) / 100,
    survived: lived.map(
      (m) =>
        `${m.location.start.line}:${m.location.start.column} ${m.mutatorName} ${m.replacement}`,
    ),
  };
}

const scores: Score[] = [];
for (const [file, tests] of Object.entries(FILES)) {
  if (!new RegExp(values.only).test(file)) continue;
  const score = await scoreOf(file, tests);
  scores.push(score);
  process.stderr.write(`${score.score} % ${file} (${score.killed} of ${score.mutants})\n`);
  for (const one of score.survived) process.stderr.write(`  survived ${one}\n`);
}
const isEnough = scores.length > 0 && scores.every(({ score }) => score >= LEAST);
const text = `mutation score ${isEnough ? "at least" : "not everywhere"} ${LEAST} %\n`;
process.stdout.write(values.json ? `${JSON.stringify({ scores })}\n` : text);
process.exitCode = isEnough ? 0 : 1;
