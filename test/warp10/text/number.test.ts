import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearestDouble } from "../../../src/warp10/text/decimal.ts";
import { runs } from "../../archive/parquet/arbitrary.ts";
import { parseDouble, parseLong } from "../../../src/warp10/text/number.ts";

function longOf(text: string): bigint | undefined {
  const words = { low: 0, high: 0 };
  const bytes = Buffer.from(text);
  if (!parseLong(bytes, 0, bytes.length, words)) return undefined;
  return (BigInt(words.high) << 32n) | BigInt(words.low >>> 0);
}

const doubleOf = (text: string) => parseDouble(Buffer.from(text), 0, text.length);

describe("parseLong", () => {
  it("reads every 64-bit integer and no other", () => {
    const around = fc.oneof(
      fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
      fc.constantFrom(2n ** 63n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 63n) - 1n, 0n, 2n ** 32n),
    );
    fc.assert(
      fc.property(around, (value) => {
        const fits = BigInt.asIntN(64, value) === value;
        expect(longOf(String(value))).toBe(fits ? value : undefined);
      }),
      runs(2_000),
    );
  });

  it.each(["", "-", "+1", "-0", "00", "01", "1x", " 1", "1e3", "99999999999999999999"])(
    "refuses %j",
    (text) => expect(longOf(text)).toBeUndefined(),
  );
});

describe("parseDouble", () => {
  it("rounds as the language does, whatever the number of digits", () => {
    const digits = fc.stringMatching(/^(0|[1-9]\d{0,19})\.\d{1,24}$/);
    fc.assert(
      fc.property(digits, (text) => {
        expect(doubleOf(text)).toBe(Number(text));
        expect(doubleOf(`-${text}`)).toBe(-Number(text));
      }),
      runs(3_000),
    );
  });
});

describe("nearestDouble", () => {
  /** As the fast path calls it: up to 18 digits and a scale. */
  const nearest = (digits: string, scale: number) =>
    nearestDouble(
      Number(digits.slice(0, 9)),
      Number(digits.slice(9) || "0"),
      Math.max(0, digits.length - 9),
      scale,
    );

  it("is the language's own reading, or in doubt none", () => {
    let certain = 0;
    const digits = fc.stringMatching(/^[1-9]\d{0,17}$/);
    fc.assert(
      fc.property(digits, fc.integer({ min: -22, max: 22 }), (text, scale) => {
        const value = nearest(text, scale);
        if (Number.isNaN(value)) return;
        certain++;
        expect(value).toBe(Number(`${text}e${-scale}`));
      }),
      runs(5_000),
    );
    expect(certain).toBeGreaterThan(3_000);
  });

  it("is right beside the borders between doubles", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 999, noNaN: true }), (double) => {
        const bits = new BigInt64Array(Float64Array.of(double).buffer);
        bits[0] = (bits[0] ?? 0n) + 1n;
        const next = new Float64Array(bits.buffer)[0] ?? 0;
        const between = ((double + next) / 2).toPrecision(18);
        const [whole = "", fraction = ""] = between.split(".");
        const value = nearest(whole + fraction, fraction.length);
        if (!Number.isNaN(value)) expect(value).toBe(Number(between));
      }),
      runs(3_000),
    );
  });
});
