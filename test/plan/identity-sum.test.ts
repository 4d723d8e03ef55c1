// Order-independent sums of identities, held against plain BigInt arithmetic modulo 2^256.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IdentitySum } from "../../src/plan/identity-sum.ts";

fc.configureGlobal({ seed: 4 });

const MODULUS = 1n << 256n;
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const hexOf = (n: bigint): string => (n % MODULUS).toString(16).padStart(64, "0");

function sumOf(hashes: readonly Uint8Array[]): IdentitySum {
  const sum = new IdentitySum();
  for (const one of hashes) sum.add(one);
  return sum;
}

describe("a sum of identities", () => {
  test("is the sum of the hashes modulo 2^256, with their count", () => {
    fc.assert(
      fc.property(fc.array(hash, { maxLength: 20 }), (hashes) => {
        const sum = sumOf(hashes);
        expect(sum.hex()).toBe(hexOf(hashes.map(numberOf).reduce((a, b) => a + b, 0n)));
        expect(sum.count).toBe(BigInt(hashes.length));
      }),
    );
  });

  test("does not depend on the order", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }), (order) => {
        const hashes = order.map((n) => new Uint8Array(32).fill(n * 21));
        expect(sumOf(hashes).hex()).toBe(sumOf(hashes.toReversed()).hex());
      }),
    );
  });

  test("merged from parts is the sum of the whole, and the parts stay what they are", () => {
    fc.assert(
      fc.property(fc.array(hash), fc.array(hash), (some, others) => {
        const [whole, a, b] = [sumOf([...some, ...others]), sumOf(some), sumOf(others)];
        const before = b.hex();
        a.merge(b);
        expect([a.hex(), a.count]).toEqual([whole.hex(), whole.count]);
        expect(b.hex()).toBe(before);
      }),
    );
  });

  test("of nothing is zero", () => {
    expect(new IdentitySum().hex()).toBe("0".repeat(64));
  });

  test("can be read while it grows", () => {
    const sum = new IdentitySum();
    const ones = new Uint8Array(32).fill(255);
    sum.add(ones);
    expect(sum.hex()).toBe("f".repeat(64));
    sum.add(ones);
    expect(sum.hex()).toBe(`${"f".repeat(63)}e`);
  });

  test("carries over more than 2^20 additions of the largest words", () => {
    const sum = new IdentitySum();
    const ones = new Uint8Array(32).fill(255);
    const times = 2 ** 20 + 12_345;
    for (let i = 0; i < times; i++) sum.add(ones);
    expect(sum.hex()).toBe(hexOf((MODULUS - 1n) * BigInt(times)));
    expect(sum.count).toBe(BigInt(times));
  });

  test("reads a hash that lies inside a larger buffer", () => {
    const large = Buffer.alloc(64, 1);
    const alone = new IdentitySum();
    alone.add(large.subarray(16, 48));
    expect(alone.hex()).toBe("01".repeat(32));
  });
});
