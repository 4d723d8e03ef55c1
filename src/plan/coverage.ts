// Whether the groups hold exactly the series that the root selectors list (design §3, "Coverage is
// proven"). Pure.
import type { Coverage } from "../ledger/records.ts";
import type { IdentitySum } from "./identity-sum.ts";

/** What is known after comparing hashes of root and groups. */
export interface Merged {
  /** In the root's listing, in no group. */
  missing: bigint;
  /** More than once in the groups, or in the root's listing: root selectors that overlap. */
  twice: bigint;
  /** In groups only: registered while planning. */
  groupsOnly: bigint;
}

/** Coverage by equal counts and sums; undefined where they differ and a merge must decide. */
export function coverageBySums(
  root: IdentitySum,
  groups: IdentitySum,
  groupCount: number,
): Coverage | undefined {
  if (root.count !== groups.count || root.hex() !== groups.hex()) return undefined;
  return coverage("sums", root, groups, groupCount, 0n);
}

/** Coverage by a merge of all hashes; a string says why there is none. */
export function coverageByMerge(
  root: IdentitySum,
  groups: IdentitySum,
  groupCount: number,
  merged: Merged,
): Coverage | string {
  if (merged.twice > 0n) return `${merged.twice} series are in more than one group`;
  if (merged.missing > 0n) return `${merged.missing} series are in no group`;
  return coverage("merge", root, groups, groupCount, merged.groupsOnly);
}

const coverage = (
  method: Coverage["method"],
  root: IdentitySum,
  groups: IdentitySum,
  groupCount: number,
  registered: bigint,
): Coverage => ({
  method,
  rootSeries: String(root.count),
  rootSum: root.hex(),
  groups: groupCount,
  groupSeries: String(groups.count),
  groupSum: groups.hex(),
  registeredMeanwhile: String(registered),
});

/** Bytes of one hash in a bucket. */
export const HASH_BYTES = 16;

/** Compares one bucket's hashes (16 bytes each, any order): root against all groups together. */
export function mergeBucket(root: Buffer, groups: Buffer, into: Merged): void {
  const a = sortedHashes(root);
  const b = sortedHashes(groups);
  let j = 0;
  for (let i = 0; i < a.length;) {
    const hash = a[i] ?? 0n;
    while (j < b.length && (b[j] ?? 0n) < hash) j = only(b, j, into);
    const [inRoot, inGroups] = [repeated(a, i), b[j] === hash ? repeated(b, j) : 0];
    if (inGroups === 0) into.missing += BigInt(inRoot);
    if (inRoot > 1 || inGroups > 1) into.twice++;
    i += inRoot;
    j += inGroups;
  }
  while (j < b.length) j = only(b, j, into);
}

/** Counts one hash that only the groups have; returns the index after its repetitions. */
function only(hashes: readonly bigint[], at: number, into: Merged): number {
  const times = repeated(hashes, at);
  if (times > 1) into.twice++;
  else into.groupsOnly++;
  return at + times;
}

/** How often the hash at an index stands there in a row. */
function repeated(hashes: readonly bigint[], at: number): number {
  let next = at + 1;
  while (next < hashes.length && hashes[next] === hashes[at]) next++;
  return next - at;
}

function sortedHashes(bucket: Buffer): bigint[] {
  const hashes: bigint[] = [];
  for (let at = 0; at < bucket.length; at += HASH_BYTES) {
    hashes.push((bucket.readBigUInt64BE(at) << 64n) | bucket.readBigUInt64BE(at + 8));
  }
  return hashes.sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
}
