// Ranks for a reader that knows no order of seals, only "the highest rank wins": for `list --sql`.
// Pure.
import type { Stored } from "../cellar/records.ts";
import { batchFamily } from "../ledger/keys.ts";
import { mayShare } from "../ledger/lineage.ts";
import type { Seal } from "../ledger/records.ts";
import type { Intent } from "../ledger/receipts.ts";
import type { ViewOrder } from "../ledger/view.ts";
import { overlap } from "../plan/slices.ts";
import { viewOrder } from "../purge/view.ts";

type StoredSeal = Stored<Seal>;

/** Ranks by key, and the seals whose place no rank can say. */
export interface Ranked {
  readonly ranks: ReadonlyMap<string, number>;
  readonly unclear: readonly string[];
}

/**
 * Ranks the seals of one period that may hold the same point as another: a seal that overrides
 * another has the higher rank. Seals that share no point with any other have none. Purges of parts
 * of their batches can order three seals in a ring, of which each point knows only one way round:
 * such seals are `unclear`.
 */
export function rankSeals(
  seals: readonly StoredSeal[],
  intentsOf: (batch: string) => readonly Stored<Intent>[],
): Ranked {
  const filled = seals.filter((s) => s.value.points !== "0");
  const byBatch = Map.groupBy(filled, (s) => s.value.batch);
  const order = viewOrder(
    filled,
    [...byBatch.keys()].flatMap((batch) => [...intentsOf(batch)]),
  );
  const overridden = new Map<string, Set<string>>();
  const families = Map.groupBy(filled, (s) => batchFamily(s.value.batch));
  for (const own of byBatch.values()) addEdges(overridden, own, sharing(own, families), order);
  return depths(overridden);
}

/** Seals that may hold a point of a batch: its own, and of other plans and supplements. */
function sharing(
  own: readonly StoredSeal[],
  families: ReadonlyMap<string, readonly StoredSeal[]>,
): StoredSeal[] {
  const ownFamily = batchFamily(own[0]?.value.batch ?? "");
  const near = [...families]
    .filter(([family]) => family !== ownFamily)
    .flatMap(([, theirs]) => theirs)
    .filter((s) => own.some((o) => mayShare(o.value, s.value) && overlap(rangeOf(o), rangeOf(s))));
  return [...own, ...near];
}

const rangeOf = ({ value: { range } }: StoredSeal) => ({
  start: BigInt(range.start),
  end: BigInt(range.end),
});

function addEdges(
  overridden: Map<string, Set<string>>,
  own: readonly StoredSeal[],
  context: readonly StoredSeal[],
  order: ViewOrder,
): void {
  if (context.length === 1) return;
  for (const { key } of context) {
    if (!overridden.has(key)) overridden.set(key, new Set());
  }
  for (const a of own) {
    for (const b of context) {
      if (a === b) continue;
      if (order.overrides(a.key, b.key)) overridden.get(a.key)?.add(b.key);
      else if (order.overrides(b.key, a.key)) overridden.get(b.key)?.add(a.key);
    }
  }
}

/** The longest way down from each seal; one that overrides nothing is 1. */
function depths(overridden: ReadonlyMap<string, ReadonlySet<string>>): Ranked {
  const ranks = new Map<string, number>();
  const unclear = new Set<string>();
  for (const start of overridden.keys()) {
    // By hand, not by recursion: a way down may be thousands of seals long.
    const way = [start];
    while (way.length > 0) {
      const key = way.at(-1) ?? "";
      const below = [...(overridden.get(key) ?? [])].filter((b) => !ranks.has(b));
      const open = below.find((b) => !way.includes(b));
      if (open !== undefined) {
        way.push(open);
        continue;
      }
      for (const b of below) for (const one of way.slice(way.indexOf(b))) unclear.add(one);
      const known = [...(overridden.get(key) ?? [])].map((b) => ranks.get(b) ?? 0);
      ranks.set(key, 1 + Math.max(0, ...known));
      way.pop();
    }
  }
  return { ranks, unclear: [...unclear] };
}
