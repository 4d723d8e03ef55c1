// Listings: objects (both versions of the call) and object versions.
import type { CellarMishap } from "./faults.ts";
import {
  document,
  escapeXml,
  Refusal,
  XMLNS,
  type SimAnswer,
  type SimRequest,
} from "./protocol.ts";
import { byUtf8, type Bucket, type Version } from "./state.ts";

const OWNER = "<Owner><ID>cellarman</ID><DisplayName>cellarman</DisplayName></Owner>";

/** A number from the query as the gateway reads it; at most 1,000. */
export function pageSize(request: SimRequest, name: string): number {
  const given = request.query.get(name);
  if (given === undefined) return 1000;
  if (!/^-?\d+$/.test(given)) throw new Refusal(400, "InvalidArgument");
  return Math.max(0, Math.min(1000, Number(given)));
}

interface Page {
  readonly entries: readonly (readonly [string, Version])[];
  readonly prefixes: readonly string[];
  /** The last key or common prefix of a page that is not the last. */
  readonly next: string | undefined;
}

interface Wanted {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only what comes after it. */
  readonly after: string;
  readonly size: number;
  /** Whether an object is listed. */
  readonly shown: (version: Version) => boolean;
}

/** One page, folding what shares a prefix up to the delimiter. */
function page(bucket: Bucket, wanted: Wanted): Page {
  const { prefix, delimiter, after, size, shown } = wanted;
  const entries: [string, Version][] = [];
  const prefixes: string[] = [];
  const keys = bucket.keys.all;
  let last: string | undefined;
  if (size === 0) return { entries, prefixes, next: undefined };
  for (let at = bucket.keys.from(byUtf8(after, prefix) > 0 ? after : prefix); ; at += 1) {
    const key = keys[at];
    if (key === undefined || !key.startsWith(prefix)) return { entries, prefixes, next: undefined };
    if (after !== "" && byUtf8(key, after) <= 0) continue;
    const version = bucket.current(key);
    if (!version || !shown(version)) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const folded = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    // A page that ended with a common prefix goes on behind everything under it.
    if (folded !== undefined && (folded === last || folded === after)) continue;
    if (entries.length + prefixes.length === size) return { entries, prefixes, next: last };
    if (folded === undefined) entries.push([key, version]);
    else prefixes.push(folded);
    last = folded ?? key;
  }
}

function encoder(request: SimRequest): (key: string) => string {
  if (request.query.get("encoding-type") !== "url") return escapeXml;
  return (key) => escapeXml(encodeURIComponent(key).replaceAll("%24", "$").replaceAll("%7C", "|"));
}

function contents(page_: Page, encode: (key: string) => string, owner: string): string {
  const folders = page_.prefixes.map(
    (prefix) => `<CommonPrefixes><Prefix>${encode(prefix)}</Prefix></CommonPrefixes>`,
  );
  const objects = page_.entries.map(
    ([key, version]) =>
      `<Contents><Key>${encode(key)}</Key>${facts(version)}${owner}<Type>Normal</Type></Contents>`,
  );
  return folders.join("") + objects.join("");
}

const facts = (version: Version): string =>
  `<LastModified>${new Date(version.lastModifiedMs).toISOString()}</LastModified>` +
  `<ETag>&quot;${version.etag}&quot;</ETag><Size>${version.bytes.length}</Size>` +
  `<StorageClass>STANDARD</StorageClass>`;

/**
 * ListObjectsV2 with `list-type=2`, else ListObjects. Tokens are keys in the clear, as Pacific's
 * are.
 */
export function listObjects(
  bucket: Bucket,
  request: SimRequest,
  nowMs: number,
  fault: CellarMishap | undefined,
): SimAnswer {
  const { query } = request;
  const isV2 = query.get("list-type") === "2";
  const size = pageSize(request, "max-keys");
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? "";
  const after = isV2 ? (token ?? startAfter) : (query.get("marker") ?? "");
  const newestMs = fault?.kind === "list-stale" ? nowMs - fault.staleMs : Infinity;
  const shown = (version: Version): boolean => version.lastModifiedMs <= newestMs;
  const found = strickenPage(page(bucket, { prefix, delimiter, after, size, shown }), fault);
  const truncated = found.next !== undefined || fault?.kind === "list-without-token";
  const encode = encoder(request);
  const owner = !isV2 || query.get("fetch-owner") === "true" ? OWNER : "";
  const next = found.next === undefined ? "" : escapeXml(found.next);
  const tail = isV2
    ? tag("ContinuationToken", token) +
      (next && `<NextContinuationToken>${next}</NextContinuationToken>`) +
      `<KeyCount>${found.entries.length + found.prefixes.length}</KeyCount>` +
      (startAfter && tag("StartAfter", startAfter))
    : `<Marker>${escapeXml(after)}</Marker>${next && `<NextMarker>${next}</NextMarker>`}`;
  return document(
    `<ListBucketResult ${XMLNS}>` +
      (query.get("encoding-type") === "url" ? "<EncodingType>url</EncodingType>" : "") +
      `<Name>${bucket.name}</Name><Prefix>${escapeXml(prefix)}</Prefix>` +
      `<MaxKeys>${size}</MaxKeys>${delimiter && tag("Delimiter", delimiter)}` +
      `<IsTruncated>${truncated}</IsTruncated>${contents(found, encode, owner)}${tail}` +
      `</ListBucketResult>`,
    true,
  );
}

const tag = (name: string, text: string | undefined): string =>
  text === undefined ? "" : `<${name}>${escapeXml(text)}</${name}>`;

function strickenPage(whole: Page, fault: CellarMishap | undefined): Page {
  if (fault?.kind === "list-without-token") return { ...whole, next: undefined };
  if (fault?.kind !== "list-short") return whole;
  const entries = whole.entries.slice(0, whole.entries.length >>> 1);
  return { entries, prefixes: whole.prefixes, next: undefined };
}

/**
 * ListObjectVersions: everything under a prefix in one page (nothing of ours pages through
 * versions).
 */
export function listVersions(bucket: Bucket, request: SimRequest): SimAnswer {
  const prefix = request.query.get("prefix") ?? "";
  const encode = encoder(request);
  const lines: string[] = [];
  for (let at = bucket.keys.from(prefix); ; at += 1) {
    const key = bucket.keys.all[at];
    if (key === undefined || !key.startsWith(prefix)) break;
    for (const [i, version] of bucket.versionsOf(key).entries()) {
      const kind = version.deleteMarker ? "DeleteMarker" : "Version";
      lines.push(
        `<${kind}><Key>${encode(key)}</Key><VersionId>${version.id}</VersionId>` +
          `<IsLatest>${i === 0}</IsLatest>${facts(version)}${OWNER}</${kind}>`,
      );
    }
  }
  return document(
    `<ListVersionsResult ${XMLNS}><Name>${bucket.name}</Name><Prefix>${escapeXml(prefix)}</Prefix>` +
      `<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><KeyMarker></KeyMarker>` +
      `<VersionIdMarker></VersionIdMarker>${lines.join("")}</ListVersionsResult>`,
    true,
  );
}
