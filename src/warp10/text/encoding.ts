// Percent-encoding and base64 as Warp 10 prints them, decoded strictly (facts warp10 §7).
import { isUtf8 } from "node:buffer";

const PERCENT = 37;

/** What may stand unencoded: printable ASCII. The server encodes all else, blanks included. */
function isPlain(byte: number): boolean {
  return byte > 32 && byte < 127;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/**
 * Decodes percent-encoded bytes [from, to) into a copy of their own. Undefined when a byte should
 * have been encoded, when an escape is broken, or when the result is not UTF-8.
 */
export function percentDecode(bytes: Uint8Array, from: number, to: number): Buffer | undefined {
  const decoded = Buffer.allocUnsafe(to - from);
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (!isPlain(byte)) return undefined;
    if (byte !== PERCENT) {
      decoded[length++] = byte;
      continue;
    }
    const high = at + 2 < to ? hexDigit(bytes[at + 1]) : -1;
    const low = at + 2 < to ? hexDigit(bytes[at + 2]) : -1;
    if (high < 0 || low < 0) return undefined;
    decoded[length++] = high * 16 + low;
    at += 2;
  }
  const result = decoded.subarray(0, length);
  return length === to - from || isUtf8(result) ? result : undefined;
}

/** Decodes unpadded URL-safe base64 in [from, to); undefined when it is not exactly that. */
export function base64Decode(bytes: Uint8Array, from: number, to: number): Buffer | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
  const decoded = Buffer.from(text, "base64url");
  return decoded.toString("base64url") === text ? decoded : undefined;
}

/**
 * Percent-encodes as the server does: Java's URLEncoder in UTF-8 with `%20` for a blank, so that
 * only letters, digits, `.`, `-`, `_` and `*` stay. Half a surrogate pair, which UTF-8 cannot hold,
 * becomes U+FFFD.
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()~]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
