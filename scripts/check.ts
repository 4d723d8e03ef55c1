// `npm run check`: everything that is judged without running the program. One line a step; a failed
// step's output follows its line; the status is 1 when any failed, and every step runs all the
// same.
import { spawn } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

interface Step {
  readonly name: string;
  /** What Node runs: a path from the root, and arguments. */
  readonly script: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: "types", script: ["node_modules/typescript/bin/tsc", "-p", "."] },
  { name: "lint", script: ["node_modules/oxlint/bin/oxlint", "."] },
  { name: "format", script: ["node_modules/oxfmt/bin/oxfmt", "--check", "."] },
  { name: "knip", script: ["node_modules/knip/bin/knip.js", "--no-progress"] },
  {
    name: "files of the program that only tests use",
    script: ["node_modules/knip/bin/knip.js", "--production", "--include", "files"],
  },
  { name: "schema", script: ["scripts/check-generated.ts"] },
];

/** Runs one step; resolves to its status and everything that it said. */
function run(step: Step): Promise<{ readonly status: number; readonly said: string }> {
  const [script = "", ...args] = step.script;
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  child.stderr.on("data", (part: Buffer) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ status: code ?? 1, said: Buffer.concat(parts).toString("utf8") }),
    );
  });
}

async function check(): Promise<number> {
  let failed = 0;
  for (const step of STEPS) {
    const startMs = performance.now();
    const { status, said } = await run(step);
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    process.stdout.write(`${status === 0 ? "ok    " : "FAILED"} ${step.name} (${seconds} s)\n`);
    if (status === 0) continue;
    failed++;
    process.stdout.write(`${said.trimEnd()}\n`);
  }
  const passed = STEPS.length - failed;
  process.stdout.write(`check: ${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await check();
