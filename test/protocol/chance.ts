// The chance of a history: every draw has a name, so that one can be left out and the others stay.
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

/** Draws by name: the same seed and name give the same number, in whatever order they are asked. */
export class Chance {
  /** Names of the rare things that happened. */
  readonly fired: string[] = [];
  private readonly start: number;
  private readonly allowed: ReadonlySet<string> | undefined;
  private ids = 0;

  /** `allowed`: rare things that may happen; left out: all. */
  constructor(seed: number, allowed?: ReadonlySet<string>) {
    this.start = mix(0x811c9dc5 ^ seed);
    this.allowed = allowed;
  }

  /** A number in [0, 1). */
  fraction(name: string): number {
    let hash = this.start;
    for (let i = 0; i < name.length; i++) {
      hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    }
    return mix(hash) / 2 ** 32;
  }

  /** An integer in [0, n). */
  below(name: string, n: number): number {
    return Math.floor(this.fraction(name) * n);
  }

  /** One of several. */
  oneOf<T>(name: string, items: readonly [T, ...T[]]): T {
    return items[this.below(name, items.length)] ?? items[0];
  }

  /** Whether a rare thing happens; a shrunk history allows only some. */
  happens(name: string, probability: number): boolean {
    if (this.fraction(name) >= probability) return false;
    if (this.allowed && !this.allowed.has(name)) return false;
    this.fired.push(name);
    return true;
  }

  /** Sixteen bytes, other ones each time. */
  nextBytes(): Buffer {
    const bytes = Buffer.alloc(16);
    this.ids++;
    for (let word = 0; word < 4; word++) {
      const drawn = Math.floor(this.fraction(`id ${this.ids} ${word}`) * 2 ** 32);
      bytes.writeUInt32BE(drawn, 4 * word);
    }
    return bytes;
  }
}

function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const realRandomBytes = crypto.randomBytes;

/**
 * Makes the ids of src/runtime/random.ts those of a history while `work` runs; nothing else of the
 * program draws random bytes. Histories of one process must follow each other.
 */
export async function withSeededIds<T>(chance: Chance, work: () => Promise<T>): Promise<T> {
  Object.assign(crypto, { randomBytes: () => chance.nextBytes() });
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    Object.assign(crypto, { randomBytes: realRandomBytes });
    syncBuiltinESMExports();
  }
}
