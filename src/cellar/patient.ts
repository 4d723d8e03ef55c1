// A decorator of the port: reads that failed in passing are made again. Puts never are (design §3:
// a retry takes a new key, and that is for whoever chose the key).
import { compareKeys } from "./order.ts";
import type { Retrying } from "../runtime/retry.ts";
import type { Cold, Listed } from "./cold.ts";
import type { LargeCold } from "./large.ts";

/**
 * Repeats gets, listings and the store's time as `retry` says; a listing goes on behind the last
 * key it gave.
 */
export function patient(cold: Cold, retry: Retrying): Cold {
  return {
    put: (key, bytes, options) => cold.put(key, bytes, options),
    get: (key, signal) => retry(() => cold.get(key, signal), signal),
    list: (prefix, signal) => listPatiently(cold, retry, prefix, signal),
    nowMs: (signal) => retry(() => cold.nowMs(signal), signal),
  };
}

/** The same for large objects: parts and completions may be sent again (facts cellar-s3 §2). */
export function patientLarge(large: LargeCold, retry: Retrying): LargeCold {
  return {
    getRange: (key, from, length, signal) =>
      retry(() => large.getRange(key, from, length, signal), signal),
    beginUpload: (key, signal) => retry(() => large.beginUpload(key, signal), signal),
    putPart: (key, upload, number, bytes, signal) =>
      retry(() => large.putPart(key, upload, number, bytes, signal), signal),
    listParts: (key, upload, signal) => retry(() => large.listParts(key, upload, signal), signal),
    completeUpload: (key, upload, parts, signal) =>
      retry(() => large.completeUpload(key, upload, parts, signal), signal),
  };
}

async function* listPatiently(
  cold: Cold,
  retry: Retrying,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Listed> {
  let last: string | undefined;
  let listing = cold.list(prefix, signal)[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<Listed>> => {
    try {
      let item = await listing.next();
      while (!item.done && last !== undefined && compareKeys(item.value.key, last) <= 0) {
        item = await listing.next();
      }
      return item;
    } catch (error) {
      listing = cold.list(prefix, signal)[Symbol.asyncIterator]();
      throw error;
    }
  };
  for (;;) {
    const item = await retry(next, signal);
    if (item.done) return;
    last = item.value.key;
    yield item.value;
  }
}
