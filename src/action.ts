// The GitHub Action: inputs become a command line, the verb runs, and its JSON document becomes
// outputs.
import { appendFileSync } from "node:fs";
import { basename, join } from "node:path";
import { actionsContext } from "./forge/actions/context.ts";
import { outputsOf } from "./forge/actions/outputs.ts";
import { isOnDefaultBranch } from "./forge/actions/ref.ts";
import { main } from "./main.ts";
import { showInActions, STDERR_KEPT } from "./report/actions/show.ts";
import { shiftedClock } from "./runtime/clock.ts";
import type { Environment } from "./runtime/environment.ts";
import { readEnvironment } from "./runtime/environment.ts";
import { EXIT } from "./runtime/errors.ts";
import { randomId } from "./runtime/random.ts";
import { startStep } from "./runtime/step.ts";
import { untilInterrupted } from "./runtime/signals.ts";
import { VERBS } from "./verbs/table.ts";

type InputName =
  | "command"
  | "flow"
  | "period"
  | "batch"
  | "object"
  | "reason"
  | "environment"
  | "review"
  | "legs"
  | "steps"
  | "leg"
  | "shard"
  | "dry-run"
  | "arguments";

/** An input as action.yml names it; the runner gives one that was left out as an empty string. */
function input(env: Environment, name: InputName): string {
  return env.get(`INPUT_${name.toUpperCase()}`)?.trim() ?? "";
}

const given = (text: string): string[] => (text === "" ? [] : [text]);

/** An option with its value, or nothing where the input was left out. */
const option = (name: string, value: string): string[] =>
  value === "" ? [] : [`--${name}=${value}`];

/**
 * Nothing for `false`. Anything but a clear `true` becomes an argument that no verb takes: never a
 * run that writes.
 */
const flag = (name: string, value: string): string[] => {
  if (value === "" || value === "false") return [];
  return [value === "true" ? `--${name}` : `--${name}=${value}`];
};

/** What a person says by place, as an option where the verb has one of that name. */
const placed = (verb: string, name: string, value: string): string[] => {
  const known = Object.hasOwn(VERBS, verb) && VERBS[verb]?.options[name] !== undefined;
  return known ? option(name, value) : given(value);
};

/**
 * The command line that the inputs stand for. What is wrong with an input is said by main(), as for
 * any command line.
 */
function argumentsFrom(env: Environment, mayWrite: boolean): string[] {
  const of = (name: InputName): string => input(env, name);
  const verb = of("command");
  const steps = of("steps");
  return [
    verb,
    ...of("flow").split(/\s+/).flatMap(given),
    ...placed(verb, "period", of("period")),
    ...placed(verb, "batch", of("batch")),
    ...given(of("object")),
    ...option("reason", of("reason")),
    ...option("environment", of("environment")),
    ...option("review", of("review")),
    ...flag("legs", of("legs")),
    ...option("steps", steps === "all" ? "" : steps),
    ...option("leg", of("leg")),
    ...option("shard", of("shard")),
    "--json",
    ...(mayWrite ? flag("dry-run", of("dry-run")) : ["--dry-run"]),
    ...of("arguments")
      .split("\n")
      .flatMap((line) => given(line.trim())),
  ];
}

/** Sets outputs of the step; the delimiter is random, so that no text can end it. */
function setOutputs(env: Environment, outputs: Readonly<Record<string, string>>): void {
  const file = env.get("GITHUB_OUTPUT");
  if (file === undefined) return;
  const delimiter = `end-${randomId()}`;
  for (const [name, text] of Object.entries(outputs)) {
    appendFileSync(file, `${name}<<${delimiter}\n${text}\n${delimiter}\n`);
  }
}

/**
 * What the step ends with. A plan that left a broken flow out has legs for the others, and `report`
 * fails the run; that something changes is an answer, no failure.
 */
function stepStatus(argv: readonly string[], status: number): number {
  const goesOn = argv.includes("--legs") && status === EXIT.partial;
  return goesOn || status === EXIT.changes ? EXIT.done : status;
}

/** Runs the verb that the inputs ask for; resolves to the step's exit code. */
async function act(env: Environment): Promise<number> {
  const { signal, dispose } = untilInterrupted();
  const { stdout, stderr } = process;
  const mayWrite = await isOnDefaultBranch(actionsContext(env));
  if (!mayWrite) stderr.write("::notice title=cellarman::not the default branch: a dry run\n");
  const argv = argumentsFrom(env, mayWrite);
  let talk = "";
  // The verb "run" starts each step as a process: the command line beside this file, not this.
  const cli = join(import.meta.dirname, basename(import.meta.filename).replace("action", "cli"));
  const said: string[] = [];
  const status = await main(argv, {
    stdout: (text) => {
      said.push(text);
      stdout.write(text);
    },
    stderr: (text) => {
      talk = (talk + text).slice(-STDERR_KEPT);
      stderr.write(text);
    },
    env,
    clock: shiftedClock(env.get("CELLARMAN_CLOCK_SHIFT_MS"), env.get("CELLARMAN_CLOCK_PACE")),
    signal,
    spawn: (steps) => startStep(cli, steps, signal),
  });
  dispose();
  const ended = { verb: input(env, "command"), exitCode: status, stdout: said.join("") };
  showInActions(env, { ...ended, stderr: talk }, (text) => stdout.write(text));
  const writes = mayWrite && !argv.includes("--dry-run");
  setOutputs(env, outputsOf(said.join("").trim(), status, writes));
  return stepStatus(argv, status);
}

// Failing until proven otherwise: a process that ends early must not look like success.
process.exitCode = 1;
process.exitCode = await act(readEnvironment());
