// Where an archive lies: endpoint, bucket, prefix. And which keys we are ready to write there.
import { CellarmanError } from "../runtime/errors.ts";

/** The longest key that the gateway takes, bytes of UTF-8 (facts cellar-s3 §2). */
export const KEY_BYTES_MAX = 1024;

/** An archive's place, checked. */
export interface Place {
  /** `https://host[:port]`, without path. */
  readonly origin: string;
  /** The `Host` header. */
  readonly host: string;
  readonly bucket: string;
  /** "" or ends in "/". */
  readonly prefix: string;
}

/**
 * Checks and normalises a place. `endpoint` may be a bare host: Cellar's variables hold both forms
 * (facts cellar-s3 §1). Throws code "usage".
 */
export function placeOf(written: { endpoint: string; bucket: string; prefix?: string }): Place {
  const { endpoint, bucket, prefix = "" } = written;
  const url = URL.parse(endpoint.includes("://") ? endpoint : `https://${endpoint}`);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw wrong(`the store's endpoint must be a host or an http(s) URL without user`);
  }
  if (url.pathname !== "/" || url.search || url.hash) {
    throw wrong(
      `the store's endpoint must have no path and no query: ${url.origin}${url.pathname}`,
    );
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw wrong(`not a bucket name: ${JSON.stringify(bucket)}`);
  }
  const folder = prefix.replace(/\/+$/, "");
  if (folder !== "") checkedKey(folder);
  return { origin: url.origin, host: url.host, bucket, prefix: folder === "" ? "" : `${folder}/` };
}

const wrong = (message: string): CellarmanError =>
  new CellarmanError("usage", message, { hint: "Correct the flow's archive section." });

/**
 * The key itself, or code "internal": our keys are made of ids and fixed words (reliability C9).
 */
export function checkedKey(key: string): string {
  const odd =
    key === "" ||
    Buffer.byteLength(key) > KEY_BYTES_MAX ||
    !key.isWellFormed() ||
    /[\p{Cc}\ufffe\uffff\\]/u.test(key) ||
    key.split("/").some((part) => part === "" || part === "." || part === "..");
  if (odd) throw new CellarmanError("internal", `not a key that we write: ${JSON.stringify(key)}`);
  return key;
}
