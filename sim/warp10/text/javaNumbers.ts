// Numbers as Java reads and prints them.
import { Decimal, JavaError, LONG_MAX, LONG_MIN } from "../values.ts";

/**
 * Long.parseLong: an optional sign and digits within 64 bits; throws a JavaError with Java's
 * message.
 */
export function parseLong(text: string): bigint {
  if (/^[+-]?[0-9]+$/.test(text)) {
    const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
    if (value >= LONG_MIN && value <= LONG_MAX) return value;
  }
  throw new JavaError(`For input string: "${text}"`);
}

/** Double.toString: 1.0, 1.0E-5, 4.9E-324, NaN. */
export function javaDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes(".") ? text : `${text}.0`;
  }
  let text = value.toExponential();
  // One digit is not enough for Java: it takes the nearest two (4.9E-324, not 5E-324).
  if (!text.includes(".")) text = value.toExponential(1);
  const [digits = "", exponent = ""] = text.split("e");
  return `${digits}E${exponent.replace("+", "")}`;
}

const MAX_MANTISSA = 2 ** 46;

/**
 * A text like `12.30` or `5.` as Warp 10 stores it: an exact decimal where its mantissa fits 46
 * bits.
 */
export function parseDecimal(text: string): Decimal | number {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?$/.exec(text);
  const [, sign = "", whole = "", fraction = ""] = match ?? [];
  if (match === null || whole + fraction === "") throw new JavaError(`For input string: "${text}"`);
  let digits = whole + fraction;
  let scale = fraction.length;
  const stripped = digits.replace(/0+$/, "");
  if (stripped === "") return new Decimal(0, 0);
  scale -= digits.length - stripped.length;
  digits = stripped;
  const mantissa = Number(digits) * (sign === "-" ? -1 : 1);
  return Math.abs(mantissa) < MAX_MANTISSA ? new Decimal(mantissa, scale) : Number(text);
}

/** BigDecimal in GTS text: plain digits, always with a dot. */
export function decimalText({ mantissa, scale }: Decimal): string {
  if (mantissa === 0) return "0.0";
  const digits = String(Math.abs(mantissa));
  const sign = mantissa < 0 ? "-" : "";
  if (scale <= 0) return `${sign}${digits}${"0".repeat(-scale)}.0`;
  const padded = digits.padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** BigDecimal.toString, as JSON shows it: `2.5`, `1E+2`, `1E-7`. */
export function decimalJson({ mantissa, scale }: Decimal): string {
  const digits = String(Math.abs(mantissa));
  const sign = mantissa < 0 ? "-" : "";
  const exponent = digits.length - 1 - scale;
  if (scale >= 0 && exponent >= -6) {
    if (scale === 0) return sign + digits;
    const padded = digits.padStart(scale + 1, "0");
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const head = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${sign}${head}E${exponent >= 0 ? "+" : ""}${exponent}`;
}

/**
 * Whether Warp 10 takes a text for a floating point number (a dot, an exponent, NaN or Infinity).
 */
export function looksDouble(text: string): boolean {
  return /^[+-]?(?:NaN|Infinity|[0-9]+(?:\.[0-9]*(?:[eE][+-]?[0-9]*)?|[eE][+-]?[0-9]*))$/.test(
    text,
  );
}

/** Double.parseDouble; throws a JavaError with Java's message. */
export function parseDouble(text: string): number {
  const trimmed = text.trim();
  if (/^[+-]?(?:NaN|Infinity)$/.test(trimmed)) return Number(trimmed);
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[dDfF]?$/.test(trimmed)) {
    return Number(trimmed.replace(/[dDfF]$/, ""));
  }
  throw new JavaError(trimmed === "" ? "empty String" : `For input string: "${text}"`);
}
