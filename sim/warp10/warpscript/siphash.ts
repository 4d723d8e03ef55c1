// SipHash-2-4 with 64-bit result, as the function HASH computes it (facts warp10 §2.7). In 32-bit
// halves: a digest hashes every point, and BigInt is twenty times slower.

/** The keys of the function HASH: every Warp 10 has the same. */
export const HASH_KEYS: readonly [bigint, bigint] = [0xf214f9635af54bben, 0x8dd1e8d856d26e46n];

/** Carries of an addition of low halves. */
const carry = (low: number, added: number): number => (low >>> 0 < added >>> 0 ? 1 : 0);

/** The four words of the state, low and high halves. */
class State {
  private l0: number;
  private h0: number;
  private l1: number;
  private h1: number;
  private l2: number;
  private h2: number;
  private l3: number;
  private h3: number;

  constructor([k0, k1]: readonly [bigint, bigint]) {
    const low = (word: bigint): number => Number(BigInt.asIntN(32, word));
    const high = (word: bigint): number => Number(BigInt.asIntN(32, word >> 32n));
    this.l0 = low(k0) ^ 0x70736575;
    this.h0 = high(k0) ^ 0x736f6d65;
    this.l1 = low(k1) ^ 0x6e646f6d;
    this.h1 = high(k1) ^ 0x646f7261;
    this.l2 = low(k0) ^ 0x6e657261;
    this.h2 = high(k0) ^ 0x6c796765;
    this.l3 = low(k1) ^ 0x79746573;
    this.h3 = high(k1) ^ 0x74656462;
  }

  take(low: number, high: number): void {
    this.l3 ^= low;
    this.h3 ^= high;
    this.rounds(2);
    this.l0 ^= low;
    this.h0 ^= high;
  }

  finish(): bigint {
    this.l2 ^= 0xff;
    this.rounds(4);
    const low = (this.l0 ^ this.l1 ^ this.l2 ^ this.l3) >>> 0;
    const high = this.h0 ^ this.h1 ^ this.h2 ^ this.h3;
    return (BigInt(high) << 32n) | BigInt(low);
  }

  private rounds(count: number): void {
    let { l0, h0, l1, h1, l2, h2, l3, h3 } = this;
    let t = 0;
    for (let i = 0; i < count; i++) {
      l0 = (l0 + l1) | 0;
      h0 = (h0 + h1 + carry(l0, l1)) | 0;
      t = (l1 << 13) | (h1 >>> 19);
      h1 = ((h1 << 13) | (l1 >>> 19)) ^ h0;
      l1 = t ^ l0;
      t = l0;
      l0 = h0;
      h0 = t;
      l2 = (l2 + l3) | 0;
      h2 = (h2 + h3 + carry(l2, l3)) | 0;
      t = (l3 << 16) | (h3 >>> 16);
      h3 = ((h3 << 16) | (l3 >>> 16)) ^ h2;
      l3 = t ^ l2;
      l0 = (l0 + l3) | 0;
      h0 = (h0 + h3 + carry(l0, l3)) | 0;
      t = (l3 << 21) | (h3 >>> 11);
      h3 = ((h3 << 21) | (l3 >>> 11)) ^ h0;
      l3 = t ^ l0;
      l2 = (l2 + l1) | 0;
      h2 = (h2 + h1 + carry(l2, l1)) | 0;
      t = (l1 << 17) | (h1 >>> 15);
      h1 = ((h1 << 17) | (l1 >>> 15)) ^ h2;
      l1 = t ^ l2;
      t = l2;
      l2 = h2;
      h2 = t;
    }
    this.l0 = l0;
    this.h0 = h0;
    this.l1 = l1;
    this.h1 = h1;
    this.l2 = l2;
    this.h2 = h2;
    this.l3 = l3;
    this.h3 = h3;
  }
}

/** SipHash-2-4 of bytes, as a signed 64-bit integer. */
export function sipHash24(bytes: Uint8Array, keys: readonly [bigint, bigint]): bigint {
  const state = new State(keys);
  const whole = bytes.length - (bytes.length % 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < whole; at += 8) {
    state.take(view.getInt32(at, true), view.getInt32(at + 4, true));
  }
  const last = new DataView(new ArrayBuffer(8));
  for (let at = whole; at < bytes.length; at++) last.setUint8(at - whole, bytes[at] ?? 0);
  last.setUint8(7, bytes.length & 0xff);
  state.take(last.getInt32(0, true), last.getInt32(4, true));
  return state.finish();
}
