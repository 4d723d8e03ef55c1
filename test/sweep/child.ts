// The real command line as a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import configs from "../../rolldown.config.ts";
import type { Said, World } from "../../sim/world.ts";
import type { main as mainOf } from "../../src/main.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** What is swept: the command line's file, and the file of its main(). */
export interface Program {
  readonly cli: string;
  readonly main: string;
}

/** The program as it is run from a checkout. */
export const SOURCE: Program = {
  cli: join(ROOT, "src", "cli.ts"),
  main: join(ROOT, "src", "main.ts"),
};

/** Builds the bundle as a release has it into a folder, with main() as a further entry. */
export async function buildProgram(folder: string): Promise<Program> {
  const [{ output, ...input } = {}] = configs;
  const entries = { cli: SOURCE.cli, main: SOURCE.main };
  const bundle = await rolldown({ ...input, input: entries, cwd: ROOT });
  // Two entries share what they share.
  await bundle.write({ ...output, dir: folder, codeSplitting: true });
  await bundle.close();
  return { cli: join(folder, "cli.js"), main: join(folder, "main.js") };
}

/** Runs one command without a process, on the world's clock: waiting takes no time. */
export async function runAtOnce(
  program: Program,
  world: World,
  argv: readonly string[],
): Promise<Said> {
  const { main }: { main: typeof mainOf } = await import(pathToFileURL(program.main).href);
  const said = { stdout: "", stderr: "" };
  const code = await main([...argv, "--flows", world.flows, "--flows-are-authoritative"], {
    stdout: (text) => void (said.stdout += text),
    stderr: (text) => void (said.stderr += text),
    env: { get: (name) => world.env.get(name) },
    clock: world.clock,
  });
  return { code, ...said };
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A command under way. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts one command in the world: its flows, its tokens, its clock. `cache`: compiled code. */
export function start(program: Program, cache: string, world: World, verb: string): Running {
  const shiftMs = world.now() - Date.now();
  const child = spawn(
    process.execPath,
    [program.cli, verb, "--flows", world.flows, "--flows-are-authoritative"],
    {
      cwd: world.folder,
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        ...Object.fromEntries(world.env),
        PATH: process.env["PATH"] ?? "",
        TMPDIR: world.folder,
        CELLARMAN_CLOCK_SHIFT_MS: String(shiftMs),
        NODE_COMPILE_CACHE: cache,
      },
    },
  );
  const said: Buffer[] = [];
  child.stderr.on("data", (part: Buffer) => said.push(part));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({ code, signal, stderr: Buffer.concat(said).toString("utf8") }),
    );
  });
  return { process: child, ended };
}
