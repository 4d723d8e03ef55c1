// Shards: which batches one runner takes, longest first into the emptiest. Pure and deterministic.

/** Anything with an id and a cost. */
export interface Costed {
  readonly id: string;
  readonly cost: number;
}

/**
 * Packs items into at most `count` shards of nearly equal cost (longest processing time first).
 * Returns the ids of each shard in their given order; empty shards are left out.
 */
export function packShards(items: readonly Costed[], count: number): string[][] {
  const shards = Array.from({ length: Math.max(1, Math.min(count, items.length)) }, () => ({
    cost: 0,
    ids: new Set<string>(),
  }));
  const longestFirst = items.toSorted((a, b) => b.cost - a.cost || (a.id < b.id ? -1 : 1));
  for (const item of longestFirst) {
    const shard = shards.reduce((least, s) => (s.cost < least.cost ? s : least));
    shard.ids.add(item.id);
    shard.cost += Math.max(item.cost, 1);
  }
  return shards
    .map(({ ids }) => items.filter((item) => ids.has(item.id)).map((item) => item.id))
    .filter((ids) => ids.length > 0);
}
