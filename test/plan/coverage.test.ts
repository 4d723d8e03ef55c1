// Coverage is proven, not assumed: every series of the root is in exactly one group (design §3,
// "Plans").
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  coverageByMerge,
  coverageBySums,
  HASH_BYTES,
  type Merged,
  mergeBucket,
} from "../../src/plan/coverage.ts";
import { IdentitySum } from "../../src/plan/identity-sum.ts";
import { identityHash } from "../../src/warp10/series.ts";

fc.configureGlobal({ seed: 4 });

const hashOf = (n: number): Buffer => identityHash(`series ${n}`);
const bucketOf = (numbers: readonly number[]): Buffer =>
  Buffer.concat(numbers.map((n) => hashOf(n).subarray(0, HASH_BYTES)));
const sumOf = (numbers: readonly number[]): IdentitySum => {
  const sum = new IdentitySum();
  for (const n of numbers) sum.add(hashOf(n));
  return sum;
};

function mergedOf(root: readonly number[], groups: readonly number[]): Merged {
  const merged: Merged = { missing: 0n, twice: 0n, groupsOnly: 0n };
  mergeBucket(bucketOf(root), bucketOf(groups), merged);
  return merged;
}

/** The same by counting, one series at a time. */
function naive(root: readonly number[], groups: readonly number[]): Merged {
  const merged: Merged = { missing: 0n, twice: 0n, groupsOnly: 0n };
  for (const n of new Set([...root, ...groups])) {
    const inRoot = root.filter((other) => other === n).length;
    const inGroups = groups.filter((other) => other === n).length;
    if (inGroups === 0) merged.missing += BigInt(inRoot);
    if (inRoot > 1 || inGroups > 1) merged.twice++;
    if (inRoot === 0 && inGroups === 1) merged.groupsOnly++;
  }
  return merged;
}

const few = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 16 });

describe("merging hashes", () => {
  test("counts missing, twice and groups-only as a naive count does, in any order", () => {
    fc.assert(
      fc.property(few, few, (root, groups) => {
        expect(mergedOf(root, groups)).toEqual(naive(root, groups));
      }),
      { numRuns: 500 },
    );
  });

  test("adds to what other buckets had", () => {
    const merged: Merged = { missing: 5n, twice: 6n, groupsOnly: 7n };
    mergeBucket(bucketOf([1]), bucketOf([2, 3, 3]), merged);
    expect(merged).toEqual({ missing: 6n, twice: 7n, groupsOnly: 8n });
  });

  test("is exact where only the last of 16 bytes differs", () => {
    const [a, b] = [Buffer.alloc(HASH_BYTES, 7), Buffer.alloc(HASH_BYTES, 7)];
    b[HASH_BYTES - 1] = 8;
    const merged: Merged = { missing: 0n, twice: 0n, groupsOnly: 0n };
    mergeBucket(a, b, merged);
    expect(merged).toEqual({ missing: 1n, twice: 0n, groupsOnly: 1n });
  });
});

describe("coverage by sums", () => {
  test("equal counts and sums prove it, whatever the order", () => {
    const proven = coverageBySums(sumOf([1, 2, 3]), sumOf([3, 1, 2]), 2);
    expect(proven).toMatchObject({
      method: "sums",
      rootSeries: "3",
      groupSeries: "3",
      groups: 2,
      registeredMeanwhile: "0",
    });
    expect(proven?.rootSum).toBe(proven?.groupSum);
  });

  test.each([
    ["one is missing", [1, 2, 3], [1, 2]],
    ["one is more", [1, 2], [1, 2, 3]],
    ["one is another", [1, 2, 3], [1, 2, 4]],
    ["one is there twice in another's place", [1, 2, 3], [1, 2, 2]],
  ])("proves nothing when %s", (_, root, groups) => {
    expect(coverageBySums(sumOf(root), sumOf(groups), 1)).toBeUndefined();
  });
});

describe("coverage by merge", () => {
  const by = (root: number[], groups: number[]) =>
    coverageByMerge(sumOf(root), sumOf(groups), 3, mergedOf(root, groups));

  test("what is in groups only was registered meanwhile, and is counted", () => {
    expect(by([1, 2], [2, 1, 3, 4])).toMatchObject({
      method: "merge",
      rootSeries: "2",
      groupSeries: "4",
      registeredMeanwhile: "2",
    });
  });

  test("one missing means no plan", () => {
    expect(by([1, 2, 3], [1, 2, 4])).toBe("1 series are in no group");
  });

  test("one in two groups means no plan", () => {
    expect(by([1, 2], [1, 2, 2])).toBe("1 series are in more than one group");
  });

  test("one listed by two root selectors means no plan, though it is in one group only", () => {
    expect(by([1, 1], [1])).toBe("1 series are in more than one group");
  });
});
