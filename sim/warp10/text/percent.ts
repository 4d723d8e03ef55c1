// Percent-encoding as Warp 10 does it: UTF-8, a blank is %20, a plus is a plus.
import { JavaError } from "../values.ts";

const PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*_";

/** Encodes a class, label or string value for GTS text. */
export function encodePercent(text: string): string {
  if (/^[A-Za-z0-9.*_-]*$/.test(text)) return text;
  let out = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const character = String.fromCharCode(byte);
    out += PLAIN.includes(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

/**
 * Decodes `%XX` runs as UTF-8; everything else, `+` included, stays.
 * Throws a JavaError for a `%` that is not followed by two hex digits.
 */
export function decodePercent(text: string): string {
  if (!text.includes("%")) return text;
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+|%/g, (run) => {
    if (run === "%") {
      throw new JavaError("URLDecoder: Illegal hex characters in escape (%) pattern");
    }
    return Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8");
  });
}

/**
 * Decodes a query or form component: like decodePercent, with `+` as a blank; bad escapes stay as
 * they are.
 */
export function decodeQuery(text: string): string {
  const spaced = text.replaceAll("+", " ");
  return spaced.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
  );
}
