// Multipart uploads as Pacific has them: its odd answers included (facts cellar-s3 §2).
import type { CellarMishap } from "./faults.ts";
import { createHash, randomBytes } from "node:crypto";
import { pageSize } from "./listing.ts";
import { keptHeaders, storeObject } from "./objects.ts";
import {
  document,
  empty,
  escapeXml,
  listOf,
  parsedXml,
  Refusal,
  XMLNS,
  type SimAnswer,
  type SimRequest,
} from "./protocol.ts";
import { checkedMd5 } from "./signature.ts";
import type { Bucket, Part, Upload } from "./state.ts";

const PART_BYTES_MIN = 5 * 1024 * 1024;
/** How long Pacific's garbage collector leaves the parts of a lost object alone: 2 h. */
const GC_WAIT_MS = 2 * 3_600_000;

/** CreateMultipartUpload. */
export function createUpload(bucket: Bucket, request: SimRequest, nowMs: number): SimAnswer {
  const id = `2~${randomBytes(24).toString("base64url").slice(0, 31)}`;
  bucket.uploads.set(id, {
    id,
    key: request.key,
    parts: new Map(),
    headers: keptHeaders(request),
    initiatedMs: nowMs,
    completing: false,
    aborted: false,
  });
  return document(
    `<InitiateMultipartUploadResult ${XMLNS}>${names(bucket, request.key)}` +
      `<UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
  );
}

const names = (bucket: Bucket, key: string): string =>
  `<Bucket>${bucket.name}</Bucket><Key>${escapeXml(key)}</Key>`;

function uploadOf(bucket: Bucket, request: SimRequest): Upload | undefined {
  const upload = bucket.uploads.get(request.query.get("uploadId") ?? "");
  return upload?.key === request.key ? upload : undefined;
}

/** UploadPart: the last one of a number wins. Any whole number is taken; 0 is not kept. */
export function uploadPart(bucket: Bucket, request: SimRequest, nowMs: number): SimAnswer {
  const number = request.query.get("partNumber") ?? "";
  if (!/^\d+$/.test(number)) throw new Refusal(400, "InvalidArgument");
  const upload = uploadOf(bucket, request);
  if (!upload) throw new Refusal(404, "NoSuchUpload");
  const etag = checkedMd5(request);
  const part: Part = {
    bytes: request.body,
    etag,
    lastModifiedMs: nowMs,
  };
  if (Number(number) > 0) upload.parts.set(Number(number), part);
  return empty(200, { ETag: `"${part.etag}"`, "Accept-Ranges": "bytes" });
}

const inOrder = (upload: Upload): [number, Part][] =>
  [...upload.parts].toSorted(([a], [b]) => a - b);

/** ListParts; of an upload that is no more: 404 NoSuchKey, not NoSuchUpload. */
export function listParts(bucket: Bucket, request: SimRequest): SimAnswer {
  const upload = uploadOf(bucket, request);
  if (!upload) throw new Refusal(404, "NoSuchKey");
  const size = pageSize(request, "max-parts");
  const marker = Number(request.query.get("part-number-marker") ?? 0);
  const left = inOrder(upload).filter(([number]) => number > marker);
  const shown = left.slice(0, size);
  const lines = shown.map(
    ([number, part]) =>
      `<Part><LastModified>${new Date(part.lastModifiedMs).toISOString()}</LastModified>` +
      `<PartNumber>${number}</PartNumber><ETag>&quot;${part.etag}&quot;</ETag>` +
      `<Size>${part.bytes.length}</Size></Part>`,
  );
  return document(
    `<ListPartsResult ${XMLNS}>${names(bucket, upload.key)}<UploadId>${upload.id}</UploadId>` +
      `<StorageClass>STANDARD</StorageClass><PartNumberMarker>${marker}</PartNumberMarker>` +
      `<NextPartNumberMarker>${shown.at(-1)?.[0] ?? 0}</NextPartNumberMarker>` +
      `<MaxParts>${size}</MaxParts><IsTruncated>${shown.length < left.length}</IsTruncated>` +
      `${lines.join("")}</ListPartsResult>`,
    true,
  );
}

/** ListMultipartUploads under a prefix, in one page. */
export function listUploads(bucket: Bucket, request: SimRequest): SimAnswer {
  const prefix = request.query.get("prefix") ?? "";
  const lines = [...bucket.uploads.values()]
    .filter((upload) => upload.key.startsWith(prefix))
    .map(
      (upload) =>
        `<Upload><Key>${escapeXml(upload.key)}</Key><UploadId>${upload.id}</UploadId>` +
        `<Initiated>${new Date(upload.initiatedMs).toISOString()}</Initiated></Upload>`,
    );
  return document(
    `<ListMultipartUploadsResult ${XMLNS}><Bucket>${bucket.name}</Bucket>` +
      `${prefix && `<Prefix>${escapeXml(prefix)}</Prefix>`}<MaxUploads>1000</MaxUploads>` +
      `<IsTruncated>false</IsTruncated>${lines.join("")}</ListMultipartUploadsResult>`,
    true,
  );
}

/**
 * AbortMultipartUpload. Sent while a completion runs, it answers 204, and the object dies later.
 */
export function abortUpload(bucket: Bucket, request: SimRequest): SimAnswer {
  const upload = uploadOf(bucket, request);
  if (!upload) throw new Refusal(404, "NoSuchUpload");
  if (upload.completing) upload.aborted = true;
  else bucket.uploads.delete(upload.id);
  return empty(204);
}

interface Named {
  readonly number: number;
  readonly etag: string;
}

function namedParts(body: Buffer): Named[] {
  const parts = listOf(parsedXml(body, "CompleteMultipartUpload")["Part"]).map((part) => ({
    number: Number(part["PartNumber"]),
    etag: String(part["ETag"]).replaceAll('"', ""),
  }));
  if (parts.length === 0 || parts.some(({ number }) => !Number.isInteger(number))) {
    throw new Refusal(400, "MalformedXML");
  }
  return parts.toSorted((a, b) => a.number - b.number);
}

/** md5 of the parts' MD5s, with their number. */
function compositeEtag(parts: readonly Named[]): string {
  const md5 = createHash("md5");
  for (const { etag } of parts) md5.update(etag, "hex");
  return `${md5.digest("hex")}-${parts.length}`;
}

const completed = (bucket: Bucket, key: string, etag: string): SimAnswer =>
  document(
    `<CompleteMultipartUploadResult ${XMLNS}><Location>localhost/${bucket.name}/${escapeXml(key)}` +
      `</Location>${names(bucket, key)}<ETag>${etag}</ETag></CompleteMultipartUploadResult>`,
  );

/**
 * CompleteMultipartUpload. Pacific's first 200 has an empty ETag; a repetition, or any call whose
 * parts make up the object that is there, answers 200 with it; any other call without upload is
 * "already in progress".
 */
export async function completeUpload(
  bucket: Bucket,
  request: SimRequest,
  now: () => number,
  fault: CellarMishap | undefined,
): Promise<SimAnswer> {
  const named = namedParts(request.body);
  const upload = uploadOf(bucket, request);
  if (!upload || upload.completing) {
    const etag = compositeEtag(named);
    const there = upload ? undefined : bucket.current(request.key);
    if (there?.etag === etag) return completed(bucket, request.key, etag);
    throw new Refusal(500, "InternalError", "This multipart completion is already in progress");
  }
  const parts = chosenParts(upload, named);
  if (fault?.kind === "slow-complete") {
    upload.completing = true;
    await new Promise((resolve) => setTimeout(resolve, fault.ms));
  }
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  const content = { bytes, etag: compositeEtag(named), headers: upload.headers };
  const lost: CellarMishap | undefined = upload.aborted
    ? { kind: "vanish", afterMs: GC_WAIT_MS }
    : fault;
  storeObject(bucket, upload.key, content, now(), lost);
  bucket.uploads.delete(upload.id);
  return completed(bucket, upload.key, "");
}

/**
 * The upload's parts, or the refusal: every part must be named (a subset is not enough), none but
 * the last small.
 */
function chosenParts(upload: Upload, named: readonly Named[]): Part[] {
  const have = inOrder(upload);
  if (have.length !== named.length) throw new Refusal(400, "InvalidPart");
  return have.map(([number, part], i) => {
    const isLast = i === have.length - 1;
    if (!isLast && part.bytes.length < PART_BYTES_MIN) throw new Refusal(400, "EntityTooSmall");
    const wanted = named[i];
    if (wanted?.number !== number || wanted.etag !== part.etag) {
      throw new Refusal(400, "InvalidPart");
    }
    return part;
  });
}
