// "Did you mean": the nearest of the words that are allowed.

/** The nearest word, when it is near enough to have been meant. */
export function nearest(written: string, allowed: readonly string[]): string | undefined {
  const target = plain(written);
  let best: { word: string; distance: number } | undefined;
  for (const word of allowed) {
    const most = Math.max(1, Math.floor(word.length / 3));
    if (Math.abs(target.length - word.length) > most) continue;
    const distance = editDistance(target, plain(word));
    if (distance > most || (best !== undefined && distance >= best.distance)) continue;
    best = { word, distance };
  }
  return best?.word;
}

/** Case and the sign between words are the commonest slips. */
const plain = (word: string): string =>
  word
    .slice(0, 60)
    .toLowerCase()
    .replaceAll(/[_.\s]/g, "-");

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const replaced = (last[j - 1] ?? 0) + (same ? 0 : 1);
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? Infinity) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
