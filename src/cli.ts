#!/usr/bin/env node
// The command line's shell: the process's streams, signals and clock around main().
import { createInterface } from "node:readline/promises";
import { main } from "./main.ts";
import { shiftedClock } from "./runtime/clock.ts";
import { readEnvironment } from "./runtime/environment.ts";
import { startStep } from "./runtime/step.ts";
import { untilInterrupted } from "./runtime/signals.ts";

// Failing until proven otherwise: a process that ends early must not look like success (reliability
// finding 13).
process.exitCode = 1;
const { signal, dispose } = untilInterrupted();
const env = readEnvironment();
const { stdin, stdout, stderr } = process;
process.exitCode = await main(process.argv.slice(2), {
  stdout: (text) => stdout.write(text),
  stderr: (text) => stderr.write(text),
  env,
  clock: shiftedClock(env.get("CELLARMAN_CLOCK_SHIFT_MS")),
  signal,
  spawn: (argv) => startStep(process.argv[1] ?? "", argv, signal),
  terminal: { isTty: stderr.isTTY, write: (text) => stderr.write(text) },
  ...(stdin.isTTY ? { ask: askPerson } : {}),
});
dispose();
// What is still open after an interruption (a stalled connection) must not keep the process.
if (signal.aborted) process.exit();

async function askPerson(question: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
