// A review for a terminal. Pure.
import type { FlowChange } from "./diff.ts";
import type { Review } from "./review.ts";
import { DELETIONS, effects, fromWhen, VERDICT_SENTENCES, VERDICTS } from "./words.ts";

/** The review as plain text, whole. */
export function reviewText({ base, verdict, diff, findings, notices }: Review): string {
  const lines = [
    `against ${base}: ${VERDICTS[verdict]}. ${VERDICT_SENTENCES[verdict]}`,
    ...findings.map((f) => `${f.file}:${f.line}:${f.column}: ${f.level}: ${f.message}`),
    ...policyLines(diff),
    ...diff.flows.flatMap(flowLines),
    ...diff.approvals.map((a) => `approval of ${a.flow} ${a.period}: file ${a.kind}`),
    ...notices.map((notice) => `note: ${notice}`),
  ];
  return `${lines.join("\n")}\n`;
}

function policyLines({ policy }: Review["diff"]): string[] {
  if (policy.kind === "same") return [];
  return [
    `THE POLICY IS ${policy.kind.toUpperCase()}; this change was judged by the base's`,
    ...policy.settings.map(settingLine),
  ];
}

function flowLines(change: FlowChange): string[] {
  const deletions = change.deletions.filter(({ kind }) => kind !== "as before");
  return [
    `${change.flow} (${change.file}): ${change.kind}`,
    ...effects(change).map((line) => `  ${line}`),
    ...deletions.map(
      ({ period, kind, beforeMs, afterMs }) =>
        `  ${period.name} ${DELETIONS[kind]}: ${fromWhen(afterMs, change.after)} ` +
        `(so far: ${fromWhen(beforeMs, change.before)})`,
    ),
    ...(change.kind === "changed" ? change.settings.map(settingLine) : []),
    ...change.facts.unknown.map((why) => `  not known: ${why}`),
  ];
}

const settingLine = ({ path, before, after }: FlowChange["settings"][number]): string =>
  `  ${path}: ${before ?? "(none)"} -> ${after ?? "(none)"}`;
