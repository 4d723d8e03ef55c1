// What the conformance suite runs on: an endpoint, buckets of its own, and raw signed requests.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect } from "vitest";
import { openClient, type StoreClient } from "../../../src/cellar/client.ts";
import type { StoreAnswer, StoreRequest } from "../../../src/cellar/exchange.ts";
import { errorCodeOf } from "../../../src/cellar/failure.ts";
import { placeOf } from "../../../src/cellar/place.ts";

type Query = Readonly<Record<string, string>>;

interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** An S3 endpoint under test. */
export interface Endpoint extends KeyPair {
  readonly url: string;
  /** Keys of the same account that may only read. */
  readonly reader: KeyPair;
  close(): Promise<void>;
}

/** What a test may send: also what the product cannot express. */
export type TestRequest = Partial<Omit<StoreRequest, "method">> & {
  readonly method?: StoreRequest["method"] | "DELETE";
};

/** Sends a request of any method. */
export const sendAny = (client: StoreClient, request: TestRequest): Promise<StoreAnswer> =>
  client.send({ key: "", ...request, method: (request.method ?? "GET") as StoreRequest["method"] });

/** One bucket, made before the tests of a file's block and emptied after them. */
export interface Ground {
  readonly endpoint: Endpoint;
  readonly bucket: string;
  readonly client: StoreClient;
  /** A signed request on the ground's bucket. */
  readonly send: (request: TestRequest) => Promise<StoreAnswer>;
  put(key: string, body: string | Buffer, headers?: Record<string, string>): Promise<StoreAnswer>;
  get(key: string, headers?: Record<string, string>): Promise<StoreAnswer>;
  readonly ask: (query: Query, method?: TestRequest["method"]) => Promise<StoreAnswer>;
  /** A client with other keys, another clock or another bucket. */
  as(other: Partial<KeyPair> & { skewMs?: number; bucket?: string }): StoreClient;
}

/** Status and S3 error code of an answer, e.g. `404 NoSuchKey`. */
export const verdict = (answer: StoreAnswer): string =>
  `${answer.status} ${errorCodeOf(answer) ?? ""}`.trim();

/**
 * The text of every element of one name in an answer, entities resolved as far as our keys need.
 */
export const texts = (answer: StoreAnswer, name: string): string[] =>
  [...answer.body.toString("utf8").matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(
    ([, text = ""]) =>
      text
        .replaceAll("&quot;", '"')
        .replaceAll("&apos;", "'")
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&amp;", "&"),
  );

/** Prepares a ground around the tests of the enclosing `describe`. */
export function ground(open: () => Promise<Endpoint>): Ground {
  const bucket = `conf-${randomBytes(6).toString("hex")}`;
  let endpoint: Endpoint | undefined;
  let client: StoreClient | undefined;
  const others: StoreClient[] = [];
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("the ground is used before its tests began");
    return value;
  };
  const self: Ground = {
    bucket,
    get endpoint() {
      return there(endpoint);
    },
    get client() {
      return there(client);
    },
    send: (request) => sendAny(there(client), request),
    put: (key, body, headers = {}) =>
      self.send({ method: "PUT", key, body: Buffer.from(body), headers }),
    get: (key, headers = {}) => self.send({ method: "GET", key, headers }),
    ask: (query, method = "GET") => self.send({ method, query }),
    as({ skewMs = 0, ...other }) {
      const { url, accessKeyId, secretAccessKey } = there(endpoint);
      const made = openClient({
        accessKeyId,
        secretAccessKey,
        ...other,
        place: placeOf({ endpoint: url, bucket: other.bucket ?? bucket }),
        clock: { now: () => Date.now() + skewMs },
      });
      others.push(made);
      return made;
    },
  };
  beforeAll(async () => {
    endpoint = await open();
    client = self.as({});
    expect(verdict(await self.send({ method: "PUT" }))).toBe("200");
  });
  afterAll(async () => {
    await emptyBucket(self);
    await Promise.all(others.map((other) => other.close()));
    await endpoint?.close();
  });
  return self;
}

/** Removes every version and every upload, then the bucket. */
async function emptyBucket({ send, ask }: Ground): Promise<void> {
  for (;;) {
    const versions = await ask({ versions: "" });
    const ids = texts(versions, "VersionId");
    const keys = texts(versions, "Key");
    if (keys.length === 0) break;
    const gone = keys.map((key, i) => ({ key, query: { versionId: ids[i] ?? "null" } }));
    await Promise.all(gone.map((one) => send({ method: "DELETE", ...one })));
  }
  const uploads = await ask({ uploads: "" });
  const keys = texts(uploads, "Key");
  for (const [i, uploadId] of texts(uploads, "UploadId").entries()) {
    await send({ method: "DELETE", key: keys[i] ?? "", query: { uploadId } });
  }
  await send({ method: "DELETE" });
}
