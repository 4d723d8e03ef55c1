// A batch that takes too long becomes two: halves of its time range, the same series. Pure.
import type { PlannedBatch } from "../ledger/records.ts";
import { cutRange } from "./slices.ts";

/**
 * Parts of a period shorter than this are not cut again, ms: reads by series cost more than points.
 */
export const SHORTEST_SPLIT_MS = 60_000;

/** Two batches in a batch's place; undefined where its range is too short to be cut. */
export function splitBatch(
  batch: PlannedBatch,
  supplement: string,
  unitsPerMs: bigint,
): readonly PlannedBatch[] | undefined {
  const range = { start: BigInt(batch.range.start), end: BigInt(batch.range.end) };
  const length = range.end - range.start + 1n;
  if (length < 2n * BigInt(SHORTEST_SPLIT_MS) * unitsPerMs) return undefined;
  const halves = cutRange(range, 2);
  return halves.map((half, i) => ({
    id: `${supplement.slice(0, 8)}-${String(i).padStart(5, "0")}`,
    range: { start: String(half.start), end: String(half.end) },
    selector: batch.selector,
    series: batch.series,
    points: batch.points === null ? null : String((BigInt(batch.points) + BigInt(i)) / 2n),
    parents: [...batch.parents, batch.id],
  }));
}

/**
 * Whether the parts cover exactly what the batch did: the same selector, and ranges that tile its
 * own without gap or overlap. The groups' coverage was proven by the plan and is not touched.
 */
export function coversBatch(batch: PlannedBatch, parts: readonly PlannedBatch[]): boolean {
  const inOrder = parts.toSorted((a, b) =>
    BigInt(a.range.start) < BigInt(b.range.start) ? -1 : 1,
  );
  let next = BigInt(batch.range.start);
  for (const { range, selector, parents } of inOrder) {
    const [start, end] = [BigInt(range.start), BigInt(range.end)];
    if (selector !== batch.selector || start !== next || end < start) return false;
    if (parents.at(-1) !== batch.id) return false;
    next = end + 1n;
  }
  return next === BigInt(batch.range.end) + 1n;
}
