// Running what is measured as a whole process: wall, CPU and peak memory of it and of nothing else.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What one process came to. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end, s. */
  readonly wallS: number;
  /** User and system time of it and its children that ended, s. */
  readonly cpuS: number;
  /** Largest resident size, MB; NaN where it was not asked. */
  readonly peakMb: number;
}

/** Variables of a process. */
export type Variables = Readonly<Record<string, string>>;

const pathOf = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** What is measured: the bundle, which is what jobs run, or the sources. */
const program = { path: pathOf("src/cli.ts") };

/** Builds the bundle and measures a copy of it from now on: a later build must not touch it. */
export function measureBundle(): void {
  execFileSync(process.execPath, [pathOf("scripts/build.ts")], { stdio: ["ignore", "ignore", 2] });
  const folder = mkdtempSync(join(tmpdir(), "cellarman-bundle-"));
  cpSync(pathOf("dist"), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  program.path = join(folder, "cli.js");
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}

/** Tells the process's own resource usage on descriptor 3 when it ends. */
const REPORTER = `data:text/javascript,${encodeURIComponent(
  'import{writeSync}from"node:fs";' +
    'process.on("exit",()=>writeSync(3,JSON.stringify(process.resourceUsage())))',
)}`;

/** Runs one command of the tool. Throws when it exits with another code than expected. */
export async function runCellarman(
  argv: readonly string[],
  env: Variables,
  expected: number | undefined = 0,
): Promise<Ran> {
  const ran = await collect(process.execPath, ["--import", REPORTER, program.path, ...argv], env);
  if (expected !== undefined && ran.code !== expected) {
    throw new Error(`cellarman ${argv.join(" ")}: exit ${ran.code}\n${ran.stdout}${ran.stderr}`);
  }
  const usage: NodeJS.ResourceUsage = JSON.parse(ran.report);
  const cpuS = (usage.userCPUTime + usage.systemCPUTime) / 1e6;
  return { ...ran, cpuS, peakMb: (usage.maxRSS * 1024) / 1e6 };
}

/** Runs a line of bash with `$1`, `$2`, …; throws unless it exits with 0. */
export async function runShell(
  line: string,
  args: readonly string[],
  env: Variables,
): Promise<Ran> {
  const timed = `TIMEFORMAT="%U %S"; { time { ${line}\n} 2>&4; } 4>&2 2>&3`;
  const ran = await collect("bash", ["-o", "pipefail", "-c", timed, "bash", ...args], env);
  if (ran.code !== 0) throw new Error(`${line}: exit ${ran.code}\n${ran.stderr}`);
  const [user = 0, system = 0] = ran.report.trim().split(/\s+/).map(Number);
  return { ...ran, cpuS: user + system, peakMb: Number.NaN };
}

async function collect(
  command: string,
  args: readonly string[],
  env: Variables,
): Promise<Ran & { report: string }> {
  const began = performance.now();
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const texts = ["", "", ""];
  for (const [at, stream] of child.stdio.slice(1).entries()) {
    stream?.on("data", (chunk: Buffer) => (texts[at] += chunk.toString("utf8")));
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  });
  const wallS = (performance.now() - began) / 1000;
  const [stdout = "", stderr = "", report = ""] = texts;
  return { code, stdout, stderr, report, wallS, cpuS: Number.NaN, peakMb: Number.NaN };
}
