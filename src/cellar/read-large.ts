// A large object read back in full, range after range, hashed as it comes. Memory: two ranges.
import { createHash } from "node:crypto";
import { CellarmanError } from "../runtime/errors.ts";
import type { FoundRange, LargeCold } from "./large.ts";

/** Bytes of one range. */
export const RANGE_BYTES = 16 * 1024 * 1024;

/** What an object holds. */
export interface HashedObject {
  readonly bytes: number;
  readonly sha256: string;
}

/** Every byte of an object: its length and SHA-256; undefined when there is no such key. */
export async function hashObject(
  cold: LargeCold,
  key: string,
  signal?: AbortSignal,
): Promise<HashedObject | undefined> {
  const digest = createHash("sha256");
  const first = await cold.getRange(key, 0, RANGE_BYTES, signal);
  if (first === undefined) return undefined;
  const { total } = first;
  let from = 0;
  let next: Promise<FoundRange | undefined> = Promise.resolve(first);
  while (from < total) {
    const found = await next;
    if (found === undefined || found.total !== total) throw changed(key);
    from += found.bytes.length;
    // The next range is on its way while this one is hashed.
    next = from < total ? cold.getRange(key, from, RANGE_BYTES, signal) : Promise.resolve(first);
    next.catch(() => undefined);
    digest.update(found.bytes);
  }
  return { bytes: total, sha256: digest.digest("hex") };
}

const changed = (key: string): CellarmanError =>
  new CellarmanError("mismatch", `the object ${key} changed while it was read`, { where: key });
