// What the files that people write have in common: bytes → content with places, and what was found
// in it → problems with file, line and column.
import { LineCounter } from "yaml";
import { readDocument, type Content, type Found } from "./document.ts";
import { valueAt } from "./issues.ts";
import { readText, scanTokens } from "./limits.ts";
import { pathText, quoteValue, sortProblems, MAX_PROBLEMS, type Problem } from "./problems.ts";
import type { Breach } from "./rule.ts";

/** A file's text and content; or why there is none. */
export type Opened =
  | { readonly text: string; readonly content: Content }
  | { readonly problems: readonly Problem[] };

/** Opens one file. Never throws, whatever the bytes. `file` is only quoted in problems. */
export function openContent(bytes: Uint8Array, file: string): Opened {
  const read = readText(bytes);
  if ("problem" in read)
    return problemsOf(textBefore(bytes, read.problem.offset), file, [wholeFile(read.problem)]);
  const { text } = read;
  const scan = scanTokens(text);
  if ("problem" in scan) return problemsOf(text, file, [wholeFile(scan.problem)]);
  const content = readDocument(text, scan.marks);
  if (content.value === undefined) return problemsOf(text, file, content.found);
  return { text, content };
}

/** Breaches of rules, at the values that they name. */
export const foundAt = (breaches: readonly Breach[], content: Content): Found[] =>
  breaches.map(({ path, reason, expected }) => ({
    path,
    offset: content.offsetOf(path, "value"),
    value: valueAt(content.value, path),
    expected,
    message: `${path.length === 0 ? "this" : pathText(path)} ${reason}: expected ${expected}`,
  }));

/** Breaches of a file's content as problems in it; without places where it cannot be opened. */
export function locate(
  bytes: Uint8Array,
  file: string,
  breaches: readonly Breach[],
): readonly Problem[] {
  const opened = openContent(bytes, file);
  if ("problems" in opened) return opened.problems;
  return problemsOf(opened.text, file, foundAt(breaches, opened.content)).problems;
}

/**
 * What was found as problems, sorted by place: at most MAX_PROBLEMS and one that counts the rest.
 */
export function problemsOf(
  text: string,
  file: string,
  found: readonly Found[],
): { readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) lines.addNewLine(i + 1);
  const problems = found.map((problem): Problem => {
    const { line, col } = lines.linePos(problem.offset);
    const { path, expected, message } = problem;
    const value = quoteValue(problem.value, path);
    return { file, line, column: col, path: pathText(path), value, expected, message };
  });
  return { problems: capped(sortProblems(problems), file) };
}

function capped(problems: readonly Problem[], file: string): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const last = problems[MAX_PROBLEMS - 1];
  const more: Problem = {
    file,
    line: last?.line ?? 1,
    column: last?.column ?? 1,
    path: "",
    value: null,
    expected: `at most ${MAX_PROBLEMS} problems`,
    message: `${problems.length - MAX_PROBLEMS} more problems follow`,
  };
  return [...problems.slice(0, MAX_PROBLEMS), more];
}

function wholeFile(limit: { offset: number; message: string; expected: string }): Found {
  return { ...limit, path: [], message: `${limit.message}: expected ${limit.expected}` };
}

/** Enough of a text that was refused to tell a line and column in it. */
function textBefore(bytes: Uint8Array, offset: number): string {
  return offset === 0 ? "" : new TextDecoder().decode(bytes);
}
