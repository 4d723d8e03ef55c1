// Amounts, moments and sides of a review in words. Pure.
import type { Flow } from "../flow/flow.ts";
import { durationText } from "../flow/policy-rules.ts";
import { countText, plural, sizeText } from "../report/words.ts";
import type { FlowChange } from "./diff.ts";
import type { Amounts, Source } from "./facts.ts";
import type { DeletionChange } from "./periods.ts";
import type { Verdict } from "./verdict.ts";

const SOURCES: Readonly<Record<Source, string>> = {
  ledger: "by the ledger",
  server: "estimated from the server",
  history: "estimated from the ledger's history",
  unknown: "",
};

/** `3 batches, 1.2M series, …`; what is not known is said to be so. */
export function amountsText(amounts: Amounts): string {
  const { batches, series, points, bytes, hours } = amounts;
  const parts = [
    batches === null ? undefined : plural(batches, "batch", "batches"),
    series === null ? undefined : `${countText(series)} series`,
    points === null ? undefined : `${countText(points)} points`,
    bytes === null ? undefined : sizeText(bytes),
    hours === null ? undefined : hoursText(hours),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return "size not known";
  const source = SOURCES[amounts.from];
  return parts.join(", ") + (source === "" ? "" : ` (${source})`);
}

/** `about 3 h`; under an hour in minutes. */
export function hoursText(hours: number): string {
  if (hours >= 1) return `about ${hours < 10 ? hours.toFixed(1) : Math.round(hours)} h`;
  return `about ${Math.max(1, Math.round(hours * 60))} min`;
}

/** The day, UTC: `2026-03-01`. */
export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** What a reviewer must not overlook. */
export const isGrave = (kind: DeletionChange["kind"]): boolean =>
  !["spared", "later", "as before"].includes(kind);

/** From when a period is deleted; null: it is not. */
export function fromWhen(ms: number | null, flow: Flow | undefined): string {
  if (ms === null || !flow) return "never";
  const whose = flow.purge.mode === "automatic" ? "with no approval" : "once approved";
  return `from ${day(ms)}, ${whose}`;
}

/** What the change does to a period's deletion. */
export const DELETIONS: Readonly<Record<DeletionChange["kind"], string>> = {
  deleted: "will be deleted",
  spared: "is deleted no longer",
  earlier: "is deleted earlier",
  later: "is deleted later",
  unasked: "is deleted without approval",
  "other series": "has other series deleted",
  "as before": "is deleted as before",
};

export const VERDICTS: Readonly<Record<Verdict, string>> = {
  invalid: "a file is not valid",
  refused: "refused",
  changes: "changes found",
  none: "nothing changes",
};

/** One sentence on the verdict. */
export const VERDICT_SENTENCES: Readonly<Record<Verdict, string>> = {
  invalid: "Correct the lines below; until then no run does anything.",
  refused: "A rule is broken, or a credential would go elsewhere: see the problems below.",
  changes: "Valid, and within the policy. What it does stands below.",
  none: "The flows mean the same as before.",
};

/** What a change does to a flow, line by line, as plain text. */
export function effects(change: FlowChange): string[] {
  const of = (kind: string): string[] =>
    change.periods.filter((p) => p.kind === kind).map((p) => p.period.name);
  const lines = [
    ...counted("adds", of("added"), `: ${amountsText(change.adds)}`),
    ...counted("drops", of("dropped"), `: ${amountsText(change.drops)}`),
    ...change.periods.filter((p) => p.kind === "moved").map(movedText),
    ...selectionLines(change),
    ...replanLines(change),
    ...counted("needs a replan of", change.replans, ": nothing of them is purged until then"),
    ...counted(
      "voids the approval of",
      change.voided.map((v) => v.period),
      reasonOf(change),
    ),
  ];
  return lines;
}

const reasonOf = ({ voided }: FlowChange): string => `: ${voided[0]?.why ?? ""}`;

/** Names that are printed of a list of periods. */
const NAMED = 6;

function counted(what: string, names: readonly string[], rest: string): string[] {
  if (names.length === 0) return [];
  const some = names.length > NAMED ? [...names.slice(0, 2), "…", names.at(-1)] : names;
  return [`${what} ${plural(names.length, "period")} (${some.join(", ")})${rest}`];
}

function movedText({ period, before, after }: FlowChange["periods"][number]): string {
  const when = (ms: number | null = null): string => (ms === null ? "never" : day(ms));
  return `${period.name} is due on ${when(after?.dueMs)} instead of ${when(before?.dueMs)}`;
}

function selectionLines({ isReselected, facts, kind }: FlowChange): string[] {
  const { selection } = facts;
  if (selection && (isReselected || kind !== "changed")) {
    const { added, dropped, after } = selection;
    const now = after === null ? "" : `, ${countText(after)} in all`;
    return [`selects ${countText(added)} series more and ${countText(dropped)} fewer${now}`];
  }
  return isReselected ? ["selects other series, or reads or keeps them elsewhere"] : [];
}

function replanLines({ isReselected, facts }: FlowChange): string[] {
  if (!isReselected || facts.periods !== undefined) return [];
  return ["periods that are planned already wait for cellarman replan: none is purged until then"];
}

/** A flow's keep-hot as its file says it, for the picture. */
export const keepHotText = (flow: Flow): string => durationText(flow.period.keepHot);
