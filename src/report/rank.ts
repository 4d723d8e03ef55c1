// Ranks for a reader that knows no order of seals, only "the highest rank wins": for `list --sql`.
// Pure.
import type { Stored } from "../cellar/records.ts";
import { batchFamily } from "../ledger/keys.ts";
import type { Seal } from "../ledger/records.ts";
import type { Intent } from "../ledger/receipts.ts";
import type { ViewOrder } from "../ledger/view.ts";
import { overlap } from "../plan/slices.ts";
import { viewOrder } from "../purge/view.ts";

type StoredSeal = Stored<Seal>;

/**
 * Ranks the seals of one period that may hold the same point as another: a seal that overrides
 * another has the higher rank. Seals that share no point with any other are not in the map.
 * Overriding is judged as the gate of each batch does: over the batch's own seals, and those of
 * other plans and supplements that overlap them.
 */
export function rankSeals(
  seals: readonly StoredSeal[],
  intentsOf: (batch: string) => readonly Stored<Intent>[],
): ReadonlyMap<string, number> {
  const filled = seals.filter((s) => s.value.points !== "0");
  // Batches of one plan or supplement are disjoint.
  const families = Map.groupBy(filled, (s) => batchFamily(s.value.batch));
  const overridden = new Map<string, Set<string>>();
  for (const [batch, own] of Map.groupBy(filled, (s) => s.value.batch)) {
    const others = [...families]
      .filter(([family]) => family !== batchFamily(batch))
      .flatMap(([, members]) => members)
      .filter((s) => own.some((o) => overlap(rangeOf(o), rangeOf(s))));
    const context = [...own, ...others];
    if (context.length === 1) continue;
    const batches = new Set(context.map((s) => s.value.batch));
    const intents = [...batches].flatMap((b) => [...intentsOf(b)]);
    addEdges(overridden, own, context, viewOrder(context, intents));
  }
  return depths(overridden);
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
function depths(overridden: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const known = new Map<string, number>();
  for (const start of overridden.keys()) {
    // By hand, not by recursion: a way down may be thousands of seals long.
    const way = [start];
    while (way.length > 0) {
      const key = way.at(-1) ?? "";
      const below = [...(overridden.get(key) ?? [])];
      const open = below.find((b) => !known.has(b) && !way.includes(b));
      if (open !== undefined) way.push(open);
      else {
        known.set(key, 1 + Math.max(0, ...below.map((b) => known.get(b) ?? 0)));
        way.pop();
      }
    }
  }
  return known;
}
