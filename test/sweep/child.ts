// The real command line as a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { rolldown } from "rolldown";
import config from "../../rolldown.config.ts";
import type { World } from "../../sim/world.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** The command line as it is run from a checkout. */
export const SOURCE = join(ROOT, "src", "cli.ts");

/** Builds the bundle as a release has it into a folder; returns the path of its command line. */
export async function buildProgram(folder: string): Promise<string> {
  const { output, ...input } = config;
  const bundle = await rolldown({ ...input, cwd: ROOT });
  const [options = {}] = [output ?? {}].flat();
  await bundle.write({ ...options, dir: folder });
  await bundle.close();
  return join(folder, "cli.js");
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
export function start(program: string, cache: string, world: World, verb: string): Running {
  const shiftMs = world.now() - Date.now();
  const child = spawn(
    process.execPath,
    [program, verb, "--flows", world.flows, "--flows-are-authoritative"],
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
