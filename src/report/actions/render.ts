// What a verb's end looks like in a run of GitHub Actions: annotations, folded groups of the log, a
// summary. Pure.
import { z } from "zod";
import { EXIT } from "../../runtime/errors.ts";
import { classTitle, type FailureClass, worstClass } from "../../runtime/failure-class.ts";
import { code, escapeMarkdown as md, markdownTable } from "../markdown.ts";
import { plural } from "../words.ts";
import { type Annotation, annotationLines, group } from "./command.ts";
import { failed, type Finding, findingsIn } from "./findings.ts";

/** How a command line ended. */
export interface Ended {
  readonly verb: string;
  readonly exitCode: number;
  /** All of its stdout: one document (`--json`), or nothing. */
  readonly stdout: string;
  /** Its stderr, or the last lines of it: an error's document is among them. */
  readonly stderr: string;
}

/** What is to be shown. */
export interface Shown {
  /** Workflow commands, for the step's stdout. */
  readonly commands: string;
  /** Markdown, for the job's summary; empty: none. */
  readonly summary: string;
}

/** Batches that get a group in the log; the document has all. */
const GROUPS_MAX = 500;
/** Rows of a summary's table. */
const ROWS_MAX = 100;

const errorSchema = z.looseObject({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    where: z.string().nullish(),
    hint: z.string().nullish(),
    retryable: z.boolean(),
  }),
});

/** Renders the end of a verb. The first annotation of a failure carries the class of all. */
export function renderForActions(ended: Ended): Shown {
  const document = documentIn(ended.stdout);
  const findings = document ? findingsIn(document) : [];
  const failures = [...thrownIn(ended.stderr), ...findings.filter((f) => f.class !== undefined)];
  const lines = annotationLines([...annotationsOf(ended, failures), ...noticesOf(document)]);
  return {
    commands: groupsOf(findings) + lines,
    summary: ownSummary(ended, document) ?? summaryOf(ended, findings, failures),
  };
}

/** `report` writes its summary itself; a document may bring its own, as review's does. */
function ownSummary(
  { verb }: Ended,
  document: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  if (verb === "report") return "";
  const markdown = document?.["markdown"];
  return typeof markdown === "string" ? markdown : undefined;
}

function documentIn(stdout: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(stdout);
    return z.record(z.string(), z.unknown()).parse(parsed);
  } catch {
    return undefined;
  }
}

/** `flows/metrics.yaml:7:3: message`, as a thrown error lists the problems of flow files. */
const PROBLEM = /^(?<file>[^\s:]+\.ya?ml):(?<line>\d+):(?<column>\d+): (?<message>.+)$/gm;

/** What was thrown: the error, and each problem that it lists on its line. */
function thrownIn(stderr: string): Finding[] {
  const line = stderr.split("\n").findLast((l) => l.startsWith('{"schema":"cellarman/error/1"'));
  const parsed = line === undefined ? undefined : errorSchema.safeParse(documentIn(line));
  if (!parsed?.success) return [];
  const { error } = parsed.data;
  const problems = [...error.message.matchAll(PROBLEM)].map(({ groups = {} }) => ({
    what: "",
    class: "deterministic" as const,
    message: groups["message"] ?? "",
    file: groups["file"] ?? "",
    line: Number(groups["line"]),
    column: Number(groups["column"]),
  }));
  return problems.length > 0 ? problems : [{ what: "", ...failed(error) }];
}

function annotationsOf({ verb, exitCode }: Ended, failures: readonly Finding[]): Annotation[] {
  const good = exitCode === EXIT.done || exitCode === EXIT.changes;
  if (good) return failures.map((f) => ({ ...annotationOf(f), level: "warning" }));
  const whole = classOfEnd(exitCode, failures);
  const [only] = failures;
  if (failures.length === 1 && only?.class === whole) return [annotationOf(only)];
  const message =
    failures.length === 0
      ? `${verb} ended with exit code ${exitCode}: see the log`
      : `${verb} failed: ${plural(failures.length, "failure")}, exit code ${exitCode}`;
  const head: Annotation = { level: "error", title: classTitle(whole), message };
  return [head, ...failures.map(annotationOf)];
}

/** The class of the whole: of what failed the one that weighs most, else by the exit code. */
function classOfEnd(exitCode: number, failures: readonly Finding[]): FailureClass {
  if (exitCode === EXIT.interrupted) return "interrupted";
  if (exitCode === EXIT.mismatch) return "mismatch";
  const worst = worstClass(failures.map((f) => f.class).filter((c) => c !== undefined));
  return worst ?? (exitCode === EXIT.partial ? "transient" : "deterministic");
}

function annotationOf(finding: Finding): Annotation {
  const { what, message, file, line, column } = finding;
  const place =
    file === undefined || line === undefined || column === undefined ? {} : { file, line, column };
  return {
    level: "error",
    title: classTitle(finding.class ?? "deterministic"),
    message: what === "" || what === file ? message : `${what}: ${message}`,
    ...place,
  };
}

const waiting = z.array(
  z.looseObject({ flow: z.string(), batches: z.number(), since: z.string() }),
);

/** What is no failure and should be read all the same. */
function noticesOf(document: Readonly<Record<string, unknown>> | undefined): Annotation[] {
  const note = document?.["note"];
  const elsewhere = waiting.safeParse(document?.["elsewhere"]);
  const notices = z.array(z.string()).safeParse(document?.["notices"]);
  const messages = [
    ...(typeof note === "string" ? [note] : []),
    ...(elsewhere.data ?? []).map(
      ({ flow, batches, since }) =>
        `${flow}: ${plural(batches, "batch waits", "batches wait")} for cellarman purge, ` +
        `oldest since ${since}`,
    ),
    ...(notices.data ?? []),
  ];
  return messages.map((message) => ({ level: "notice", title: "cellarman", message }));
}

const groupsOf = (findings: readonly Finding[]): string =>
  findings
    .filter((f) => / .+ /.test(f.what))
    .slice(0, GROUPS_MAX)
    .map((f) => group(`${f.what}: ${f.class ?? "done"}`, [f.message]))
    .join("");

function summaryOf(
  { verb, exitCode }: Ended,
  findings: readonly Finding[],
  failures: readonly Finding[],
): string {
  const state = exitCode === EXIT.done ? "done" : `exit code ${exitCode}`;
  const done = findings.length - findings.filter((f) => f.class !== undefined).length;
  const head = `## cellarman ${code(verb)}: ${state}\n\n${plural(done, "piece")} of work done.\n`;
  if (failures.length === 0) return findings.length === 0 && exitCode === EXIT.done ? "" : head;
  const rows = failures
    .slice(0, ROWS_MAX)
    .map((f) => [md(f.what), f.class ?? "", md(f.message.slice(0, 500))]);
  const more = failures.length - rows.length;
  return (
    `${head}\n${markdownTable([["what", "class", "why"], ...rows])}` +
    (more === 0 ? "" : `\n${plural(more, "more failure")} not shown; see the log.\n`)
  );
}
