// Bytes → a flow, or every problem in them with its place. Pure: who calls reads the file.
import type { Content, Found } from "./document.ts";
import type { Flow } from "./flow.ts";
import { foundIssues } from "./issues.ts";
import { foundAt, openContent, problemsOf } from "./located.ts";
import { normaliseFlow } from "./normalise.ts";
import type { Problem } from "./problems.ts";
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
  const opened = openContent(bytes, file);
  return "problems" in opened ? opened : judge(opened.content, opened.text, file);
}

function judge(content: Content, text: string, file: string): LoadResult {
  const parsed = flowSchema.safeParse(content.value);
  const issues = parsed.success ? [] : foundIssues(parsed.error.issues, content, FLOW_FILE);
  const refused = [...content.found, ...issues];
  if (parsed.success && refused.length === 0) {
    const flow = normaliseFlow(parsed.data);
    const breaches = foundBreaches({ written: parsed.data, isTouched: () => false }, content);
    return breaches.length === 0 ? { flow } : problemsOf(text, file, breaches);
  }
  const spoilt = [...issues, ...content.found.filter(({ path }) => content.isFound(path))];
  const paths = spoilt.map((found) => found.path).filter((path) => path.length > 0);
  const repaired = repair(content.value, paths);
  const breaches = repaired === undefined ? [] : foundBreaches(repaired, content);
  return problemsOf(text, file, [...refused, ...breaches]);
}

const FLOW_FILE = { name: "flow", schema: flowSchema } as const;

function foundBreaches(repaired: Repaired, content: Content): Found[] {
  const flow = normaliseFlow(repaired.written);
  const breaches = RULES.filter(
    (rule) => !rule.reads.some((path) => repaired.isTouched(path)),
  ).flatMap((rule) => rule.check(flow, repaired.written));
  return foundAt(breaches, content);
}
