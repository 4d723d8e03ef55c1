// One mutant before its judges, each a process of its own.
import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HandMutant } from "./hand.ts";

const ROOT = join(import.meta.dirname, "../..");
const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");

/** What became of one mutant. */
export interface Row {
  readonly mutant: string;
  /** The promise that broke, or the test that failed; null: nothing missed the protection. */
  readonly killedBy: string | null;
  /** Histories until then; null where tests judge. */
  readonly histories: number | null;
}

/** How many histories a mutant may live, and the first one's seed. */
export interface JudgeOptions {
  readonly histories: number;
  readonly seed: number;
}

/** Has a mutant judged by its tests, or by the model where it names none. */
export async function judge(mutant: HandMutant, options: JudgeOptions): Promise<Row> {
  if (mutant.tests) return { ...(await byTests(mutant.name, mutant.tests)), histories: null };
  const { histories: most, seed } = options;
  const args = ["--mutant", mutant.name, "--histories", String(most), "--seed", String(seed)];
  const hook = mutant.patches ? [`--import=${join(ROOT, "test/mutants/hook.ts")}`] : [];
  const script = join(ROOT, "test/mutants/model.ts");
  const { status, stdout, stderr } = await run([...hook, script, ...args], mutant.name);
  if (status !== 0) throw new Error(`the model failed on "${mutant.name}": ${stderr}`);
  const { killedBy, histories } = JSON.parse(stdout);
  return { mutant: mutant.name, killedBy, histories };
}

async function byTests(name: string, tests: readonly string[]) {
  const file = join(tmpdir(), `mutant-${process.pid}-${Math.random()}.json`);
  const args = ["run", "--config", "vitest.mutant.config.ts", "--reporter=json", "--bail=1"];
  const { status, stderr } = await run([VITEST, ...args, `--outputFile=${file}`, ...tests], name);
  const report: Report = JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
  await rm(file, { force: true });
  const failed = report.testResults
    ?.flatMap(({ assertionResults }) => assertionResults)
    .find((one) => one.status === "failed");
  // A file that cannot be loaded, or a text that no longer fits, is no test that noticed.
  if (status !== 0 && !failed) throw new Error(`no test ran on "${name}": ${stderr}`);
  return { mutant: name, killedBy: failed?.fullName ?? null };
}

interface Report {
  readonly testResults?: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function run(
  args: readonly string[],
  mutant: string,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, CELLARMAN_MUTANT: mutant },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (part: Buffer) => (said.stdout += part));
  child.stderr.on("data", (part: Buffer) => (said.stderr += part));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, ...said }));
  });
}
