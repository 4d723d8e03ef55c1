// An order-independent sum of series identities: their SHA-256s added modulo 2^256. Equal counts
// and equal sums of two listings prove that they hold the same series. Pure but for its own
// accumulator.

const WORDS = 8;

/** Adds 32-byte hashes; one instance per listing. */
export class IdentitySum {
  count = 0n;
  private readonly words = new Float64Array(WORDS);
  private pending = 0;

  /** Adds one SHA-256. */
  add(hash: Uint8Array): void {
    const view = new DataView(hash.buffer, hash.byteOffset, 32);
    for (let i = 0; i < WORDS; i++) this.words[i] = (this.words[i] ?? 0) + view.getUint32(i * 4);
    this.count++;
    // A double holds 2^53: carries must be settled before 2^20 additions of 32-bit words.
    if (++this.pending === 1_000_000) this.carry();
  }

  /** Adds everything that another sum holds. */
  merge(other: IdentitySum): void {
    other.carry();
    this.carry();
    for (let i = 0; i < WORDS; i++) this.words[i] = (this.words[i] ?? 0) + (other.words[i] ?? 0);
    this.count += other.count;
    this.carry();
  }

  /** The sum as 64 hex digits. */
  hex(): string {
    this.carry();
    return [...this.words].map((w) => w.toString(16).padStart(8, "0")).join("");
  }

  private carry(): void {
    let carry = 0;
    for (let i = WORDS - 1; i >= 0; i--) {
      const total = (this.words[i] ?? 0) + carry;
      carry = Math.floor(total / 2 ** 32);
      this.words[i] = total % 2 ** 32;
    }
    this.pending = 0;
  }
}
