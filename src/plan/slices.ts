// Slices: parts of a period that tile it, gap one unit, nothing twice. Pure.
import { CellarmanError } from "../runtime/errors.ts";
import type { Range } from "../warp10/range.ts";

/** Slices that one period may be cut into. */
export const SLICES_MAX = 1_000;

/**
 * Cuts a range into slices of `step` units, the last one shorter. Throws "limit" over SLICES_MAX.
 */
export function sliceRange(range: Range, step: bigint): Range[] {
  const length = range.end - range.start + 1n;
  const count = (length + step - 1n) / step;
  if (count > BigInt(SLICES_MAX)) {
    throw new CellarmanError("limit", `${count} slices in one period; at most ${SLICES_MAX}`, {
      hint: "Set batches.slice to a longer duration.",
    });
  }
  const slices: Range[] = [];
  for (let start = range.start; start <= range.end; start += step) {
    const end = start + step - 1n;
    slices.push({ start, end: end < range.end ? end : range.end });
  }
  return slices;
}

/**
 * Cuts a range into `count` parts of nearly equal length, newest last; fewer where it has fewer
 * units.
 */
export function cutRange(range: Range, count: number): Range[] {
  const length = range.end - range.start + 1n;
  const parts = BigInt(Math.max(1, count));
  return sliceRange(range, (length + parts - 1n) / parts);
}

/** Whether two inclusive ranges share a timestamp. */
export const overlap = (a: Range, b: Range): boolean => a.start <= b.end && b.start <= a.end;
