// `--help`: examples first, then what may be said.
import { COMMON_OPTIONS, type OptionSpec, VERBS, type VerbSpec } from "./table.ts";

/** The help of the whole tool. */
export function helpText(): string {
  const width = Math.max(...Object.keys(VERBS).map((v) => v.length));
  const verbs = Object.entries(VERBS).map(([v, s]) => `  ${v.padEnd(width)}  ${s.summary}`);
  return [
    "cellarman archives closed months of Warp 10 time series into S3, proves them, and only",
    "then deletes them from the hot store.",
    "",
    "  cellarman validate && cellarman run",
    "",
    "Verbs:",
    ...verbs,
    "",
    "Exit codes: 0 done, 1 failed, 2 usage or invalid flow, 3 partial, 4 verification mismatch,",
    "10 store missing, 12 not authorised, 130 interrupted. cellarman VERB --help tells more.",
    "",
  ].join("\n");
}

/** The help of one verb. */
export function helpOfVerb(verb: string, spec: VerbSpec): string {
  return [
    `cellarman ${verb}: ${spec.summary}`,
    "",
    `  ${spec.example}`,
    "",
    `Usage: cellarman ${spec.usage} [OPTIONS]`,
    ...optionLines({ ...spec.options, ...COMMON_OPTIONS }),
    "",
  ].join("\n");
}

function optionLines(options: Readonly<Record<string, OptionSpec>>): string[] {
  const named = Object.entries(options).map(([name, { value, help }]): [string, string] => [
    `--${name}${value ? ` ${value}` : ""}`,
    help,
  ]);
  const width = Math.max(...named.map(([name]) => name.length));
  return named.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`);
}
