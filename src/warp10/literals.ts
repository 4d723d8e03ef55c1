// WarpScript literals. Data never becomes code: every other byte is percent-encoded (facts warp10
// §1.1).

/**
 * A WarpScript string: every byte of its UTF-8 outside [A-Za-z0-9_.-] percent-encoded, in single
 * quotes.
 */
export function stringLiteral(text: string): string {
  const encoded = encodeURIComponent(text).replaceAll(
    /[^A-Za-z0-9_.%-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return `'${encoded}'`;
}

/** A WarpScript LONG. */
export function longLiteral(value: bigint): string {
  return value.toString();
}
