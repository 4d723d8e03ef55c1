// The purge list: what may be deleted in one run, cut to the budgets here and nowhere else (design
// §3). Pure.
import type { Budget } from "../flow/flow.ts";

/** A batch that could be purged now. */
export interface Candidate {
  readonly period: string;
  readonly batch: string;
  readonly series: bigint;
  readonly points: bigint;
  /**
   * Nothing will be deleted that was not decided before: an empty batch, or one that is purging
   * already.
   */
  readonly free: boolean;
}

/** Without a budget in the flow a run may purge this many times the batches purged so far. */
export const HISTORY_FACTOR = 10;

/** What is on the list, and what the budgets left out. */
export interface CutList {
  readonly entries: readonly Candidate[];
  readonly leftOut: number;
  /** Runs that the rest will need at this pace. */
  readonly runs: number;
}

/** Batches of the first purge ever of a flow, unless a person says otherwise. */
export const FIRST_PURGE = 1;

/**
 * Cuts candidates (oldest first) to the budget. The first purge ever of a flow is one batch, or as
 * many as a person said: nothing joins it before it is settled.
 */
export function cutToBudget(
  candidates: readonly Candidate[],
  budget: Budget,
  purgedSoFar: number,
  firstPurge = FIRST_PURGE,
): CutList {
  const free = candidates.filter((c) => c.free);
  const fresh = candidates.filter((c) => !c.free);
  const underWay = free.some((c) => c.points > 0n);
  const first = underWay ? 0 : Math.min(firstPurge, budget.batches ?? firstPurge);
  const batches = purgedSoFar === 0 ? first : (budget.batches ?? HISTORY_FACTOR * purgedSoFar);
  const entries: Candidate[] = [];
  let series = 0n;
  let points = 0n;
  for (const candidate of fresh) {
    series += candidate.series;
    points += candidate.points;
    if (entries.length >= batches) break;
    if (budget.series !== null && series > BigInt(budget.series)) break;
    if (budget.points !== null && points > BigInt(budget.points)) break;
    entries.push(candidate);
  }
  const leftOut = fresh.length - entries.length;
  const runs = entries.length === 0 ? 0 : Math.ceil(fresh.length / entries.length);
  return { entries: [...free, ...entries], leftOut, runs };
}
