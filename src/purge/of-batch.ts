// What of a view concerns one batch. Seals of retired plans and of supplements were cut by other
// selectors: they hold series of this batch and of others, and what hot lacks of the others is no
// finding of this one. Pure.
import type { Seal } from "../ledger/records.ts";
import type { Stored } from "../cellar/records.ts";
import type { SealContents } from "../verify/read-seal.ts";

/** The contents of a view, cut to one batch. */
export interface BatchContents {
  /** Each seal's totals; of another batch's seal only the series that are of this batch too. */
  readonly contents: readonly SealContents[];
  /**
   * Points that the archive holds of the batch: its own seals whole, of others what is in the
   * range.
   */
  readonly points: bigint;
  /** Seals that list or hold a series of this batch: their purges may have touched it. */
  readonly overlapping: readonly Stored<Seal>[];
}

/**
 * Cuts a view's contents to a batch. `isOfBatch`: whether the server lists that series for the
 * batch's selector.
 */
export function contentsOfBatch(
  all: readonly SealContents[],
  batch: string,
  isOfBatch: (identity: string) => boolean,
): BatchContents {
  const contents: SealContents[] = [];
  const overlapping: Stored<Seal>[] = [];
  let points = 0n;
  for (const one of all) {
    const own = one.seal.value.batch === batch;
    const cut = own ? one : { ...one, read: readOf(one.read, isOfBatch) };
    contents.push(cut);
    points += own ? BigInt(one.manifest.points) : cut.read.points;
    const shared = own || one.listed.some((row) => isOfBatch(row.identity));
    if (shared || cut.read.points > 0n) overlapping.push(one.seal);
  }
  return { contents, points, overlapping };
}

function readOf(
  read: SealContents["read"],
  isOfBatch: (identity: string) => boolean,
): SealContents["read"] {
  const totals = new Map([...read.totals].filter(([identity]) => isOfBatch(identity)));
  const points = totals.values().reduce((n, one) => n + BigInt(one.points), 0n);
  return { totals, points };
}
