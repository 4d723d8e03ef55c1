// The bucket over S3: the port `Cold`, as far as Ceph Pacific can be trusted (facts cellar-s3 §0,
// §2).
//
// A put whose answer is lost may have been carried out. Nothing here repeats it: it throws,
// retryable, and a caller that repeats it with the same key may be told "blocked" about its own
// bytes. How callers resolve that: data, manifests and seals take a fresh random key for each try,
// and are read back; numbered records are read back by GET, and whoever finds bytes that are not
// its own takes the next number. GET is the judge, never the put's answer.
import { hash } from "node:crypto";
import type { Clock } from "../runtime/clock.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { openClient, type StoreClient } from "./client.ts";
import type { Cold, Found, Listed, PutOptions } from "./cold.ts";
import type { StoreAnswer } from "./exchange.ts";
import { dateMsOf, errorCodeOf, failureOf } from "./failure.ts";
import type { LargeCold } from "./large.ts";
import { readPage } from "./listing.ts";
import { compareKeys } from "./order.ts";
import { checkedKey, placeOf } from "./place.ts";
import { largeObjects } from "./s3-large.ts";
import { OBJECT_BYTES_MAX } from "./whole-answer.ts";

export interface CellarOptions {
  /** `https://host`, or a bare host. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Folder within the bucket; none when left out. */
  readonly prefix?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Signs with this time. */
  readonly clock: Pick<Clock, "now">;
  /** Longest silence before a call counts as stalled, ms; a minute when left out. */
  readonly stallMs?: number;
  /** Connections at most; 32 when left out. */
  readonly connections?: number;
}

/** The bucket with its large objects, and the end of its connections. */
export interface Cellar extends Cold {
  readonly large: LargeCold;
  close(): Promise<void>;
}

/** Opens the bucket; nothing is sent yet. Throws code "usage" for a place that is none. */
export function openCellar(options: CellarOptions): Cellar {
  const client = openClient({ ...options, place: placeOf(options) });
  return {
    put: (key, bytes, put) => putObject(client, key, bytes, put),
    get: (key, signal) => getObject(client, key, signal),
    list: (prefix, signal) => listObjects(client, prefix, signal),
    nowMs: (signal) => storeTime(client, signal),
    large: largeObjects(client),
    close: () => client.close(),
  };
}

const whereOf = (client: StoreClient, key: string): string =>
  `${client.place.origin}/${client.place.bucket}/${key}`;

async function putObject(
  client: StoreClient,
  name: string,
  bytes: Uint8Array,
  options: PutOptions = {},
): Promise<void> {
  const key = client.place.prefix + checkedKey(name);
  const where = whereOf(client, key);
  if (bytes.length > OBJECT_BYTES_MAX) {
    throw new CellarmanError("limit", `${bytes.length} bytes are too many for one object`, {
      where,
      hint: "Write objects of at most 64 MiB.",
    });
  }
  const request = {
    method: "PUT",
    key: checkedKey(key),
    headers: {
      "content-md5": hash("md5", bytes, "base64"),
      "content-type": options.contentType ?? "application/octet-stream",
      "if-none-match": "*",
    },
    body: bytes,
    signal: options.signal,
  } as const;
  const answer = await client.send(request);
  // A success has no body; one that says <Error> is none.
  if (answer.status !== 200 || answer.body.includes("<Error")) {
    throw failureOf(request, where, answer, client.now());
  }
}

async function getObject(
  client: StoreClient,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Found | undefined> {
  const request = { method: "GET", key: client.place.prefix + checkedKey(name), signal } as const;
  const where = whereOf(client, request.key);
  const answer = await client.send(request);
  if (answer.status === 404 && errorCodeOf(answer) === "NoSuchKey") return undefined;
  if (answer.status !== 200) throw failureOf(request, where, answer, client.now());
  return { bytes: answer.body, lastModifiedMs: lastModifiedOf(answer, where) };
}

function lastModifiedOf(answer: StoreAnswer, where: string): number {
  const lastModifiedMs = Date.parse(answer.headers["last-modified"] ?? "");
  // Only the object itself comes with both: a proxy's page, or a body without end mark, is not it.
  if (Number.isFinite(lastModifiedMs) && answer.headers["content-length"] !== undefined) {
    return lastModifiedMs;
  }
  throw new CellarmanError("incomplete-read", `${where} came without its length or its time`, {
    retryable: true,
    where,
    hint: "Look for a proxy between here and the store.",
  });
}

async function* listObjects(
  client: StoreClient,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Listed> {
  const { place } = client;
  const whole = place.prefix + prefix;
  const where = whereOf(client, whole);
  let last: string | undefined;
  let token: string | undefined;
  do {
    const more: Record<string, string> = token === undefined ? {} : { "continuation-token": token };
    const query = { "encoding-type": "url", "list-type": "2", prefix: whole, ...more };
    const request = { method: "GET", key: "", query, signal } as const;
    const answer = await client.send(request);
    if (answer.status !== 200) throw failureOf(request, where, answer, client.now());
    const page = readPage(answer.body, where);
    for (const object of page.objects) {
      // Pages that repeat, skip back or stray are not the listing that was asked for.
      const strays = last !== undefined && compareKeys(last, object.key) >= 0;
      if (strays || !object.key.startsWith(whole)) throw outOfOrder(where, object.key);
      last = object.key;
      yield { ...object, key: object.key.slice(place.prefix.length) };
    }
    if (token !== undefined && page.next === token) throw outOfOrder(where, token);
    token = page.next;
  } while (token !== undefined);
}

const outOfOrder = (where: string, key: string): CellarmanError =>
  new CellarmanError("incomplete-read", `the listing of ${where} is out of order at ${key}`, {
    retryable: true,
    where,
  });

/** The store's clock: the Date of an answer that is the store's own. */
async function storeTime(client: StoreClient, signal: AbortSignal | undefined): Promise<number> {
  const { prefix } = client.place;
  const query = { "list-type": "2", "max-keys": "0", prefix };
  const request = { method: "GET", key: "", query, signal } as const;
  const where = whereOf(client, prefix);
  const answer = await client.send(request);
  if (answer.status !== 200) throw failureOf(request, where, answer, client.now());
  const ms = dateMsOf(answer);
  if (ms !== undefined) return ms;
  throw new CellarmanError("incomplete-read", `the store's answer for ${where} has no Date`, {
    retryable: true,
    where,
  });
}
