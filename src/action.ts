// The GitHub Action: inputs become arguments, the verb's JSON document becomes an output.
import { appendFileSync } from "node:fs";
import { basename, join } from "node:path";
import { main } from "./main.ts";
import { showInActions, STDERR_KEPT } from "./report/actions/show.ts";
import { systemClock } from "./runtime/clock.ts";
import type { Environment } from "./runtime/environment.ts";
import { readEnvironment } from "./runtime/environment.ts";
import { randomId } from "./runtime/random.ts";
import { startStep } from "./runtime/step.ts";
import { untilInterrupted } from "./runtime/signals.ts";
import { VERBS } from "./verbs/table.ts";

/** GitHub refuses a job's outputs when they pass 1 MiB together. */
const RESULT_BYTES_MAX = 900 * 1024;

type InputName = "command" | "flow" | "period" | "batch" | "shard" | "dry-run" | "arguments";
type OutputName = "result" | "exit-code";

/** An input as action.yml names it; the runner gives one that was left out as an empty string. */
function input(env: Environment, name: InputName): string {
  return env.get(`INPUT_${name.toUpperCase()}`)?.trim() ?? "";
}

const given = (text: string): string[] => (text === "" ? [] : [text]);

/** An option with its value, or nothing where the input was left out. */
const option = (name: string, value: string): string[] =>
  value === "" ? [] : [`--${name}`, value];

/**
 * The command line that the inputs stand for. Some verbs take the period as an option, some by
 * place. What is wrong with an input is said by main(), as for any command line.
 */
function argumentsFrom(env: Environment): string[] {
  const verb = input(env, "command");
  const period = input(env, "period");
  const byOption = Object.hasOwn(VERBS, verb) && VERBS[verb]?.options["period"] !== undefined;
  const dryRun = input(env, "dry-run");
  return [
    verb,
    ...input(env, "flow").split(/\s+/).flatMap(given),
    ...(byOption ? option("period", period) : given(period)),
    ...given(input(env, "batch")),
    ...option("shard", input(env, "shard")),
    "--json",
    ...(dryRun === "" || dryRun === "false" ? [] : dryRunAs(dryRun)),
    ...input(env, "arguments")
      .split("\n")
      .flatMap((line) => given(line.trim())),
  ];
}

/** Anything but a clear `true` becomes an argument that no verb knows: never a run that writes. */
const dryRunAs = (text: string): string[] => [text === "true" ? "--dry-run" : `--dry-run=${text}`];

/** Sets an output of the step; the delimiter is random, so that no text can end it. */
function setOutput(env: Environment, name: OutputName, text: string): void {
  const file = env.get("GITHUB_OUTPUT");
  if (file === undefined) return;
  const delimiter = `end-${randomId()}`;
  appendFileSync(file, `${name}<<${delimiter}\n${text}\n${delimiter}\n`);
}

/** Runs the verb that the inputs ask for; resolves to its exit code. */
async function act(env: Environment): Promise<number> {
  const { signal, dispose } = untilInterrupted();
  const { stdout, stderr } = process;
  const said: string[] = [];
  let talk = "";
  // The verb "run" starts each step as a process: the command line beside this file, not this.
  const cli = join(import.meta.dirname, basename(import.meta.filename).replace("action", "cli"));
  const status = await main(argumentsFrom(env), {
    stdout: (text) => {
      said.push(text);
      stdout.write(text);
    },
    stderr: (text) => {
      talk = (talk + text).slice(-STDERR_KEPT);
      stderr.write(text);
    },
    env,
    clock: systemClock,
    signal,
    spawn: (argv) => startStep(cli, argv, signal),
  });
  dispose();
  const ended = { verb: input(env, "command"), exitCode: status, stdout: said.join("") };
  showInActions(env, { ...ended, stderr: talk }, (text) => stdout.write(text));
  const result = said.join("").trim();
  const fits = Buffer.byteLength(result) <= RESULT_BYTES_MAX;
  if (result !== "" && fits) setOutput(env, "result", result);
  setOutput(env, "exit-code", String(status));
  return status;
}

// Failing until proven otherwise: a process that ends early must not look like success.
process.exitCode = 1;
process.exitCode = await act(readEnvironment());
