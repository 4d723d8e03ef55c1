// Addresses in flow files: one normal form, and nothing in them that could carry a secret or lead
// elsewhere.

/** An address in normal form, or why it is refused (a phrase; never quotes the address). */
export type AddressResult = { readonly address: string } | { readonly reason: string };

/** Hosts that only this machine answers for; the only ones that may be spoken to without TLS. */
const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Normalises an address: lower-case host, no default port, path without slash at its end. Refuses
 * anything but https (http on loopback hosts), credentials, a query, a fragment, dot segments,
 * backslashes and percent-encodings.
 */
export function parseAddress(text: string): AddressResult {
  const reason = textProblem(text);
  if (reason !== undefined) return { reason };
  const url = URL.parse(text);
  if (url === null || url.hostname === "") return { reason: "is not an address" };
  if (url.username !== "" || url.password !== "") {
    return { reason: "holds a user name or password" };
  }
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    return { reason: "is not https; http is for localhost only" };
  }
  if (/^169\.254\.|^\[fe[89ab]/.test(url.hostname)) {
    return { reason: "is a link-local address" };
  }
  return { address: url.origin + url.pathname.replace(/\/+$/, "") };
}

function textProblem(text: string): string | undefined {
  if (!/^https?:\/\/[^/]/i.test(text)) return "does not begin with https://";
  if (text.length > 500) return "is longer than 500 characters";
  if (/[\s\\]/.test(text)) return "holds a blank or a backslash";
  if (text.includes("@")) return "holds a user name or password";
  if (/[?#]/.test(text)) return "holds a query or a fragment";
  if (text.includes("%")) return "holds percent-encoding";
  if (/\/\.{1,2}(?:\/|$)/.test(text)) return "holds . or .. as a part of its path";
  return undefined;
}

/** `source.warp10` and probes: the path in front of `/api/v0` may be there, the rest may not. */
export function parseWarp10Address(text: string): AddressResult {
  const result = parseAddress(text);
  if ("address" in result && /\/api(?:\/v0(?:\/.*)?)?$/.test(new URL(result.address).pathname)) {
    return { reason: "includes /api/v0; leave that out" };
  }
  return result;
}

/** `archive.s3`: no path, because the bucket has a key of its own. */
export function parseStoreAddress(text: string): AddressResult {
  const result = parseAddress(text);
  if ("address" in result && new URL(result.address).pathname !== "/") {
    return { reason: "has a path; name the bucket by archive.bucket" };
  }
  return result;
}
