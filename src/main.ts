// One invocation: parse → call → render → exit code. Both shells (cli.ts, action.ts) call this and
// nothing else.
import { parseArgs } from "node:util";
import { asCellarmanError, CellarmanError, EXIT, exitCodeOf } from "./runtime/errors.ts";
import { renderFailure } from "./runtime/failure-text.ts";
import { openLog } from "./runtime/talk.ts";
import { randomId } from "./runtime/random.ts";
import { VERSION } from "./runtime/version.ts";
import { helpOfVerb, helpText } from "./verbs/help.ts";
import { COMMON_OPTIONS, type OptionSpec, VERBS, type VerbSpec } from "./verbs/table.ts";
import type { Invocation, Io, Options } from "./verbs/verb.ts";

/** Runs one command line (without node and script); returns the exit code, never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  try {
    return await dispatch(argv, io);
  } catch (thrown) {
    const error = asCellarmanError(thrown);
    io.stderr(renderFailure(error, { json, verbose: argv.includes("--verbose") }));
    return exitCodeOf(error);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [verb, ...rest] = argv;
  if (verb === undefined || verb === "help" || verb === "--help") {
    io.stdout(helpText());
    return verb === undefined ? EXIT.usage : EXIT.done;
  }
  if (verb === "--version") {
    io.stdout(`cellarman ${VERSION}\n`);
    return EXIT.done;
  }
  const spec = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (!spec) throw unknownVerb(verb);
  const { positionals, options } = parse(verb, spec, rest);
  if (options["help"]) {
    io.stdout(helpOfVerb(verb, spec));
    return EXIT.done;
  }
  const level = options["quiet"] ? "quiet" : options["verbose"] ? "verbose" : "normal";
  const log = openLog(io.stderr, level);
  const inv: Invocation = { verb, positionals, options, io, log, process: randomId() };
  const { run } = await spec.load();
  const result = await endingSoon(run(inv), io);
  io.signal?.throwIfAborted();
  const document = { schema: `cellarman/${verb}/1`, exitCode: result.exitCode, ...result.json };
  io.stdout(options["json"] ? `${JSON.stringify(document)}\n` : result.text);
  return result.exitCode;
}

/**
 * How long a verb may take to end after SIGINT or SIGTERM, ms: runners kill after 7.5 s (facts
 * github-actions).
 */
const ENDING_MS = 5_000;

/**
 * The verb's result, or the interruption when the verb does not end soon after it: every step is
 * safe to cut.
 */
async function endingSoon<T>(running: Promise<T>, { signal, clock }: Io): Promise<T> {
  if (!signal) return running;
  const interrupted = new Promise<never>((_, reject) => {
    const late = (): void => {
      clock.sleep(ENDING_MS).then(() => reject(signal.reason), reject);
    };
    if (signal.aborted) late();
    else signal.addEventListener("abort", late, { once: true });
  });
  interrupted.catch(() => undefined);
  return Promise.race([running, interrupted]);
}

function parse(
  verb: string,
  spec: VerbSpec,
  args: readonly string[],
): { positionals: readonly string[]; options: Options } {
  const known: Readonly<Record<string, OptionSpec>> = { ...COMMON_OPTIONS, ...spec.options };
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { positionals, options: values };
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split(". ")[0] ?? "") : String(cause);
    throw new CellarmanError("usage", `${verb}: ${message}`, {
      hint: `cellarman ${verb} --help`,
      cause,
    });
  }
}

function unknownVerb(verb: string): CellarmanError {
  const near = Object.keys(VERBS).find((known) => known.startsWith(verb.slice(0, 3)));
  return new CellarmanError("usage", `there is no verb ${JSON.stringify(verb)}`, {
    hint: near ? `Did you mean cellarman ${near}?` : "cellarman help lists all verbs.",
  });
}
