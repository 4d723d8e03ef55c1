// The order in which a store lists its keys.

/** Compares by UTF-8 bytes; UTF-16 order differs where surrogates meet U+E000 and up. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
