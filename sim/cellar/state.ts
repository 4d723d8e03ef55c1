// What the stand-in remembers: buckets, keys in order, versions, uploads.
import { randomBytes } from "node:crypto";

/** One version of one key. */
export interface Version {
  /** "null" outside versioning. */
  readonly id: string;
  readonly deleteMarker: boolean;
  bytes: Buffer;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  /** Headers that a GET repeats: Content-Type, x-amz-meta-… */
  readonly headers: Readonly<Record<string, string>>;
  /** From then on a GET answers 404, while HEAD and LIST go on finding it. */
  vanishesAtMs: number;
}

export interface Part {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly lastModifiedMs: number;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly parts: Map<number, Part>;
  readonly headers: Readonly<Record<string, string>>;
  readonly initiatedMs: number;
  /** A completion is under way. */
  completing: boolean;
  /** Aborted while a completion was under way: what Pacific loses (facts cellar-s3 §0.1). */
  aborted: boolean;
}

export type Versioning = "off" | "Enabled" | "Suspended";

/**
 * Order of UTF-8 bytes, as the gateway lists. UTF-16 order differs where surrogates meet U+E000 and
 * up.
 */
export function byUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const bothHigh = x >= 0xd800 && y >= 0xd800;
    return bothHigh ? rank(x) - rank(y) : x - y;
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Keys in order. */
class SortedKeys {
  readonly all: string[] = [];

  /** Position of the first key that is not before `key`. */
  from(key: string): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (byUtf8(this.all[middle] ?? "", key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(key: string): void {
    this.all.splice(this.from(key), 0, key);
  }

  remove(key: string): void {
    const at = this.from(key);
    if (this.all[at] === key) this.all.splice(at, 1);
  }
}

/** One bucket. */
export class Bucket {
  readonly name: string;
  readonly createdMs: number;
  readonly keys = new SortedKeys();
  readonly uploads = new Map<string, Upload>();
  versioning: Versioning = "off";
  /** The rules as they were put, without the outer element. */
  lifecycle: string | undefined;
  readonly #versions = new Map<string, Version[]>();

  constructor(name: string, createdMs: number) {
    this.name = name;
    this.createdMs = createdMs;
  }

  /** A key's versions, newest first. */
  versionsOf(key: string): readonly Version[] {
    return this.#versions.get(key) ?? [];
  }

  /** What a GET without version sees: the newest version unless it is a delete marker. */
  current(key: string): Version | undefined {
    const newest = this.#versions.get(key)?.[0];
    return newest?.deleteMarker ? undefined : newest;
  }

  /** Every key that has a current version, in key order. */
  currentObjects(): Map<string, Version> {
    const found = new Map<string, Version>();
    for (const key of this.keys.all) {
      const version = this.current(key);
      if (version) found.set(key, version);
    }
    return found;
  }

  /** Removes a key with all its versions. */
  removeAll(key: string): void {
    if (this.#versions.delete(key)) this.keys.remove(key);
  }

  /** The id that the next version gets. */
  newId(): string {
    return this.versioning === "Enabled"
      ? randomBytes(24).toString("base64url").slice(0, 31)
      : "null";
  }

  /** Stores a version on top; one with the same id ("null") is replaced. */
  store(key: string, version: Version): void {
    const before = this.#versions.get(key);
    if (!before) this.keys.add(key);
    const kept = before?.filter((other) => other.id !== version.id) ?? [];
    this.#versions.set(key, [version, ...kept]);
  }

  /** Removes one version, or none. */
  removeVersion(key: string, id: string): Version | undefined {
    const before = this.#versions.get(key) ?? [];
    const gone = before.find((version) => version.id === id);
    const kept = before.filter((version) => version !== gone);
    if (kept.length > 0) {
      this.#versions.set(key, kept);
    } else if (this.#versions.delete(key)) {
      this.keys.remove(key);
    }
    return gone;
  }
}

/** Everything that one stand-in holds. */
export interface World {
  readonly buckets: Map<string, Bucket>;
  /** Ms since the epoch. */
  readonly now: () => number;
}
