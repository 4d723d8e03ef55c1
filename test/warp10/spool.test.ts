// 128-bit identity hashes on disk, for lists too long for memory.
import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { identityHash } from "../../src/warp10/series.ts";
import { findShared, HashSpool, inSpoolFolder, mergeSpools } from "../../src/warp10/spool.ts";

describe("hashes on disk", () => {
  const hashOf = (n: number) => identityHash(`series ${n}`);
  async function spool(
    folder: string,
    name: string,
    numbers: readonly number[],
  ): Promise<HashSpool> {
    const made = new HashSpool(folder, name);
    for (const n of numbers) await made.add(hashOf(n));
    return made;
  }
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

  test("are compared bucket by bucket, more of them than a buffer holds", async () => {
    await inSpoolFolder(async (folder) => {
      const root = await spool(folder, "root", upTo(3_000));
      const groups = await spool(folder, "groups", [...upTo(3_001).slice(1), 7]);
      expect(await mergeSpools(root, groups)).toEqual({ missing: 1n, twice: 1n, groupsOnly: 1n });
    });
  });

  test("are all there again where a bucket went to disk several times", async () => {
    await inSpoolFolder(async (folder) => {
      const one = Buffer.alloc(32, 7);
      const spool = new HashSpool(folder, "one");
      const times = 10_000;
      for (let i = 0; i < times; i++) await spool.add(one);
      expect(readdirSync(folder)).toEqual(["one-7"]);
      const read = await spool.read(7);
      expect(read).toEqual(Buffer.alloc(16 * times, 7));
      expect(await spool.read(7)).toEqual(read);
      expect(await spool.read(8)).toEqual(Buffer.alloc(0));
    });
  });

  test("tell how many series two flows share, though a flow lists one of them twice", async () => {
    await inSpoolFolder(async (folder) => {
      const mine = await spool(folder, "mine", [1, 2, 3, 3]);
      expect(await findShared(mine, await spool(folder, "a", [4, 5]))).toBe(0n);
      expect(await findShared(mine, await spool(folder, "b", [2, 4]))).toBe(1n);
      expect(await findShared(mine, await spool(folder, "c", [3]))).toBeGreaterThan(0n);
    });
  });

  test("leave no folder behind, whatever happened", async () => {
    let seen = "";
    const work = inSpoolFolder((folder) => {
      seen = folder;
      expect(existsSync(folder)).toBe(true);
      return Promise.reject(new Error("no"));
    });
    await expect(work).rejects.toThrow("no");
    expect(existsSync(seen)).toBe(false);
  });
});
