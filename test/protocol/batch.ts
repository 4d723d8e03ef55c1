// A number of histories of one kind, and what they came to together.
import { type HistoryOptions, runHistory, type Told } from "./history.ts";
import { runLiveHistory } from "./liveness.ts";
import { shrink, storyText } from "./shrink.ts";

/** The kinds of histories, in words. */
export const KINDS = {
  safety: "Writers fenced, faults never stop",
  unfenced: "Writers not fenced",
  liveness: "Faults stop",
} as const;
export type Kind = keyof typeof KINDS;

/** What some histories came to. */
export interface Summary {
  histories: number;
  /** In which something really left the hot store. */
  deleted: number;
  /** In which a deleted point is nowhere. */
  lost: number;
  /** In which a promise was broken. */
  failed: number;
  /** Shrunk stories of the first of those. */
  readonly failures: string[];
}

export const emptySummary = (): Summary => ({
  histories: 0,
  deleted: 0,
  lost: 0,
  failed: 0,
  failures: [],
});

/** Adds one summary to another. */
export function addSummary(total: Summary, more: Summary): void {
  total.histories += more.histories;
  total.deleted += more.deleted;
  total.lost += more.lost;
  total.failed += more.failed;
  total.failures.push(...more.failures);
}

/** Runs histories of consecutive seeds. */
export async function runBatch(kind: Kind, from: number, count: number): Promise<Summary> {
  const summary = emptySummary();
  for (let seed = from; seed < from + count; seed++) {
    const told = await runOne(kind, { seed });
    summary.histories++;
    if (told.deletedPoints > 0) summary.deleted++;
    if (told.lostPoints > 0 || told.broken?.promise === "I1") summary.lost++;
    if (!told.broken) continue;
    summary.failed++;
    if (summary.failures.length > 0) continue;
    const shortest = await shrink(told, (allowed) => runOne(kind, { seed, allowed }));
    summary.failures.push(storyText(shortest));
  }
  return summary;
}

function runOne(kind: Kind, options: HistoryOptions): Promise<Told> {
  if (kind === "liveness") return runLiveHistory(options);
  return runHistory({ ...options, unfenced: kind === "unfenced" });
}
