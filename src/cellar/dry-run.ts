// A bucket that lets reads through and keeps writes to itself, so that a dry run finds what it
// "wrote".
import { CellarmanError } from "../runtime/errors.ts";
import type { Cold, Found, Listed } from "./cold.ts";
import { compareKeys } from "./order.ts";

/**
 * `cold` without its writes: a put is remembered in memory, found by `get` and `list` as long as
 * this value lives, and never sent. A key that exists, here or there, is "blocked" as at the store.
 */
export function dryRun(cold: Cold): Cold {
  const kept = new Map<string, Found>();
  return {
    async put(key, bytes, options) {
      if (kept.has(key) || (await cold.get(key, options?.signal))) {
        throw new CellarmanError("blocked", `the key ${key} exists already`, { where: key });
      }
      const lastModifiedMs = await cold.nowMs(options?.signal);
      // A copy: the caller may use its buffer again.
      kept.set(key, { bytes: Uint8Array.from(bytes), lastModifiedMs });
    },
    get: async (key, signal) => kept.get(key) ?? cold.get(key, signal),
    list: (prefix, signal) => merged(cold.list(prefix, signal), keptUnder(kept, prefix)),
    nowMs: (signal) => cold.nowMs(signal),
  };
}

const keptUnder = (kept: ReadonlyMap<string, Found>, prefix: string): Listed[] =>
  [...kept]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, { bytes, lastModifiedMs }]) => ({ key, bytes: bytes.length, lastModifiedMs }))
    .toSorted((a, b) => compareKeys(a.key, b.key));

/**
 * Both in key order. A key that appeared at the store meanwhile is told once, as the store has it.
 */
async function* merged(there: AsyncIterable<Listed>, here: readonly Listed[]) {
  let next = 0;
  for await (const object of there) {
    for (let own = here[next]; own && compareKeys(own.key, object.key) <= 0; own = here[next]) {
      if (own.key !== object.key) yield own;
      next += 1;
    }
    yield object;
  }
  yield* here.slice(next);
}
