// One large object from a source that can be read again: parts in flight, each with its own digest,
// one SHA-256 over all; resumed from what the store has of it; completed by asking until it says
// yes. Memory: PARTS_IN_FLIGHT + 1 parts, whatever the size.
import { createHash, hash } from "node:crypto";
import pLimit from "p-limit";
import { CellarmanError } from "../runtime/errors.ts";
import type { Retrying } from "../runtime/retry.ts";
import type { LargeCold, StoredPart } from "./large.ts";

const MIB = 1024 * 1024;
/** Bytes of a part; larger only where an object would have too many (facts cellar-s3 §3). */
export const PART_BYTES = 16 * MIB;
/** Parts of one object at most (facts cellar-s3 §2). */
export const PARTS_MAX = 10_000;
/** Parts that are sent at once. */
export const PARTS_IN_FLIGHT = 4;

/** Bytes that can be read more than once, of a length that is known. */
export interface LargeSource {
  readonly bytes: number;
  /** Exactly bytes [from, from + length); throws where fewer come. */
  read(from: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** What an upload goes by. */
export interface LargeUpload {
  readonly key: string;
  /** Of `beginUpload`, now or by another process. */
  readonly upload: string;
  readonly partBytes: number;
  /** Meets passing failures of the store and of the source; a part may be sent again. */
  readonly retry: Retrying;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes of each part that is in the store. */
  readonly onPart?: (bytes: number) => void;
}

/** What was sent. */
export interface Uploaded {
  readonly bytes: number;
  readonly sha256: string;
  /** Parts that the store had already. */
  readonly resumed: number;
}

/** Bytes of a part for an object of this size: whole MiB, at most PARTS_MAX of them. */
export function partBytesFor(bytes: number): number {
  return Math.max(PART_BYTES, Math.ceil(bytes / PARTS_MAX / MIB) * MIB);
}

/**
 * Sends every part that the store does not have with the same MD5 already, and completes. Throws
 * "blocked" when the upload is gone; the caller reads the object back, whatever this says.
 */
export async function uploadLarge(
  cold: LargeCold,
  source: LargeSource,
  order: LargeUpload,
): Promise<Uploaded> {
  const { key, upload, signal, retry } = order;
  const listed = await retry(() => cold.listParts(key, upload, signal), signal);
  if (listed === undefined) throw goneUpload(key);
  const known = new Map(listed.map((part) => [part.number, part]));
  const { parts, sha256, resumed } = await sendParts(cold, source, order, known);
  await complete(cold, order, parts);
  return { bytes: source.bytes, sha256, resumed };
}

const goneUpload = (key: string): CellarmanError =>
  new CellarmanError("blocked", `the upload of ${key} is gone: completed, or taken away`, {
    where: key,
    hint: "Let no lifecycle rule take unfinished uploads away sooner than a week.",
  });

interface Sent {
  readonly parts: readonly StoredPart[];
  readonly sha256: string;
  readonly resumed: number;
}

async function sendParts(
  cold: LargeCold,
  source: LargeSource,
  order: LargeUpload,
  known: ReadonlyMap<number, StoredPart>,
): Promise<Sent> {
  const { key, upload, partBytes, signal, retry } = order;
  const whole = createHash("sha256");
  const limit = pLimit(PARTS_IN_FLIGHT);
  const parts: StoredPart[] = [];
  const sending = new Set<Promise<void>>();
  let resumed = 0;
  try {
    for (let from = 0; from < source.bytes; from += partBytes) {
      const length = Math.min(partBytes, source.bytes - from);
      const bytes = await retry(() => source.read(from, length, signal), signal);
      if (bytes.length !== length) throw cutSource(key, from, length, bytes.length);
      whole.update(bytes);
      const part = { number: parts.length + 1, bytes: length, md5: hash("md5", bytes) };
      parts.push(part);
      if (isSame(known.get(part.number), part)) {
        resumed++;
        order.onPart?.(length);
        continue;
      }
      const send = async (): Promise<void> => {
        await retry(() => cold.putPart(key, upload, part.number, bytes, signal), signal);
        order.onPart?.(length);
      };
      const sent = limit(send).finally(() => sending.delete(sent));
      sending.add(sent);
      // One part waits in memory beside those in flight.
      if (sending.size > PARTS_IN_FLIGHT) await Promise.race(sending);
    }
    await Promise.all(sending);
  } catch (thrown) {
    await Promise.allSettled(sending);
    throw thrown;
  }
  return { parts, sha256: whole.digest("hex"), resumed };
}

const isSame = (there: StoredPart | undefined, here: StoredPart): boolean =>
  there !== undefined && there.bytes === here.bytes && there.md5 === here.md5;

const cutSource = (key: string, from: number, wanted: number, came: number): CellarmanError =>
  new CellarmanError("incomplete-read", `${came} of ${wanted} bytes came at ${from} for ${key}`, {
    retryable: true,
    where: key,
  });

/**
 * Asks until the store says yes: a completion that was once asked for may be carried out at any
 * time, and the same request again is answered alike (facts cellar-s3 §0.3).
 */
async function complete(
  cold: LargeCold,
  { key, upload, retry, signal }: LargeUpload,
  parts: readonly StoredPart[],
): Promise<void> {
  await retry(() => cold.completeUpload(key, upload, parts, signal), signal);
}
