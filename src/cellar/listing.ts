// One page of ListObjectsV2, read strictly: what is not plainly whole is no listing (reliability
// B8, C10).
import { parseXML } from "@aws-sdk/xml-builder";
import { CellarmanError } from "../runtime/errors.ts";
import type { Listed } from "./cold.ts";

/** One page, and where the next one begins; keys are whole keys, prefix included. */
export interface ListingPage {
  readonly objects: readonly Listed[];
  readonly next: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a page that was asked for with `encoding-type=url` and without delimiter. Throws
 * "unreadable" for what is no listing, "incomplete-read" for one that contradicts itself. Both
 * retryable: what was cut or garbled once need not be so again.
 */
export function readPage(body: Buffer, where: string): ListingPage {
  const refuse = (code: "unreadable" | "incomplete-read", why: string, cause?: unknown) =>
    new CellarmanError(code, `the listing of ${where} ${why}`, { retryable: true, where, cause });
  let root: unknown;
  try {
    // Throws on a document that ends early: chunked answers have no length to hold them against.
    root = parseXML(body.toString("utf8"))?.ListBucketResult;
  } catch (cause) {
    throw refuse("unreadable", "does not parse", cause);
  }
  if (!isFields(root)) throw refuse("unreadable", "is no ListBucketResult");
  const contents = root["Contents"] ?? [];
  const entries: unknown[] = Array.isArray(contents) ? contents : [contents];
  const isEncoded = root["EncodingType"] === "url";
  const objects = entries.map((entry) => {
    const object = isFields(entry) ? readEntry(entry, isEncoded) : undefined;
    if (!object) throw refuse("unreadable", "holds an entry without key, size or time");
    return object;
  });
  const { IsTruncated: truncated, KeyCount: count, NextContinuationToken: next } = root;
  if (truncated !== "true" && truncated !== "false") {
    throw refuse("unreadable", "does not say whether it is whole");
  }
  if (count !== undefined && count !== String(objects.length)) {
    throw refuse("incomplete-read", `holds ${objects.length} keys, which is not its own count`);
  }
  if (truncated === "false") return { objects, next: undefined };
  if (typeof next !== "string" || next === "") {
    throw refuse("incomplete-read", "goes on, but does not say from where");
  }
  return { objects, next };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readEntry(entry: Fields, isEncoded: boolean): Listed | undefined {
  const { Key: key, Size: size, LastModified: modified } = entry;
  if (typeof key !== "string" || typeof size !== "string" || !/^\d+$/.test(size)) return undefined;
  const lastModifiedMs = typeof modified === "string" ? Date.parse(modified) : Number.NaN;
  if (!Number.isFinite(lastModifiedMs)) return undefined;
  const bytes = Number(size);
  if (!isEncoded) return { key, bytes, lastModifiedMs };
  try {
    // AWS writes a blank as "+"; Ceph as "%20", and a plus always as "%2B".
    return { key: decodeURIComponent(key.replaceAll("+", " ")), bytes, lastModifiedMs };
  } catch {
    return undefined;
  }
}
