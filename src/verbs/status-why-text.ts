// The gate's lines, for people and for programs.
import type { CheckLine } from "../purge/check.ts";
import { iso, minute } from "../report/words.ts";
import type { Explained } from "./status-why.ts";

/** What each outcome means, in one sentence. */
const MEANS: Readonly<Record<Explained["outcome"], string>> = {
  go: "the next purge deletes it from hot",
  wait: "it waits; nothing is wrong",
  retry: "nothing could be decided; the next run tries again",
  late: "hot has points that the archive lacks; the next run makes a further attempt",
  nothing: "hot holds nothing of it",
  quarantine: "archive and hot contradict each other: a person must look",
  done: "it has ended",
};

/** Every batch: its outcome, then a line a check. */
export function explainedText(
  flow: string,
  period: string,
  explained: readonly Explained[],
): string {
  if (explained.length === 0) return `${flow} ${period}: every batch has ended.\n`;
  return explained.map((one) => batchText(flow, period, one)).join("\n");
}

function batchText(
  flow: string,
  period: string,
  { batch, state, outcome, lines }: Explained,
): string {
  const head = `${flow} ${period} ${batch} (${state}): ${outcome}: ${MEANS[outcome]}\n`;
  return head + lines.map(lineText).join("");
}

function lineText({ ok, check, seen, needed, earliestMs, next }: CheckLine): string {
  const sign = ok ? "yes" : seen.startsWith("not seen") ? "?  " : "NO ";
  const head = `  ${sign}  ${check}: ${seen}`;
  if (ok) return `${head} (needed: ${needed})\n`;
  const earliest = earliestMs === undefined ? "" : `       earliest: ${minute(earliestMs)}\n`;
  const step = next === undefined ? "" : `       next: ${next}\n`;
  return `${head}\n       needed: ${needed}\n${earliest}${step}`;
}

/** One batch for JSON. */
export function explainedJson({ batch, state, outcome, lines }: Explained): object {
  return {
    batch,
    state,
    outcome,
    lines: lines.map(({ check, ok, seen, needed, earliestMs, next }) => ({
      check,
      ok,
      seen,
      needed,
      earliest: iso(earliestMs),
      next: next ?? null,
    })),
  };
}
