// Least and greatest value of a chunk, for engines that skip row groups by them.

/** PLAIN bytes of the least and the greatest value. */
export interface Bounds {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

/** Longer texts are no bounds: a footer must stay small. */
const LONGEST = 64;

/** Bounds of integers, given as low and high words in turn; undefined for none. */
export function longBounds(words: Int32Array, count: number): Bounds | undefined {
  if (count === 0) return undefined;
  let [leastLow, leastHigh] = [(words[0] ?? 0) >>> 0, words[1] ?? 0];
  let [mostLow, mostHigh] = [leastLow, leastHigh];
  for (let at = 2; at < 2 * count; at += 2) {
    const low = (words[at] ?? 0) >>> 0;
    const high = words[at + 1] ?? 0;
    if (high < leastHigh || (high === leastHigh && low < leastLow)) {
      leastLow = low;
      leastHigh = high;
    } else if (high > mostHigh || (high === mostHigh && low > mostLow)) {
      mostLow = low;
      mostHigh = high;
    }
  }
  return { min: wordBytes(leastLow, leastHigh), max: wordBytes(mostLow, mostHigh) };
}

/**
 * Bounds of doubles. None where there is a NaN, which some engines sort above all numbers and
 * others ignore. A zero counts as −0.0 at the lower end and as 0.0 at the upper one, as the format
 * demands.
 */
export function doubleBounds(words: Int32Array, count: number): Bounds | undefined {
  const values = doublesOf(words, count);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    if (value !== value) return undefined;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (count === 0) return undefined;
  return { min: bytesOf(least === 0 ? -0 : least), max: bytesOf(most === 0 ? 0 : most) };
}

/** Bounds of byte strings, in the order of their bytes; undefined where they are long or none. */
export function blobBounds(blobs: readonly Uint8Array[]): Bounds | undefined {
  let [min, max] = [blobs[0], blobs[0]];
  if (!min || !max) return undefined;
  for (const blob of blobs) {
    if (Buffer.compare(blob, min) < 0) min = blob;
    if (Buffer.compare(blob, max) > 0) max = blob;
  }
  return min.length > LONGEST || max.length > LONGEST ? undefined : { min, max };
}

/** The words as doubles; a copy only where they do not lie at a multiple of eight bytes. */
function doublesOf(words: Int32Array, count: number): Float64Array {
  if (words.byteOffset % 8 === 0) return new Float64Array(words.buffer, words.byteOffset, count);
  return new Float64Array(words.slice(0, 2 * count).buffer);
}

function wordBytes(low: number, high: number): Uint8Array {
  return new Uint8Array(Int32Array.of(low, high).buffer);
}

function bytesOf(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}
