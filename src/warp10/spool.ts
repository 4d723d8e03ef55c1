// 128-bit identity hashes on disk, for lists too long for memory: added in any order, compared
// bucket by bucket.
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HASH_BYTES, type Merged, mergeBucket } from "../plan/coverage.ts";
import { CellarmanError } from "../runtime/errors.ts";

/**
 * Gives `work` a temporary folder and removes it afterwards, whatever happened.
 * @throws CellarmanError "disk" when there is no room, or no such folder.
 */
export async function inSpoolFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), "cellarman-"));
    return await work(folder);
  } catch (thrown) {
    throw isOfDisk(thrown) ? diskError(thrown) : thrown;
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** What a disk that is full, over quota, broken or read-only says. */
const DISK_CODES: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EIO", "EROFS", "EFBIG"]);

/** A failed call of the file system names its path, but for a write to an open file. */
const isOfDisk = (thrown: unknown): thrown is Error =>
  thrown instanceof Error &&
  "syscall" in thrown &&
  ("path" in thrown || ("code" in thrown && DISK_CODES.has(thrown.code)));

const diskError = (cause: Error): CellarmanError =>
  new CellarmanError("disk", `the temporary folder cannot be used: ${cause.message}`, {
    where: tmpdir(),
    hint: "Make room there (16 bytes a series, twice), or name another folder in TMPDIR.",
    cause,
  });

/** Compares two spools: root against groups. */
export async function mergeSpools(root: HashSpool, groups: HashSpool): Promise<Merged> {
  const merged: Merged = { missing: 0n, twice: 0n, groupsOnly: 0n };
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    mergeBucket(await root.read(bucket), await groups.read(bucket), merged);
  }
  return merged;
}

/** How many hashes are in both spools. */
export async function findShared(a: HashSpool, b: HashSpool): Promise<bigint> {
  let shared = 0n;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const mine = await a.read(bucket);
    const counts: Merged = { missing: 0n, twice: 0n, groupsOnly: 0n };
    mergeBucket(mine, await b.read(bucket), counts);
    shared += BigInt(mine.length / HASH_BYTES) - counts.missing;
  }
  return shared;
}

const BUCKETS = 256;
const FLUSH_BYTES = 64 * 1024;

/** 128-bit hashes on disk, in 256 files by first byte: 150 million series make files of 9.4 MB. */
export class HashSpool {
  private readonly pending = Array.from({ length: BUCKETS }, (): Buffer[] => []);
  private readonly onDisk = new Set<number>();
  private readonly directory: string;
  private readonly name: string;

  constructor(directory: string, name: string) {
    this.directory = directory;
    this.name = name;
  }

  /** Adds the first 16 bytes of a hash. */
  async add(hash: Buffer): Promise<void> {
    const bucket = hash[0] ?? 0;
    const pending = this.pending[bucket] ?? [];
    pending.push(hash.subarray(0, HASH_BYTES));
    if (pending.length * HASH_BYTES >= FLUSH_BYTES) await this.flush(bucket);
  }

  /** All hashes of one bucket; what never filled a buffer never was on disk. */
  async read(bucket: number): Promise<Buffer> {
    const pending = this.pending[bucket] ?? [];
    if (!this.onDisk.has(bucket)) return Buffer.concat(pending);
    return Buffer.concat([await readFile(this.path(bucket)), ...pending]);
  }

  private path(bucket: number): string {
    return join(this.directory, `${this.name}-${bucket}`);
  }

  private async flush(bucket: number): Promise<void> {
    const bytes = Buffer.concat(this.pending[bucket] ?? []);
    this.pending[bucket] = [];
    this.onDisk.add(bucket);
    await appendFile(this.path(bucket), bytes);
  }
}
