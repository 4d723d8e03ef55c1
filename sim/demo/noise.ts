// Seeded noise with the shapes of monitoring data: every run of the demo makes the same points.

/** A seeded source of numbers and of shapes. */
export class Noise {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** The next number in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** The next integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** A random walk of integers between `low` and `high`; a step is −1, 0 or 1, rarely a jump. */
  walk(rows: number, low: number, high: number): Float64Array {
    const values = new Float64Array(rows);
    let value = low + this.below(high - low + 1);
    for (let row = 0; row < rows; row++) {
      const dice = this.next();
      if (dice < 0.002) value += this.below(21) - 10;
      else if (dice < 0.2) value += 1;
      else if (dice < 0.4) value -= 1;
      value = Math.min(high, Math.max(low, value));
      values[row] = value;
    }
    return values;
  }

  /** A counter that rarely moves. */
  counter(rows: number, chance: number): Float64Array {
    const values = new Float64Array(rows);
    let value = this.below(1000);
    for (let row = 0; row < rows; row++) {
      if (this.next() < chance) value += 1 + this.below(4);
      values[row] = value;
    }
    return values;
  }

  /** One of a few things, each kept for a while. */
  states<T>(rows: number, things: readonly [T, ...T[]], keep: number): T[] {
    const [usual] = things;
    let thing: T = usual;
    return Array.from({ length: rows }, () => {
      if (this.next() >= keep) {
        thing = this.next() < 0.7 ? usual : (things[this.below(things.length)] ?? usual);
      }
      return thing;
    });
  }
}
