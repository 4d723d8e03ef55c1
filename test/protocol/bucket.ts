// The bucket of a history as it really is. Nothing here lies; what lies is the port (cold-port.ts).
import type { Cold, Found } from "../../src/cellar/cold.ts";

/** A put that was cut on its way and arrives later. */
export interface LatePut {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** What became of a put. */
export type Stored = "stored" | "exists" | "overwritten";

/** Objects by key, each with the store's time. */
export class Bucket {
  readonly objects: Map<string, Found>;
  /** Every key, in order. */
  private readonly sorted: string[];
  readonly late: LatePut[] = [];
  /** When each object came first, by the store's time. */
  private readonly bornMs = new Map<string, number>();
  /** Keys that held two contents. */
  readonly rewritten: string[] = [];
  /** A versioned bucket: `If-None-Match` is ignored (facts cellar-s3 §0). */
  readonly ignoresConditions: boolean;
  private readonly now: () => number;

  /** `objects`: what lies in it from the beginning. */
  constructor(
    ignoresConditions: boolean,
    now: () => number,
    objects: ReadonlyMap<string, Found> = new Map(),
  ) {
    this.ignoresConditions = ignoresConditions;
    this.objects = new Map(objects);
    this.sorted = [...objects.keys()].toSorted();
    this.now = now;
  }

  /** Stores an object as the store would. */
  put(key: string, bytes: Uint8Array): Stored {
    const before = this.objects.get(key);
    if (before && !this.ignoresConditions) return "exists";
    if (before && Buffer.compare(before.bytes, bytes) !== 0) this.rewritten.push(key);
    this.objects.set(key, { bytes: Uint8Array.from(bytes), lastModifiedMs: this.now() });
    if (!before) this.sorted.splice(this.placeOf(key), 0, key);
    if (!this.bornMs.has(key)) this.bornMs.set(key, this.now());
    return before ? "overwritten" : "stored";
  }

  /** When an object came first, ms; of what lay there from the beginning: when it was put. */
  cameMs(key: string): number {
    return this.bornMs.get(key) ?? this.objects.get(key)?.lastModifiedMs ?? 0;
  }

  /** Keys under a prefix, in order. */
  keysUnder(prefix: string): string[] {
    const from = this.placeOf(prefix);
    let to = from;
    while (this.sorted[to]?.startsWith(prefix)) to++;
    return this.sorted.slice(from, to);
  }

  /** Takes an object away: the store lost it. */
  lose(key: string): void {
    if (this.objects.delete(key)) this.sorted.splice(this.placeOf(key), 1);
  }

  /** Where a key stands or would stand in the order. */
  private placeOf(key: string): number {
    let [from, to] = [0, this.sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.sorted[middle] ?? "") < key) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** The bucket read without faults: what somebody who restores would read. */
  readonly truth: Cold = {
    put: () => Promise.reject(new Error("the truth is only read")),
    get: async (key) => this.objects.get(key),
    list: (prefix) => this.listTruth(prefix),
    nowMs: async () => this.now(),
  };

  private async *listTruth(prefix: string) {
    for (const key of this.keysUnder(prefix)) {
      const found = this.objects.get(key);
      if (!found) continue;
      yield { key, bytes: found.bytes.length, lastModifiedMs: found.lastModifiedMs };
    }
  }
}
