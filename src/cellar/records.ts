// Reading and writing ledger records through the bucket. What forbids is found by key: GET up to
// the first 404 (design §3); anything but a clear answer throws, and what throws blocks.
import { createHash } from "node:crypto";
import pLimit from "p-limit";
import type { z } from "zod";
import { canonicalJson } from "../ledger/canonical.ts";
import { checkRecord, type LedgerRecord } from "../ledger/kinds.ts";
import type { Quoted } from "../ledger/records.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Cold, Found } from "./cold.ts";

/** A record as it lies in the bucket. */
export interface Stored<T> {
  readonly key: string;
  readonly sha256: string;
  readonly value: T;
  readonly lastModifiedMs: number;
}

/** A record's key and digest, as others quote it. */
export const quoteOf = ({ key, sha256 }: Quoted): Quoted => ({ key, sha256 });

/** Numbers that one numbered record may take before something is plainly wrong. */
export const NUMBERED_MAX = 10_000;

export const sha256Hex = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("hex");

function parseRecord<T>(key: string, found: Found, schema: z.ZodType<T>): Stored<T> {
  const text = Buffer.from(found.bytes).toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw unreadable(key, "it is not JSON", cause);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw unreadable(key, parsed.error.issues[0]?.message ?? "?", parsed.error);
  const { lastModifiedMs } = found;
  return { key, sha256: sha256Hex(found.bytes), value: parsed.data, lastModifiedMs };
}

const unreadable = (key: string, why: string, cause: unknown): CellarmanError =>
  new CellarmanError("unreadable", `the record ${key} cannot be read: ${why}`, {
    where: key,
    hint:
      "Look at the object; a newer version of the tool may have written it. " +
      "Nothing is deleted meanwhile.",
    cause,
  });

/** Reads one record; undefined when the store says that there is none. Throws "unreadable". */
export async function readRecord<T>(
  cold: Cold,
  key: string,
  schema: z.ZodType<T>,
): Promise<Stored<T> | undefined> {
  const found = await cold.get(key);
  return found && parseRecord(key, found, schema);
}

/**
 * A record, or undefined where its bytes do not read; only where a record that is not there permits
 * no more than one that is. Other failures go through.
 */
export async function ifReadable<T>(
  reading: Promise<Stored<T> | undefined>,
): Promise<Stored<T> | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CellarmanError && error.code === "unreadable") return undefined;
    throw error;
  }
}

/** Keys of all objects under a prefix. */
export async function keysUnder(cold: Cold, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of cold.list(prefix)) keys.push(key);
  return keys;
}

/** Objects that are quoted at once. */
const QUOTED_AT_ONCE = 16;

/**
 * Quotes objects as they lie there now. What a listing names and is gone is left out: a chain with
 * a gap says so itself, and no decision rests on it.
 */
export async function quoteAll(cold: Cold, keys: readonly string[]): Promise<Quoted[]> {
  const quoted = await pLimit(QUOTED_AT_ONCE).map(keys, async (key) => {
    const found = await cold.get(key);
    return found ? [{ key, sha256: sha256Hex(found.bytes) }] : [];
  });
  return quoted.flat();
}

/** Reads a record that another record quotes: it must be there, with exactly the quoted bytes. */
export async function readQuoted<T>(
  cold: Cold,
  quote: Quoted,
  schema: z.ZodType<T>,
): Promise<Stored<T>> {
  const record = await readRecord(cold, quote.key, schema);
  if (!record) throw mismatch(quote.key, "it is gone");
  if (record.sha256 !== quote.sha256)
    throw mismatch(quote.key, "its bytes are not the quoted ones");
  return record;
}

const mismatch = (key: string, why: string): CellarmanError =>
  new CellarmanError("mismatch", `the archive's object ${key} is wrong: ${why}`, { where: key });

/** Writes a record under a fresh random key, once. Reads it back where `readBack` is said. */
export async function writeRecord(
  cold: Cold,
  key: string,
  value: LedgerRecord,
  readBack = false,
): Promise<Quoted> {
  checkRecord(value);
  const bytes = Buffer.from(canonicalJson(value), "utf8");
  await putOnce(cold, key, bytes);
  if (readBack) await expectBytes(cold, key, bytes);
  return { key, sha256: sha256Hex(bytes) };
}

/**
 * Puts an object once; an answer that was lost shows as "exists", and then only equal bytes will
 * do.
 */
export async function putOnce(cold: Cold, key: string, bytes: Uint8Array): Promise<void> {
  try {
    await cold.put(key, bytes);
  } catch (error) {
    if (!(error instanceof CellarmanError) || error.code !== "blocked") throw error;
    await expectBytes(cold, key, bytes);
  }
}

/** Reads an object back in full and compares it byte for byte. Throws "mismatch". */
export async function expectBytes(cold: Cold, key: string, bytes: Uint8Array): Promise<void> {
  const found = await cold.get(key);
  if (!found) throw mismatch(key, "it cannot be read back");
  if (Buffer.compare(found.bytes, bytes) !== 0) throw mismatch(key, "other bytes came back");
}

/** All records of a numbered series: GET from 1 up to the first 404. */
export async function readNumbered<T>(
  cold: Cold,
  keyOf: (n: number) => string,
  schema: z.ZodType<T>,
): Promise<Stored<T>[]> {
  const records: Stored<T>[] = [];
  for (let n = 1; n <= NUMBERED_MAX; n++) {
    const record = await readRecord(cold, keyOf(n), schema);
    if (!record) return records;
    records.push(record);
  }
  throw new CellarmanError("limit", `more than ${NUMBERED_MAX} records at ${keyOf(1)}`);
}

/**
 * Writes the next free number; reads it back, and takes the number after it when it is not our own.
 */
export async function writeNumbered(
  cold: Cold,
  keyOf: (n: number) => string,
  value: LedgerRecord,
): Promise<Quoted & { n: number }> {
  checkRecord(value);
  const bytes = Buffer.from(canonicalJson(value), "utf8");
  for (let n = 1; n <= NUMBERED_MAX; n++) {
    const key = keyOf(n);
    if ((await cold.get(key)) !== undefined) continue;
    await ignoreTaken(cold.put(key, bytes));
    const back = await cold.get(key);
    // Going on to the next number would leave a gap, and nobody reads behind a gap.
    if (!back) throw mismatch(key, "it was written and cannot be read back");
    if (Buffer.compare(back.bytes, bytes) === 0) {
      return { key, sha256: sha256Hex(bytes), n };
    }
  }
  throw new CellarmanError("limit", `no free number below ${NUMBERED_MAX} at ${keyOf(1)}`);
}

async function ignoreTaken(put: Promise<void>): Promise<void> {
  try {
    await put;
  } catch (error) {
    if (!(error instanceof CellarmanError) || error.code !== "blocked") throw error;
  }
}
