// The words that the stand-in's parts share: requests, answers, errors, operations, faults,
// credentials.
import { parseXML } from "@aws-sdk/xml-builder";

/** What a request asks for, by S3's own names. */
export type Operation =
  | "ListBuckets"
  | "CreateBucket"
  | "HeadBucket"
  | "DeleteBucket"
  | "ListObjects"
  | "ListObjectVersions"
  | "GetBucketVersioning"
  | "PutBucketVersioning"
  | "GetBucketLifecycle"
  | "PutBucketLifecycle"
  | "DeleteBucketLifecycle"
  | "GetBucketLocation"
  | "GetBucketPolicy"
  | "DeleteObjects"
  | "PutObject"
  | "GetObject"
  | "HeadObject"
  | "DeleteObject"
  | "CreateMultipartUpload"
  | "UploadPart"
  | "ListParts"
  | "ListMultipartUploads"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload";

/** A request, read in full. */
export interface SimRequest {
  readonly operation: Operation;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** Percent-encoded path and query as they came. */
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface SimAnswer {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly body: Buffer;
  /** Sent without Content-Length, as the gateway sends its listings. */
  readonly chunked?: boolean;
}

/** What credentials may allow. "configure" is everything about the bucket itself. */
export type Action = "get" | "list" | "put" | "delete" | "configure";

/**
 * Actions, on keys with one of these prefixes (on all when left out; listing a bucket has no key).
 */
export interface Grant {
  readonly actions: readonly Action[];
  readonly prefixes?: readonly string[];
}

/** A key pair and what it may do; everything when `grants` is left out. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly grants?: readonly Grant[];
}

/** Reads everything, writes nothing. */
export const READ_ONLY: readonly Grant[] = [{ actions: ["get", "list"] }];

/** A refusal, by S3's error code. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message = "") {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const NO_BODY = Buffer.alloc(0);
const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text as the gateway escapes it: five entities, and control characters as references. */
export const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (c) => {
    return ENTITIES[c] ?? `&#x${c.charCodeAt(0).toString(16).padStart(2, "0")};`;
  });

/** An answer without a body. */
export const empty = (
  status: number,
  headers: Record<string, string | number> = {},
): SimAnswer => ({
  status,
  headers: status === 200 ? { "Content-Length": 0, ...headers } : headers,
  body: NO_BODY,
});

/** A 200 with a document; listings go out chunked. */
export function document(xml: string, chunked = false): SimAnswer {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${xml}`);
  const headers: Record<string, string | number> = { "Content-Type": "application/xml" };
  if (!chunked) headers["Content-Length"] = body.length;
  return { status: 200, headers, body, chunked };
}

/** An error as the gateway words it. */
export function refused(status: number, code: string, bucket: string, message = ""): SimAnswer {
  const name = bucket === "" ? "" : `<BucketName>${escapeXml(bucket)}</BucketName>`;
  const xml = `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message>${name}</Error>`;
  const answer = document(xml);
  return { ...answer, status, headers: { ...answer.headers, "Accept-Ranges": "bytes" } };
}

/** A request's document, or 400 MalformedXML. */
export function parsedXml(body: Buffer, root: string): Record<string, unknown> {
  try {
    const value: unknown = parseXML(body.toString("utf8"))?.[root];
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through: what does not parse is malformed.
  }
  throw new Refusal(400, "MalformedXML");
}

/** The elements of one name as a list: none, one or many. */
export function listOf(value: unknown): Record<string, unknown>[] {
  const all: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.filter((one): one is Record<string, unknown> => typeof one === "object");
}
