// Checks a request as the gateway does: who signed it, when, and whether they may (facts cellar-s3
// §2).
import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from "node:crypto";
import {
  Refusal,
  type Action,
  type Credential,
  type Operation,
  type SimRequest,
} from "./protocol.ts";

const SKEW_MAX_MS = 15 * 60_000;
const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request,\s*SignedHeaders=([\w;.-]+),\s*Signature=([0-9a-f]{64})$/;

const hmac = (key: string | Buffer | KeyObject, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

const recode = (text: string): string =>
  encodeURIComponent(decodeURIComponent(text)).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Verifies signatures; keeps each day's key, which costs four HMACs. */
export function makeVerifier(credentials: readonly Credential[], now: () => number) {
  const known = new Map(credentials.map((one) => [one.accessKeyId, one]));
  const dayKeys = new Map<string, KeyObject>();
  const dayKey = (secret: string, day: string, region: string): KeyObject => {
    const name = `${day}/${region}/${secret}`;
    const found = dayKeys.get(name);
    if (found) return found;
    const bytes = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), "s3"), "aws4_request");
    const made = createSecretKey(bytes);
    dayKeys.set(name, made);
    return made;
  };
  /** Who signed the request; undefined for nobody. Throws the gateway's refusals. */
  return (request: SimRequest): Credential | undefined => {
    const authorization = request.headers["authorization"];
    if (authorization === undefined) return undefined;
    const parts = FORM.exec(authorization);
    if (!parts) throw new Refusal(400, "InvalidArgument");
    const [, id = "", day = "", region = "", names = "", signature = ""] = parts;
    const credential = known.get(id);
    if (!credential) throw new Refusal(403, "InvalidAccessKeyId");
    const time = request.headers["x-amz-date"] ?? "";
    const skewMs = Math.abs(timeMs(time) - now());
    if (!(skewMs <= SKEW_MAX_MS)) throw new Refusal(403, "RequestTimeTooSkewed");
    const scope = `${day}/${region}/s3/aws4_request`;
    const digest = hash("sha256", canonical(request, names), "hex");
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`;
    const expected = hmac(dayKey(credential.secretAccessKey, day, region), text);
    if (!time.startsWith(day) || !timingSafeEqual(expected, Buffer.from(signature, "hex"))) {
      throw new Refusal(403, "SignatureDoesNotMatch");
    }
    return credential;
  };
}

/** "20261121T154637Z" in ms; NaN for anything else. */
function timeMs(text: string): number {
  const m = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  return m ? Date.parse(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}Z`) : Number.NaN;
}

function canonical(request: SimRequest, signedNames: string): string {
  const path = request.rawPath.split("/").map(recode).join("/");
  const query = request.rawQuery
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      return at < 0
        ? `${recode(pair)}=`
        : `${recode(pair.slice(0, at))}=${recode(pair.slice(at + 1))}`;
    })
    .toSorted()
    .join("&");
  const headers = signedNames
    .split(";")
    .map((name) => `${name}:${(request.headers[name] ?? "").trim().replaceAll(/ +/g, " ")}\n`)
    .join("");
  // Without this header the gateway assumes nothing: the signature does not match.
  const payload = request.headers["x-amz-content-sha256"] ?? "";
  return `${request.method}\n${path}\n${query}\n${headers}\n${signedNames}\n${payload}`;
}

/**
 * Refuses a body that is not what was signed. Only bodies are checked: a GET's hash is not looked
 * at.
 */
export function checkPayload(request: SimRequest): void {
  const signed = request.headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD";
  if (request.method !== "PUT" && request.method !== "POST") return;
  if (signed === "UNSIGNED-PAYLOAD") return;
  if (signed.startsWith("STREAMING-")) throw new Refusal(501, "NotImplemented");
  if (hash("sha256", request.body, "hex") !== signed.toLowerCase()) {
    throw new Refusal(400, "XAmzContentSHA256Mismatch");
  }
}

/** The body's MD5 in hex. Refuses a wrong Content-MD5, and one that is none. */
export function checkedMd5(request: SimRequest): string {
  const given = request.headers["content-md5"];
  const wanted = given === undefined ? undefined : Buffer.from(given, "base64");
  if (wanted && wanted.length !== 16) throw new Refusal(400, "InvalidDigest");
  const md5 = hash("md5", request.body, "hex");
  if (wanted && wanted.toString("hex") !== md5) throw new Refusal(400, "BadDigest");
  return md5;
}

const ACTIONS: Partial<Record<Operation, Action>> = {
  GetObject: "get",
  HeadObject: "get",
  ListParts: "get",
  ListObjects: "list",
  ListObjectVersions: "list",
  ListMultipartUploads: "list",
  HeadBucket: "list",
  GetBucketLocation: "list",
  PutObject: "put",
  CreateMultipartUpload: "put",
  UploadPart: "put",
  CompleteMultipartUpload: "put",
  AbortMultipartUpload: "put",
  DeleteObject: "delete",
  DeleteObjects: "delete",
  ListBuckets: "list",
};

/** Refuses what the signer may not do; nobody may do nothing. */
export function authorise(request: SimRequest, who: Credential | undefined): void {
  if (!who) throw new Refusal(403, "AccessDenied");
  if (!who.grants) return;
  const action = ACTIONS[request.operation] ?? "configure";
  const allowed = who.grants.some(
    ({ actions, prefixes }) =>
      actions.includes(action) &&
      (prefixes === undefined ||
        request.key === "" ||
        prefixes.some((prefix) => request.key.startsWith(prefix))),
  );
  if (!allowed) throw new Refusal(403, "AccessDenied");
}
