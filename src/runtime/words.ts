// Counts in words.

/** `1 batch`, `2 batches`. */
export function some(count: number | bigint, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 || count === 1n ? one : many}`;
}
