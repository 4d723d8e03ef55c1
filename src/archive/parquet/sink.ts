// A growing run of bytes, with the integers that Parquet's encodings and Thrift are made of.

const FIRST_BYTES = 256;

/** Bytes being written. */
export class Sink {
  private bytes: Buffer;
  length = 0;

  constructor(capacity = FIRST_BYTES) {
    this.bytes = Buffer.allocUnsafe(Math.max(capacity, FIRST_BYTES));
  }

  /** A view of what was written; valid until the next write. */
  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** A copy of what was written. */
  copy(): Buffer {
    return Buffer.from(this.view());
  }

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  append(piece: Uint8Array): void {
    this.reserve(piece.length);
    this.bytes.set(piece, this.length);
    this.length += piece.length;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.bytes.writeUInt32LE(value, this.length);
    this.length += 4;
  }

  /** An unsigned integer below 2^53 in groups of seven bits. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  /** A signed 64-bit integer, zigzag, in groups of seven bits. */
  zigzag(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 127n) {
      this.byte(Number(rest & 127n) + 128);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  /** Appends `count` bytes that the caller fills in; they are not cleared. */
  take(count: number): Buffer {
    this.reserve(count);
    const taken = this.bytes.subarray(this.length, this.length + count);
    this.length += count;
    return taken;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
