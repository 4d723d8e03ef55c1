// Which batches may hold one point, by their ids alone. Pure.
import { batchFamily } from "./keys.ts";

/** A batch, and the batches that it was split from. */
export interface Lineage {
  readonly batch: string;
  readonly parents: readonly string[];
}

/**
 * Whether two batches may hold one point. Batches of one plan or supplement are proven disjoint,
 * and so is whatever they were split into.
 */
export function mayShare(a: Lineage, b: Lineage): boolean {
  const others = [b.batch, ...b.parents];
  return [a.batch, ...a.parents].every((one) =>
    others.every((other) => one === other || batchFamily(one) !== batchFamily(other)),
  );
}
