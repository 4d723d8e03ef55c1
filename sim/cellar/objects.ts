// PUT, GET, HEAD and DELETE of one object, and DeleteObjects.
import type { CellarMishap } from "./faults.ts";
import {
  document,
  empty,
  escapeXml,
  listOf,
  parsedXml,
  Refusal,
  refused,
  XMLNS,
  type SimAnswer,
  type SimRequest,
} from "./protocol.ts";
import { checkedMd5 } from "./signature.ts";
import type { Bucket, Version } from "./state.ts";

const KEPT =
  /^(content-type|cache-control|content-disposition|content-encoding|content-language|expires|x-amz-meta-.+)$/;

/** The request's headers that a later GET repeats. */
export function keptHeaders(request: SimRequest): Record<string, string> {
  const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && KEPT.test(name)) kept[name] = value;
  }
  return kept;
}

/** Stores bytes as a new version of a key, or does to them what the fault says. */
export function storeObject(
  bucket: Bucket,
  key: string,
  content: { bytes: Buffer; etag: string; headers: Readonly<Record<string, string>> },
  nowMs: number,
  fault: CellarMishap | undefined,
): string {
  const id = bucket.newId();
  if (fault?.kind === "dropped") return id;
  const bytes =
    fault?.kind === "corrupted" ? withOneBitTurned(content.bytes, fault.at) : content.bytes;
  const vanishesAtMs = fault?.kind === "vanish" ? nowMs + (fault.afterMs ?? 0) : Infinity;
  const version = {
    ...content,
    id,
    deleteMarker: false,
    bytes,
    lastModifiedMs: nowMs,
    vanishesAtMs,
  };
  bucket.store(key, version);
  return id;
}

function withOneBitTurned(bytes: Buffer, at = bytes.length >>> 1): Buffer {
  const turned = Buffer.from(bytes);
  if (turned.length > 0) turned[at] = (turned[at] ?? 0) ^ 1;
  return turned;
}

const versionHeader = (bucket: Bucket, id: string): Record<string, string> =>
  bucket.versioning === "Enabled" ? { "x-amz-version-id": id } : {};

/**
 * PutObject. `If-None-Match: *` counts unless the bucket is versioned; checksum headers never do.
 */
export function putObject(
  bucket: Bucket,
  request: SimRequest,
  nowMs: number,
  fault: CellarMishap | undefined,
): SimAnswer {
  const etag = checkedMd5(request);
  if (bucket.versioning !== "Enabled") {
    const there = bucket.current(request.key);
    const ifMatch = request.headers["if-match"];
    const lost =
      (request.headers["if-none-match"] === "*" && there !== undefined) ||
      (ifMatch !== undefined && (!there || !matches(ifMatch, there)));
    if (lost) return refused(412, "PreconditionFailed", bucket.name);
  }
  const content = { bytes: request.body, etag, headers: keptHeaders(request) };
  const id = storeObject(bucket, request.key, content, nowMs, fault);
  return empty(200, {
    ETag: `"${etag}"`,
    "Accept-Ranges": "bytes",
    ...versionHeader(bucket, id),
  });
}

const matches = (header: string, version: Version): boolean =>
  header === "*" || header.replaceAll('"', "") === version.etag;

/**
 * GetObject and HeadObject. `partNumber`, `attributes` and checksum modes are ignored, as Pacific
 * does.
 */
export function getObject(bucket: Bucket, request: SimRequest, nowMs: number): SimAnswer {
  const wanted = request.query.get("versionId");
  const found =
    wanted === undefined
      ? bucket.current(request.key)
      : bucket.versionsOf(request.key).find((one) => one.id === wanted && !one.deleteMarker);
  const isHead = request.method === "HEAD";
  if (!found || (!isHead && nowMs >= found.vanishesAtMs)) {
    return refused(404, "NoSuchKey", bucket.name);
  }
  const ifMatch = request.headers["if-match"];
  if (ifMatch !== undefined && !matches(ifMatch, found)) {
    return refused(412, "PreconditionFailed", bucket.name);
  }
  const ifNoneMatch = request.headers["if-none-match"];
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, found)) {
    return { ...empty(304), headers: {} };
  }
  const headers: Record<string, string | number> = {
    "Accept-Ranges": "bytes",
    "Last-Modified": new Date(found.lastModifiedMs).toUTCString(),
    "x-rgw-object-type": "Normal",
    ETag: `"${found.etag}"`,
    ...(found.id === "null" ? {} : versionHeader(bucket, found.id)),
    ...found.headers,
  };
  return ranged(found.bytes, request.headers["range"], headers);
}

function ranged(
  bytes: Buffer,
  range: string | undefined,
  headers: Record<string, string | number>,
): SimAnswer {
  if (range === undefined) {
    return { status: 200, headers: { ...headers, "Content-Length": bytes.length }, body: bytes };
  }
  const form = /^bytes=(\d*)-(\d*)$/.exec(range);
  const [, from = "", to = ""] = form ?? [];
  const suffix = from === "" ? Number(to) : undefined;
  const start = suffix === undefined ? Number(from) : Math.max(0, bytes.length - suffix);
  const last = suffix !== undefined || to === "" ? bytes.length - 1 : Number(to);
  const end = Math.min(last, bytes.length - 1);
  if (!form || (from === "" && to === "") || start > end) throw new Refusal(416, "InvalidRange");
  const body = bytes.subarray(start, end + 1);
  const more = {
    "Content-Length": body.length,
    "Content-Range": `bytes ${start}-${end}/${bytes.length}`,
  };
  return { status: 206, headers: { ...headers, ...more }, body };
}

/** DeleteObject: 204 whether there was one or not; a marker in a versioned bucket. */
export function deleteObject(
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  nowMs: number,
): SimAnswer {
  if (versionId !== undefined) {
    const gone = bucket.removeVersion(key, versionId);
    const marker = gone?.deleteMarker ? { "x-amz-delete-marker": "true" } : {};
    return empty(204, { "x-amz-version-id": versionId, ...marker });
  }
  if (bucket.versioning === "off") {
    bucket.removeVersion(key, "null");
    return empty(204);
  }
  const id = bucket.newId();
  bucket.store(key, {
    id,
    deleteMarker: true,
    bytes: Buffer.alloc(0),
    etag: "",
    lastModifiedMs: nowMs,
    headers: {},
    vanishesAtMs: Infinity,
  });
  return empty(204, { "x-amz-version-id": id, "x-amz-delete-marker": "true" });
}

/** DeleteObjects: names what it deleted, absent keys too, unless asked to be quiet. */
export function deleteObjects(bucket: Bucket, request: SimRequest, nowMs: number): SimAnswer {
  const wanted = parsedXml(request.body, "Delete");
  const lines = listOf(wanted["Object"]).map((one) => {
    const key = String(one["Key"]);
    const version = one["VersionId"];
    deleteObject(bucket, key, typeof version === "string" ? version : undefined, nowMs);
    return `<Deleted><Key>${escapeXml(key)}</Key></Deleted>`;
  });
  const shown = String(wanted["Quiet"]) === "true" ? "" : lines.join("");
  return document(`<DeleteResult ${XMLNS}>${shown}</DeleteResult>`, true);
}
