// The order in which a Java HashMap lists its keys: what decides the order of labels in the
// server's answers.

function spreadHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Pairs in the order of a HashMap made for twice their number; a later pair of an equal name wins.
 */
export function javaMapOrder(pairs: readonly (readonly [string, string])[]): [string, string][] {
  let size = 1;
  while (size < pairs.length * 2) size *= 2;
  return [...new Map(pairs)]
    .map(([name, value]): [number, [string, string]] => [
      spreadHash(name) & (size - 1),
      [name, value],
    ])
    .toSorted((a, b) => a[0] - b[0])
    .map(([, pair]) => pair);
}
