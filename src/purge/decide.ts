// The gate's decision on contents: is every hot point held by seals that may be relied on? Pure
// (design §3).
import { findingDigest } from "../ledger/finding.ts";
import type { SeriesDiff, TotalsJudged } from "../verify/diff.ts";
import type { Range } from "../warp10/range.ts";
import type { Outcome } from "./check.ts";

/** What a seal lacks to be relied on. */
export interface Lack {
  readonly why: string;
  readonly earliestMs: number | undefined;
  /** No later run changes it: nobody verifies or approves a seal that is not its batch's newest. */
  readonly isFinal: boolean;
}

/** How far one seal may be relied on. */
export interface SealStanding {
  readonly key: string;
  /**
   * Undefined: it counts. Else why not yet, and when at the earliest (ms) where time alone will do.
   */
  readonly lacks: Lack | undefined;
}

export interface ContentsInput {
  readonly batch: string;
  /** What of the batch is judged. */
  readonly range: Range;
  /** Points that hot holds in the range, and the archive in the whole batch. */
  readonly hotPoints: bigint;
  readonly archivedPoints: bigint;
  readonly judged: TotalsJudged;
  readonly diffs: readonly SeriesDiff[];
  /** Archived points of series that hot does not hold at all, by identity. */
  readonly goneWith: ReadonlyMap<string, bigint>;
  readonly standing: readonly SealStanding[];
  /** A purge intent of an overlapping batch is on record; looked up after the hot read. */
  readonly intentOnRecord: boolean;
  readonly liftedFindings: ReadonlySet<string>;
}

export interface ContentsVerdict {
  readonly outcome: Outcome;
  readonly seen: string;
  readonly earliestMs: number | undefined;
  /** Series that a finding names. */
  readonly series: readonly string[];
  /** Digest of what a quarantine found; a lift that quotes it passes over exactly this. */
  readonly finding: string | undefined;
}

/** Judges hot ⊆ archive by content, and whether the seals that hold it count. */
export function decideContents(input: ContentsInput): ContentsVerdict {
  return (
    quarantine(input) ??
    late(input) ??
    nothing(input) ??
    waiting(input) ??
    verdict("go", `all ${input.hotPoints} hot points are in the archive`)
  );
}

function verdict(
  outcome: Outcome,
  seen: string,
  more: Partial<Omit<ContentsVerdict, "outcome" | "seen">> = {},
): ContentsVerdict {
  return { outcome, seen, earliestMs: undefined, series: [], finding: undefined, ...more };
}

/** Hot lacks archived points though nothing of ours deleted any. */
function quarantine(input: ContentsInput): ContentsVerdict | undefined {
  const lacking = new Map(input.goneWith);
  for (const diff of input.diffs) {
    if (diff.lacking > 0) lacking.set(diff.identity, BigInt(diff.lacking));
  }
  if (lacking.size === 0 || input.intentOnRecord) return undefined;
  const finding = findingDigest(input.batch, input.range, lacking);
  if (input.liftedFindings.has(finding)) return undefined;
  const points = [...lacking.values()].reduce((a, b) => a + b, 0n);
  return verdict("quarantine", `hot lacks ${points} archived points of ${lacking.size} series`, {
    series: [...lacking.keys()].toSorted(),
    finding,
  });
}

/**
 * Hot has points that the archive lacks or holds with another value, seals differ among themselves,
 * or all that holds a point can never be relied on: only a further attempt helps.
 */
function late(input: ContentsInput): ContentsVerdict | undefined {
  const differing = input.diffs.filter((d) => d.late > 0 || d.conflicts > 0);
  const lacking = [...input.judged.unarchived, ...differing.map((d) => d.identity)];
  const series = [...new Set([...lacking, ...strandedIn(input)])].toSorted();
  if (series.length === 0) return undefined;
  const example = differing.find((d) => d.example)?.example;
  const such = example ? `: ${example}` : "";
  const how =
    lacking.length > 0 ? `the archive lacks${such}` : "only seals hold which cannot count";
  return verdict("late", `${series.length} series have points that ${how}`, { series });
}

/** Series with a point that only seals hold which will never count. */
function strandedIn({ judged, diffs, standing }: ContentsInput): string[] {
  const finals = new Set(standing.filter((s) => s.lacks?.isFinal).map((s) => s.key));
  const isStranded = (keys: readonly string[]): boolean => keys.every((key) => finals.has(key));
  return [
    ...[...judged.heldBy].filter(([, keys]) => isStranded(keys)).map(([identity]) => identity),
    ...diffs.filter((d) => d.needs.some(isStranded)).map((d) => d.identity),
  ];
}

function nothing(input: ContentsInput): ContentsVerdict | undefined {
  if (input.hotPoints > 0n) {
    if (input.archivedPoints > 0n) return undefined;
    return verdict("retry", "the archive holds no point of this batch");
  }
  const seen = input.archivedPoints === 0n ? "hot and archive are both empty" : "hot is empty";
  return verdict("nothing", seen);
}

/**
 * Every point needs one seal that counts among those that hold it; the last point to get one
 * decides when.
 */
function waiting(input: ContentsInput): ContentsVerdict | undefined {
  const lacks = new Map(input.standing.map((s) => [s.key, s.lacks]));
  const needs = [...input.judged.heldBy.values(), ...input.diffs.flatMap((d) => d.needs)];
  const unmet = needs.filter((keys) => !keys.some((key) => lacks.has(key) && !lacks.get(key)));
  if (unmet.length === 0) return undefined;
  const why = unmet.flatMap((keys) => keys.map((key) => lacks.get(key)?.why ?? UNKNOWN_SEAL));
  const times = unmet.map((keys) => earliestOf(keys.map((key) => lacks.get(key)?.earliestMs)));
  const allByTime = times.every((ms) => ms !== undefined);
  return verdict("wait", [...new Set(why)].join("; "), {
    earliestMs: allByTime ? Math.max(...times) : undefined,
  });
}

const UNKNOWN_SEAL = "a seal that cannot be relied on";

/**
 * One seal is enough for a point: the first that time alone will do for; undefined: there is none.
 */
function earliestOf(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
