// What a quarantine found, named by its digest, so that a lift can pass over exactly that and
// nothing else. Pure.
import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical.ts";

/**
 * The digest of exactly what hot lacks: series of a batch, and how many archived points of each.
 */
export function findingDigest(batch: string, lacking: ReadonlyMap<string, bigint>): string {
  const sorted = [...lacking].map(([identity, n]) => [identity, String(n)]).toSorted(byIdentity);
  return createHash("sha256")
    .update(canonicalJson({ batch, lacking: sorted }))
    .digest("hex");
}

const byIdentity = (a: string[], b: string[]): number => ((a[0] ?? "") < (b[0] ?? "") ? -1 : 1);
