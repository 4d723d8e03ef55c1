// What a quarantine found, named by its digest, so that a lift can pass over exactly that and
// nothing else. Pure.
import { createHash } from "node:crypto";
import type { Range } from "../warp10/range.ts";
import { canonicalJson } from "./canonical.ts";

/**
 * The digest of exactly what hot lacks: in which range of which batch, series, and how many
 * archived points of each. With the range, because a batch may be judged in several, and in two of
 * them the same counts may be missing.
 */
export function findingDigest(
  batch: string,
  { start, end }: Range,
  lacking: ReadonlyMap<string, bigint>,
): string {
  const counts = [...lacking].map(([identity, points]) => [identity, String(points)]);
  const range = { start: String(start), end: String(end) };
  return createHash("sha256")
    .update(canonicalJson({ batch, range, lacking: Object.fromEntries(counts) }))
    .digest("hex");
}
