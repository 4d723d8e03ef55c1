// The command line as real processes against a world's servers, with the world's time.
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assertKept } from "../../sim/planted.ts";
import type { World } from "../../sim/world.ts";

const CLI = join(import.meta.dirname, "../../src/cli.ts");

/** A process that was started. */
export interface Started {
  readonly child: ChildProcess;
  /** Everything that it said so far. */
  said(): { stdout: string; stderr: string };
  /** Resolves when it has ended. */
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string; ms: number }>;
}

/**
 * Starts `node src/cli.ts …` with the world's tokens and clock, and nothing else of this
 * environment. `ended` rejects where it told a secret.
 */
export function startCli(world: World, ...argv: string[]): Started {
  const flags = ["--flows", world.flows, "--flows-are-authoritative"];
  const shiftMs = Math.round(world.now() - Date.now());
  const { PATH = "", TMPDIR } = process.env;
  const child = spawn(process.execPath, [CLI, ...argv, ...flags], {
    env: {
      PATH,
      // Types are stripped once, not by each process.
      NODE_COMPILE_CACHE: join(tmpdir(), "cellarman-compile-cache"),
      ...(TMPDIR === undefined ? {} : { TMPDIR }),
      ...Object.fromEntries(world.env),
      CELLARMAN_CLOCK_SHIFT_MS: String(shiftMs),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const secrets = new Map(world.env);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  const beganMs = Date.now();
  const ended = new Promise<Awaited<Started["ended"]>>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr, ms: Date.now() - beganMs }));
  }).then((said) => {
    assertKept(secrets, Object.entries({ stdout: said.stdout, stderr: said.stderr }));
    return said;
  });
  return { child, said: () => ({ stdout, stderr }), ended };
}

/** Waits until something is so; throws after 40 s. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const latestMs = Date.now() + 40_000;
  while (!isSo()) {
    if (Date.now() > latestMs) throw new Error(`waited for: ${what}`);
    await sleep(10);
  }
}
