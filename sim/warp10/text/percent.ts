// Percent-encoding as Warp 10 does it: UTF-8, a blank is %20, a plus is a plus.

const PLAIN = new Uint8Array(128);
for (const c of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*_") {
  PLAIN[c.charCodeAt(0)] = 1;
}
const HEX = "0123456789ABCDEF";

/** Encodes a class, label or string value for GTS text. */
export function encodePercent(text: string): string {
  let plain = true;
  for (let i = 0; i < text.length && plain; i++) plain = PLAIN[text.charCodeAt(i)] === 1;
  if (plain) return text;
  let out = "";
  for (const byte of Buffer.from(text, "utf8")) {
    out += PLAIN[byte] === 1 ? String.fromCharCode(byte) : `%${HEX[byte >> 4]}${HEX[byte & 15]}`;
  }
  return out;
}

/**
 * Decodes `%XX` runs as UTF-8; everything else, `+` included, stays.
 * Throws a RangeError for a `%` that is not followed by two hex digits.
 */
export function decodePercent(text: string): string {
  if (!text.includes("%")) return text;
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+|%/g, (run) => {
    if (run === "%") {
      throw new RangeError("URLDecoder: Illegal hex characters in escape (%) pattern");
    }
    return Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8");
  });
}

/** Decodes a query or form component: like decodePercent, with `+` as a blank; bad escapes stay as they are. */
export function decodeQuery(text: string): string {
  const spaced = text.replaceAll("+", " ");
  return spaced.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
  );
}
