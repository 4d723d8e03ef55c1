// Numbers by seed: the same case gives the same input.

/** A stream of draws. */
export interface Draws {
  /** An integer in [0, n). */
  below(n: number): number;
  oneOf<T>(items: readonly [T, ...T[]]): T;
}

/** The draws of one case (mulberry32). */
export function drawsOf(seed: number): Draws {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (n: number): number => Math.floor((next() / 2 ** 32) * n);
  return { below, oneOf: (items) => items[below(items.length)] ?? items[0] };
}
