// Groups: a partition of the space of a label's values (or of class names), not of the list of
// values seen, so that a value which appears tomorrow is in exactly one group (design §3, "Plans").
// Pure.
import { CellarmanError } from "../runtime/errors.ts";
import {
  ANY_TEXT,
  bothRegex,
  escapeRegex,
  exceptRegex,
  type Match,
  type Selector,
} from "../warp10/selector.ts";

/** How often each value was listed; `absent`: series without the label. */
export interface ValueCounts {
  readonly values: ReadonlyMap<string, number>;
  readonly absent: number;
}

/** One group: a selector, and how many listed series it should hold. */
export interface Group {
  readonly selector: Selector;
  readonly series: number;
}

/**
 * Prefixes and exact values that "any other value" may have to exclude: keeps selectors far below
 * 200 kB.
 */
export const GROUPS_MAX = 4_000;

/**
 * A part of the space: every value that begins with `prefix`, or (`whole`) the one value that
 * equals it.
 */
interface Leaf {
  readonly prefix: string;
  readonly whole: boolean;
  readonly series: number;
}

/** Where a group's condition goes: a label, or the class (null). */
type Dimension = string | null;

/**
 * Cuts one root selector into groups of at most `maxSeries` listed series, as far as the dimension
 * allows.
 */
export function cutGroups(
  root: Selector,
  byLabel: Dimension,
  counts: ValueCounts,
  maxSeries: number,
): Group[] {
  const total = sum(counts.values.values()) + counts.absent;
  const base = byLabel === null ? root.class : root.labels[byLabel];
  if (total <= maxSeries || (base && !("regex" in base)))
    return [{ selector: root, series: total }];
  const entries = [...counts.values].map(([value, series]) => ({ value, series }));
  const leaves = cutLeaves(
    entries.toSorted((a, b) => (a.value < b.value ? -1 : 1)),
    "",
    maxSeries,
  );
  if (leaves.length > GROUPS_MAX) {
    throw new CellarmanError("limit", `${leaves.length} groups; at most ${GROUPS_MAX}`, {
      hint: "Raise batches.max-series, or choose another batches.by-label.",
    });
  }
  const at = (match: Match): Selector => withMatch(root, byLabel, match);
  const within = base?.regex ?? ANY_TEXT;
  const groups = mergeLeaves(leaves, maxSeries).map((bin) => ({
    selector: at({ regex: base ? bothRegex([unionRegex(bin)], within) : unionRegex(bin) }),
    series: sum(bin.map((leaf) => leaf.series)),
  }));
  // No leaves at all: nothing to exclude, where an empty regex would exclude the empty value.
  const leafRegexes = leaves.length === 0 ? [] : [unionRegex(leaves)];
  groups.push({ selector: at({ regex: exceptRegex(leafRegexes, within) }), series: 0 });
  if (base === undefined) {
    groups.push({ selector: at({ absent: true }), series: counts.absent });
  }
  return groups;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const n of numbers) total += n;
  return total;
}

interface Entry {
  readonly value: string;
  readonly series: number;
}

/** Splits a prefix by its next character until each leaf is small enough or a single value. */
function cutLeaves(entries: readonly Entry[], prefix: string, maxSeries: number): Leaf[] {
  const series = sum(entries.map((e) => e.series));
  const only = entries.length === 1 && entries[0]?.value === prefix;
  if (only) return [{ prefix, whole: true, series }];
  if (series <= maxSeries && prefix !== "") return [{ prefix, whole: false, series }];
  const children = Map.groupBy(entries, ({ value }) => nextPrefix(value, prefix));
  return [...children].flatMap(([child, under]) => cutLeaves(under, child, maxSeries));
}

/**
 * The prefix one character (code point) longer, as the value has it; the prefix itself for the
 * value that equals it.
 */
function nextPrefix(value: string, prefix: string): string {
  const next = value.codePointAt(prefix.length);
  return next === undefined ? prefix : prefix + String.fromCodePoint(next);
}

/** Joins neighbours while they fit together. */
function mergeLeaves(leaves: readonly Leaf[], maxSeries: number): Leaf[][] {
  const bins: Leaf[][] = [];
  let room = 0;
  for (const leaf of leaves) {
    const last = bins.at(-1);
    if (last && leaf.series <= room) last.push(leaf);
    else {
      bins.push([leaf]);
      room = maxSeries;
    }
    room -= leaf.series;
  }
  return bins;
}

const leafRegex = (leaf: Leaf): string =>
  leaf.whole ? escapeRegex(leaf.prefix) : `${escapeRegex(leaf.prefix)}${ANY_TEXT}`;

const unionRegex = (leaves: readonly Leaf[]): string => leaves.map(leafRegex).join("|");

function withMatch(root: Selector, byLabel: Dimension, match: Match): Selector {
  if (byLabel === null) return { ...root, class: match };
  return { ...root, labels: { ...root.labels, [byLabel]: match } };
}
