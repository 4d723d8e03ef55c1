// The port `LargeCold` over S3, as far as Ceph Pacific can be trusted (facts cellar-s3 §2). What a
// completion answers is no proof: its ETag may be empty. The read-back is the judge.
import { hash } from "node:crypto";
import { parseXML } from "@aws-sdk/xml-builder";
import { CellarmanError } from "../runtime/errors.ts";
import type { StoreClient } from "./client.ts";
import type { StoreAnswer, StoreRequest } from "./exchange.ts";
import { errorCodeOf, failureOf } from "./failure.ts";
import type { LargeCold, StoredPart } from "./large.ts";
import { checkedKey } from "./place.ts";

/** The large objects of a client's bucket. */
export function largeObjects(client: StoreClient): LargeCold {
  return {
    getRange: async (key, from, length, signal) => {
      const range = `bytes=${from}-${from + length - 1}`;
      const request = { method: "GET", key, headers: { range }, signal } as const;
      const { answer, where } = await ask(client, request, [206, 404]);
      if (answer.status === 404) return absent(client, request, answer, where);
      return { bytes: answer.body, total: totalOf(answer, from, length, where) };
    },
    beginUpload: async (key, signal) => {
      const request = { method: "POST", key, query: { uploads: "" }, signal } as const;
      const { answer, where } = await ask(client, request, [200]);
      const id: unknown = fieldsOf(answer, "InitiateMultipartUploadResult", where)["UploadId"];
      if (typeof id === "string" && id !== "") return id;
      throw odd(where, "names no upload");
    },
    putPart: async (key, upload, number, bytes, signal) => {
      const request = {
        method: "PUT",
        key,
        query: { partNumber: String(number), uploadId: upload },
        headers: { "content-md5": hash("md5", bytes, "base64") },
        body: bytes,
        signal,
      } as const;
      await ask(client, request, [200]);
    },
    listParts: (key, upload, signal) => allParts(client, key, upload, signal),
    completeUpload: async (key, upload, parts, signal) => {
      const body = Buffer.from(completionOf(parts), "utf8");
      const request = { method: "POST", key, query: { uploadId: upload }, body, signal } as const;
      await ask(client, request, [200]);
    },
  };
}

interface Asked {
  readonly answer: StoreAnswer;
  readonly where: string;
}

/** Sends a request whose key is relative to the prefix; throws unless the answer is as expected. */
async function ask(
  client: StoreClient,
  request: StoreRequest,
  expected: readonly number[],
): Promise<Asked> {
  const key = checkedKey(client.place.prefix + checkedKey(request.key));
  const where = `${client.place.origin}/${client.place.bucket}/${key}`;
  const answer = await client.send({ ...request, key });
  // A success that says <Error> is none: a completion may (facts cellar-s3 §2). Bytes of an object
  // come with 206.
  const refused = answer.status === 200 && answer.body.includes("<Error");
  if (refused || !expected.includes(answer.status)) {
    throw failureOf(request, where, answer, client.now());
  }
  return { answer, where };
}

function absent(
  client: StoreClient,
  request: StoreRequest,
  answer: StoreAnswer,
  where: string,
): undefined {
  if (errorCodeOf(answer) === "NoSuchKey") return undefined;
  throw failureOf(request, where, answer, client.now());
}

/** The whole object's length out of `Content-Range`; the bytes must be just those asked for. */
function totalOf(answer: StoreAnswer, from: number, length: number, where: string): number {
  const [, start, end, total] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers["content-range"] ?? "") ?? [];
  const last = Math.min(from + length, Number(total)) - 1;
  const isAsked =
    Number(start) === from && Number(end) === last && answer.body.length === last - from + 1;
  if (isAsked) return Number(total);
  throw new CellarmanError("incomplete-read", `${where} came in another range than asked for`, {
    retryable: true,
    where,
  });
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fieldsOf(answer: StoreAnswer, root: string, where: string): Fields {
  try {
    const fields: unknown = parseXML(answer.body.toString("utf8"))?.[root];
    if (isFields(fields)) return fields;
  } catch {
    // Said below.
  }
  throw odd(where, `is no ${root}`);
}

const odd = (where: string, why: string): CellarmanError =>
  new CellarmanError("unreadable", `the store's answer for ${where} ${why}`, {
    retryable: true,
    where,
  });

async function allParts(
  client: StoreClient,
  key: string,
  upload: string,
  signal: AbortSignal | undefined,
): Promise<readonly StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  let after = 0;
  for (;;) {
    const query = { uploadId: upload, "part-number-marker": String(after) };
    const request = { method: "GET", key, query, signal } as const;
    const { answer, where } = await ask(client, request, [200, 404]);
    if (answer.status === 404) {
      // Of an upload that is no more, Ceph says NoSuchKey (facts cellar-s3 §2).
      if (/^NoSuch(Key|Upload)$/.test(errorCodeOf(answer) ?? "")) return undefined;
      throw failureOf(request, where, answer, client.now());
    }
    const fields = fieldsOf(answer, "ListPartsResult", where);
    const page = partsOf(fields, where);
    const first = page[0]?.number ?? after + 1;
    if (first <= after) throw odd(where, "lists parts out of order");
    parts.push(...page);
    if (fields["IsTruncated"] !== "true") return parts;
    const last = page.at(-1)?.number;
    if (last === undefined) throw odd(where, "goes on, but does not say from where");
    after = last;
  }
}

function partsOf(fields: Fields, where: string): StoredPart[] {
  const listed = fields["Part"] ?? [];
  const entries: unknown[] = Array.isArray(listed) ? listed : [listed];
  return entries.map((entry) => {
    const { PartNumber: number, Size: size, ETag: etag } = isFields(entry) ? entry : {};
    const md5 = String(etag).replaceAll(/"|&quot;/g, "");
    if (!/^\d+$/.test(String(number)) || !/^\d+$/.test(String(size))) {
      throw odd(where, "lists a part without number or size");
    }
    return { number: Number(number), bytes: Number(size), md5 };
  });
}

const completionOf = (parts: readonly StoredPart[]): string =>
  `<CompleteMultipartUpload>${parts
    .map(
      ({ number, md5 }) => `<Part><PartNumber>${number}</PartNumber><ETag>"${md5}"</ETag></Part>`,
    )
    .join("")}</CompleteMultipartUpload>`;
