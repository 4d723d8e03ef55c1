// Bytes → a flow, or every problem in them with its place. Pure: who calls reads the file.
import { LineCounter } from "yaml";
import { readDocument, type Content, type Found } from "./document.ts";
import type { Flow } from "./flow.ts";
import { foundIssues, valueAt } from "./issues.ts";
import { readText, scanTokens } from "./limits.ts";
import { normaliseFlow } from "./normalise.ts";
import { pathText, quoteValue, sortProblems, MAX_PROBLEMS, type Problem } from "./problems.ts";
import { repair, type Repaired } from "./repair.ts";
import { RULES } from "./rules.ts";
import { flowSchema } from "./schema.ts";

/** Either the flow, or at least one problem, sorted by place. */
export type LoadResult = { readonly flow: Flow } | { readonly problems: readonly Problem[] };

/**
 * Loads one flow file. Never throws: whatever the bytes, the answer is a flow or problems (at most
 * MAX_PROBLEMS and one that counts the rest). `file` is only quoted in them.
 */
export function loadFlow(bytes: Uint8Array, file: string): LoadResult {
  const read = readText(bytes);
  if ("problem" in read)
    return failed(textBefore(bytes, read.problem.offset), file, [wholeFile(read.problem)]);
  const { text } = read;
  const scan = scanTokens(text);
  if ("problem" in scan) return failed(text, file, [wholeFile(scan.problem)]);
  const content = readDocument(text, scan.marks);
  if (content.value === undefined) return failed(text, file, content.found);
  return judge(content, text, file);
}

function judge(content: Content, text: string, file: string): LoadResult {
  const parsed = flowSchema.safeParse(content.value);
  const issues = parsed.success ? [] : foundIssues(parsed.error.issues, content);
  const refused = [...content.found, ...issues];
  if (parsed.success && refused.length === 0) {
    const flow = normaliseFlow(parsed.data);
    const breaches = foundBreaches({ written: parsed.data, isTouched: () => false }, content);
    return breaches.length === 0 ? { flow } : failed(text, file, breaches);
  }
  const spoilt = [...issues, ...content.found.filter(({ path }) => content.isFound(path))];
  const paths = spoilt.map((found) => found.path).filter((path) => path.length > 0);
  const repaired = repair(content.value, paths);
  const breaches = repaired === undefined ? [] : foundBreaches(repaired, content);
  return failed(text, file, [...refused, ...breaches]);
}

function foundBreaches(repaired: Repaired, content: Content): Found[] {
  const flow = normaliseFlow(repaired.written);
  return RULES.filter((rule) => !rule.reads.some((path) => repaired.isTouched(path)))
    .flatMap((rule) => rule.check(flow, repaired.written))
    .map(({ path, reason, expected }) => ({
      path,
      offset: content.offsetOf(path, "value"),
      value: valueAt(content.value, path),
      expected,
      message: `${pathText(path)} ${reason}: expected ${expected}`,
    }));
}

function failed(text: string, file: string, found: readonly Found[]): LoadResult {
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
