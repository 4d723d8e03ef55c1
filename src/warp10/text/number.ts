// Integers and decimals out of bytes, exactly, without a string or a BigInt on the common paths.

/** The two halves of a 64-bit integer, as signed 32-bit words. */
export interface Words {
  low: number;
  high: number;
}

/** 10^0 … 10^22: the powers of ten that a double holds exactly. */
export const POWERS_OF_TEN: readonly number[] = Array.from({ length: 23 }, (_, i) =>
  Number(`1e${i}`),
);

const TWO_32 = 4_294_967_296;
/** Mantissas below this are exact in a double. */
export const EXACT = 9_007_199_254_740_992;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
/** 19 digits are the longest 64-bit integer. */
const LONG_DIGITS = 19;
/** Digits of the leading part when an integer is read in two parts. */
const LEADING = 10;

/**
 * Puts ±(leading × 10^digits + trailing) into `out`; leading < 10^10, digits ≤ 9, trailing <
 * 10^digits. False when it is beyond 64 bits. The product is taken in two parts that a double holds
 * exactly.
 */
export function composeLong(
  leading: number,
  trailing: number,
  digits: number,
  negative: boolean,
  out: Words,
): boolean {
  const power = POWERS_OF_TEN[digits] ?? 1;
  const upper = Math.floor(leading / 65_536);
  const bottom = (leading - upper * 65_536) * power + trailing;
  const product = upper * power;
  const productUpper = Math.floor(product / 65_536);
  const sum = (product - productUpper * 65_536) * 65_536 + bottom;
  const carry = Math.floor(sum / TWO_32);
  const high = productUpper + carry;
  const low = sum - carry * TWO_32;
  if (high >= 2_147_483_648 && !(negative && high === 2_147_483_648 && low === 0)) return false;
  out.low = negative ? -low | 0 : low | 0;
  out.high = negative ? (~high + (low === 0 ? 1 : 0)) | 0 : high | 0;
  return true;
}

/**
 * Reads the decimal integer in bytes [from, to) as Java prints a long: no plus, no leading zeros,
 * no −0. False when it is not one or is beyond 64 bits.
 */
export function parseLong(bytes: Uint8Array, from: number, to: number, out: Words): boolean {
  const negative = bytes[from] === MINUS;
  const start = negative ? from + 1 : from;
  const count = to - start;
  if (count < 1 || count > LONG_DIGITS) return false;
  if (bytes[start] === ZERO && (count > 1 || negative)) return false;
  const middle = Math.min(to, start + LEADING);
  const leading = digitsIn(bytes, start, middle);
  const trailing = digitsIn(bytes, middle, to);
  if (leading < 0 || trailing < 0) return false;
  return composeLong(leading, trailing, to - middle, negative, out);
}

/**
 * The value of the digits in [from, to), at most 15 of them; −1 when another byte is among them.
 */
function digitsIn(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Reads the decimal fraction in bytes [from, to): digits, a point, digits, perhaps an exponent, as
 * Java prints a double or a decimal. A mantissa below 2^53 over a power of ten up to 10^22 is one
 * correctly rounded division; what is longer goes through the language's own reader, which rounds
 * correctly too. Undefined when it is no such number, or beyond the doubles.
 */
export function parseDouble(bytes: Uint8Array, from: number, to: number): number | undefined {
  const negative = bytes[from] === MINUS;
  let at = negative ? from + 1 : from;
  const start = at;
  let mantissa = 0;
  let point = -1;
  for (; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
    else if (bytes[at] === DOT && point < 0) point = at;
    else break;
  }
  const fraction = at - point - 1;
  if (at < to || point < 0 || mantissa >= EXACT || fraction > 22) {
    return parseLongDouble(bytes, from, to);
  }
  if (point === start || fraction === 0) return undefined;
  if (bytes[start] === ZERO && point > start + 1) return undefined;
  const value = mantissa / (POWERS_OF_TEN[fraction] ?? 1);
  return negative ? -value : value;
}

const DOUBLE = /^-?(?:0|[1-9]\d*)(?:\.\d+(?:E-?\d{1,3})?|E-?\d{1,3})$/;

function parseLongDouble(bytes: Uint8Array, from: number, to: number): number | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
  if (!DOUBLE.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  // A number that is not zero but reads as zero is below the smallest double: its value would be
  // lost.
  if (value === 0 && /[1-9]/.test(text.split("E")[0] ?? "")) return undefined;
  return value;
}
