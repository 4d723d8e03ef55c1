// How the files of a generation leave the Warp 10 host: by a folder, over HTTP, or into the bucket
// at once. Whichever it is, a file is a source of a known length that can be read again.
import { open, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { LargeCold } from "../../cellar/large.ts";
import type { LargeSource } from "../../cellar/upload.ts";
import type { HandOver as HandOverRule } from "../../flow/flow.ts";
import type { Clock } from "../../runtime/clock.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import { openServed } from "../../warp10/served.ts";

/** A file that HFDUMP wrote. */
export interface DumpedFile extends LargeSource {
  readonly name: string;
  /** Its key in the bucket, where the server wrote it there itself. */
  readonly key?: string;
}

/** Where the files of generations are. */
export interface HandOver {
  readonly kind: HandOverRule["kind"];
  /** Sentence for people: where to look. */
  readonly where: string;
  /** One file as it is now; undefined when it is not there. */
  find(name: string, signal?: AbortSignal): Promise<DumpedFile | undefined>;
  /** Names that lie there; undefined where nobody can list them. */
  list(): Promise<readonly string[] | undefined>;
  /** Takes a file of our own away; only where the runner can. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the place that a flow names. */
export function openHandOver(
  rule: HandOverRule,
  { large, clock }: { readonly large: LargeCold; readonly clock: Clock },
): HandOver {
  switch (rule.kind) {
    case "directory":
      return fromFolder(rule.directory);
    case "http":
      return fromServer(rule.url, clock);
    case "bucket":
      return fromBucket(rule.prefix, large);
  }
}

/** Whether an error of the file system says that there is no such thing. */
export const isAbsent = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";

function fromFolder(folder: string): HandOver {
  return {
    kind: "directory",
    where: folder,
    find: (name) => fileIn(folder, name),
    list: () => readdir(folder),
    remove: (name) => unlink(join(folder, name)),
    close: () => Promise.resolve(),
  };
}

/** A file of a folder as a source; undefined when there is none. Throws "disk". */
export async function fileIn(folder: string, name: string): Promise<DumpedFile | undefined> {
  const path = join(folder, name);
  try {
    const { size } = await stat(path);
    return { name, bytes: size, read: (from, length) => readFrom(path, from, length) };
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined;
    throw diskError(path, thrown);
  }
}

async function readFrom(path: string, from: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  try {
    await using file = await open(path, "r");
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } catch (thrown) {
    throw diskError(path, thrown);
  }
}

const diskError = (where: string, cause: unknown): CellarmanError =>
  new CellarmanError("disk", `${where} cannot be read: ${String(cause)}`, {
    where,
    hint: "Check export.directory: the runner must see the folder that HFDUMP writes to.",
    cause,
  });

function fromServer(url: string, clock: Clock): HandOver {
  const served = openServed(url, clock);
  return {
    kind: "http",
    where: url,
    find: async (name, signal) => {
      const bytes = await served.length(name, signal);
      if (bytes === undefined) return undefined;
      const read: DumpedFile["read"] = (from, length, stop) =>
        served.range(name, { from, length, total: bytes }, stop ?? signal);
      return { name, bytes, read };
    },
    list: () => Promise.resolve(undefined),
    remove: () => Promise.resolve(),
    close: () => served.close(),
  };
}

function fromBucket(prefix: string, large: LargeCold): HandOver {
  const keyOf = (name: string): string => `${prefix}/${name}`;
  return {
    kind: "bucket",
    where: prefix,
    find: async (name, signal) => {
      const key = keyOf(name);
      const head = await large.getRange(key, 0, 1, signal);
      if (head === undefined) return undefined;
      const read: DumpedFile["read"] = async (from, length, stop) => {
        const found = await large.getRange(key, from, length, stop);
        if (found) return found.bytes;
        throw new CellarmanError("mismatch", `the object ${key} is gone`, { where: key });
      };
      return { name, bytes: head.total, key, read };
    },
    list: () => Promise.resolve(undefined),
    remove: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
