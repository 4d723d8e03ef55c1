// A step's process: its own environment and nothing of ours; ended as GitHub's runner ends it.
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Both streams, as they came. */
  readonly said: string;
}

/**
 * Cancelling: SIGINT, 7.5 s later SIGTERM, 2.5 s later the end.
 * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
 */
const TO_TERM_MS = 7_500;
const TO_KILL_MS = 2_500;

/** Starts a process. */
export function startProcess(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  child.stderr.on("data", (part: Buffer) => (said += part.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, said }));
  });
  return { child, ended };
}

/** Ends a process as a cancelled job's is ended. */
export async function cancelProcess(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("close", resolve));
  for (const [signal, waitMs] of [
    ["SIGINT", TO_TERM_MS],
    ["SIGTERM", TO_KILL_MS],
  ] as const) {
    child.kill(signal);
    await Promise.race([gone, sleep(waitMs, undefined, { ref: false })]);
    if (child.exitCode !== null || child.signalCode !== null) return;
  }
  child.kill("SIGKILL");
}
