// Dictionaries of 64-bit values, by their bits: 0.0 and −0.0 are two entries, and so are two NaNs.

/** The distinct values of a column, and which of them each row has. */
export interface Dictionary {
  /** Values as low and high words in turn, in order of first appearance. */
  readonly words: Int32Array;
  readonly distinct: number;
  readonly indexes: Uint32Array;
}

const FIRST_SLOTS = 1_024;
/** Odd multipliers that spread the bits of either word over the table. */
const SPREAD_LOW = 0x9e37_79b1;
const SPREAD_HIGH = 0x85eb_ca77;

/**
 * Gathers the distinct values of `count` rows; undefined as soon as there are more than `limit`.
 */
export function buildDictionary(
  words: Int32Array,
  count: number,
  limit: number,
): Dictionary | undefined {
  let table = new Table(FIRST_SLOTS);
  const found = new Int32Array(2 * Math.min(limit, count));
  const indexes = new Uint32Array(count);
  let distinct = 0;
  let index = -1;
  let lastLow = 0;
  let lastHigh = 0;
  for (let row = 0; row < count; row++) {
    const low = words[2 * row] ?? 0;
    const high = words[2 * row + 1] ?? 0;
    if (index < 0 || low !== lastLow || high !== lastHigh) {
      index = table.find(found, low, high);
      if (index === distinct) {
        if (distinct === limit) return undefined;
        found[2 * distinct] = low;
        found[2 * distinct + 1] = high;
        distinct++;
        table.claim(index);
        if (distinct * 2 > table.size) table = Table.of(found, distinct, table.size * 4);
      }
      lastLow = low;
      lastHigh = high;
    }
    indexes[row] = index;
  }
  return { words: found.subarray(0, 2 * distinct), distinct, indexes };
}

/** An open hash table from a value's bits to its index. */
class Table {
  readonly size: number;
  private readonly slots: Int32Array;
  private readonly shift: number;
  private used = 0;
  private slot = 0;

  constructor(size: number) {
    this.size = size;
    this.slots = new Int32Array(size).fill(-1);
    this.shift = Math.clz32(size) + 1;
  }

  static of(words: Int32Array, count: number, size: number): Table {
    const table = new Table(size);
    for (let index = 0; index < count; index++) {
      table.find(words, words[2 * index] ?? 0, words[2 * index + 1] ?? 0);
      table.claim(index);
    }
    return table;
  }

  /** The index of a value, or the next free index: then `claim` it. */
  find(words: Int32Array, low: number, high: number): number {
    const mixed = Math.imul(low, SPREAD_LOW) ^ Math.imul(high, SPREAD_HIGH);
    let slot = Math.imul(mixed ^ (mixed >>> 15), SPREAD_LOW) >>> this.shift;
    for (;;) {
      const index = this.slots[slot] ?? -1;
      if (index < 0) break;
      if (words[2 * index] === low && words[2 * index + 1] === high) return index;
      slot = (slot + 1) & (this.size - 1);
    }
    this.slot = slot;
    return this.used;
  }

  claim(index: number): void {
    this.slots[this.slot] = index;
    this.used = index + 1;
  }
}
