// A bucket in memory with a clock that tests move: create-only like the port it stands for.
import type { Cold, Found } from "../../src/cellar/cold.ts";
import { compareKeys } from "../../src/cellar/order.ts";
import { canonicalJson } from "../../src/ledger/canonical.ts";
import { sha256Hex } from "../../src/cellar/records.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";

/** What a test may do to the next call: throw, or act before it. */
export type Hook = (call: "put" | "get" | "list", key: string) => void | Promise<void>;

/** A `Cold` of which tests see and change everything. */
export interface MemoryCold extends Cold {
  /** The store's clock, ms. */
  clockMs: number;
  /** Called before each call. */
  hook: Hook;
  readonly objects: Map<string, Found>;
  /** Calls so far, `put KEY` and the like. */
  readonly calls: string[];
  /** Puts a record past the port; returns its quote. */
  plant(key: string, value: object): { key: string; sha256: string };
}

/** An empty bucket. */
export function memoryCold(clockMs = 0): MemoryCold {
  const objects = new Map<string, Found>();
  const calls: string[] = [];
  const before = async (call: "put" | "get" | "list", key: string): Promise<void> => {
    calls.push(`${call} ${key}`);
    await cold.hook(call, key);
  };
  const keep = (key: string, bytes: Uint8Array): void => {
    objects.set(key, { bytes: Uint8Array.from(bytes), lastModifiedMs: cold.clockMs });
  };
  const cold: MemoryCold = {
    clockMs,
    hook: () => undefined,
    objects,
    calls,
    async put(key, bytes) {
      await before("put", key);
      if (objects.has(key)) {
        throw new CellarmanError("blocked", `the key ${key} exists already`, { where: key });
      }
      keep(key, bytes);
    },
    async get(key) {
      await before("get", key);
      return objects.get(key);
    },
    async *list(prefix) {
      await before("list", prefix);
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
      for (const key of keys.toSorted(compareKeys)) {
        const found = objects.get(key);
        if (!found) continue;
        yield { key, bytes: found.bytes.length, lastModifiedMs: found.lastModifiedMs };
      }
    },
    nowMs: () => Promise.resolve(cold.clockMs),
    plant(key, value) {
      const bytes = Buffer.from(canonicalJson(value), "utf8");
      keep(key, bytes);
      return { key, sha256: sha256Hex(bytes) };
    },
  };
  return cold;
}
