// The GitHub Action: inputs become arguments, the command's JSON document becomes an output.
import { appendFileSync } from "node:fs";
import { main } from "./main.ts";
import { systemClock } from "./runtime/clock.ts";
import { readEnvironment } from "./runtime/environment.ts";
import type { Environment } from "./runtime/environment.ts";
import { CellarmanError, asCellarmanError, exitCodeOf } from "./runtime/errors.ts";
import { randomId } from "./runtime/random.ts";
import { untilInterrupted } from "./runtime/signals.ts";

/** GitHub refuses outputs of a job that pass 1 MiB together. */
const RESULT_BYTES_MAX = 900 * 1024;

type InputName = "command" | "flow" | "period" | "batch" | "dry-run" | "arguments";
type OutputName = "result" | "exit-code";

/** An input as action.yml names it; the runner gives one that was left out as an empty string. */
function input(env: Environment, name: InputName): string {
  return env.get(`INPUT_${name.toUpperCase()}`)?.trim() ?? "";
}

function split(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** The command line that the inputs stand for; throws a usage error for what it cannot be. */
function argumentsFrom(env: Environment): string[] {
  const dryRun = input(env, "dry-run");
  if (!["", "true", "false"].includes(dryRun)) {
    const message = `the input dry-run is "${dryRun}"; expected true or false`;
    throw new CellarmanError("usage", message, { hint: "Correct the input in the workflow." });
  }
  return [
    input(env, "command"),
    ...split(input(env, "flow"), /\s+/),
    ...split(input(env, "period"), /\s+/),
    ...split(input(env, "batch"), /\s+/),
    "--json",
    ...(dryRun === "true" ? ["--dry-run"] : []),
    ...split(input(env, "arguments"), /\n/),
  ];
}

/** Sets an output of the step; the delimiter is random, so that no text can end it. */
function setOutput(env: Environment, name: OutputName, text: string): void {
  const file = env.get("GITHUB_OUTPUT");
  if (file === undefined) return;
  const delimiter = `end-${randomId()}`;
  appendFileSync(file, `${name}<<${delimiter}\n${text}\n${delimiter}\n`);
}

/** A message as an annotation of the run: the runner ends a command at a line's end. */
function annotate(error: CellarmanError): void {
  const text = [error.message, error.where, error.hint].filter((part) => part !== undefined);
  const escaped = text.join("; ").replaceAll("%", "%25").replaceAll("\r", "%0D");
  process.stderr.write(`::error title=cellarman::${escaped.replaceAll("\n", "%0A")}\n`);
}

/** Runs the command that the inputs ask for; resolves to its exit code, and never throws. */
async function act(env: Environment): Promise<number> {
  const interruption = untilInterrupted();
  const parts: string[] = [];
  const stdout = {
    write(text: string): boolean {
      parts.push(text);
      return process.stdout.write(text);
    },
  };
  let status: number;
  try {
    const { signal } = interruption;
    const io = { stdout, stderr: process.stderr, env, clock: systemClock, signal };
    status = await main(argumentsFrom(env), io);
  } catch (thrown) {
    annotate(asCellarmanError(thrown));
    status = exitCodeOf(thrown);
  } finally {
    interruption.dispose();
  }
  const result = parts.join("").trim();
  if (result !== "" && Buffer.byteLength(result) <= RESULT_BYTES_MAX) {
    setOutput(env, "result", result);
  }
  setOutput(env, "exit-code", String(status));
  return status;
}

process.exitCode = await act(readEnvironment());
