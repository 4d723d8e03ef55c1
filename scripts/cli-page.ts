// The command line's reference page, out of the very table that main() goes by.
import { COMMON_OPTIONS, type OptionSpec, VERBS, type VerbSpec } from "../src/verbs/table.ts";

/** Text of `docs/reference/cli.md`. */
export function cliPage(): string {
  return [
    "# Commands",
    "",
    "<!-- Generated from src/verbs/table.ts: npm run cellarman is what it describes. -->",
    "",
    "`bin/cellarman VERB [ARGUMENTS] [OPTIONS]`. Data goes to stdout, talk to stderr.",
    '`--json` gives one document `{"schema": "cellarman/VERB/1", "exitCode": …, …}`;',
    "read it leniently: fields may be added. [Exit codes](exit-codes.md).",
    "",
    "Options of every verb:",
    "",
    ...optionRows(COMMON_OPTIONS),
    "",
    ...Object.entries(VERBS).flatMap(([verb, spec]) => section(verb, spec)),
  ].join("\n");
}

function section(verb: string, spec: VerbSpec): string[] {
  const options = Object.keys(spec.options).length > 0 ? [...optionRows(spec.options), ""] : [];
  return [
    `## ${verb}`,
    "",
    `${spec.summary[0]?.toUpperCase()}${spec.summary.slice(1)}.`,
    "",
    "```sh",
    `cellarman ${spec.usage}`,
    `${spec.example}   # for example`,
    "```",
    "",
    ...options,
  ];
}

function optionRows(options: Readonly<Record<string, OptionSpec>>): string[] {
  const rows = Object.entries(options).map(
    ([name, { value, help }]) => `| \`--${name}${value ? ` ${value}` : ""}\` | ${help} |`,
  );
  return ["| option | meaning |", "|---|---|", ...rows];
}
