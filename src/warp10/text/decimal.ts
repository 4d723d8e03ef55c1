// Decimal digits and a power of ten to the nearest double, without the text: what the fast path
// cannot do by one division.
import { EXACT, POWERS_OF_TEN } from "./number.ts";

/** Veltkamp's constant: splits a double into two halves of 26 bits. */
const SPLITTER = 134_217_729;
/** Far more than the relative error of the correction below (about 2^-50). */
const DOUBT = 2 ** -46;
/** Largest power of ten that a double holds exactly. */
const LARGEST_POWER = 22;

/**
 * The double nearest to (leading × 10^digits + trailing) / 10^scale, for leading < 10^9, digits ≤ 9
 * and trailing < 10^digits; NaN when this arithmetic cannot tell it for certain (the caller then
 * asks the language's own reader). `scale` may be negative.
 *
 * Up to 2^53 it is one rounded operation on exact operands. Beyond, the quotient is corrected once
 * by its exact remainder (two-product, two-sum), and refused when the exact quotient may lie at a
 * rounding border.
 */
export function nearestDouble(
  leading: number,
  trailing: number,
  digits: number,
  scale: number,
): number {
  // Exact: leading × 10^digits has at most 30 + 21 significant bits.
  const upper = leading * (POWERS_OF_TEN[digits] ?? 1);
  const mantissa = upper + trailing;
  const power = POWERS_OF_TEN[scale < 0 ? -scale : scale];
  if (power === undefined || scale > LARGEST_POWER || scale < -LARGEST_POWER) return Number.NaN;
  if (mantissa < EXACT) return scale < 0 ? mantissa * power : mantissa / power;
  if (scale < 0) return Number.NaN;
  return correctedQuotient(mantissa, trailing - (mantissa - upper), power);
}

/**
 * The double nearest to (high + low) / divisor, |low| at most half an ulp of `high`; NaN in doubt.
 */
function correctedQuotient(high: number, low: number, divisor: number): number {
  const quotient = high / divisor;
  const product = quotient * divisor;
  const quotientHead = head(quotient);
  const quotientTail = quotient - quotientHead;
  const divisorHead = head(divisor);
  const divisorTail = divisor - divisorHead;
  const productError =
    quotientTail * divisorTail -
    (product -
      quotientHead * divisorHead -
      quotientTail * divisorHead -
      quotientHead * divisorTail);
  const correction = (high - product - productError + low) / divisor;
  const result = quotient + correction;
  const doubt = correction * DOUBT;
  if (quotient + (correction + doubt) !== result) return Number.NaN;
  return quotient + (correction - doubt) === result ? result : Number.NaN;
}

function head(value: number): number {
  const scaled = SPLITTER * value;
  return scaled - (scaled - value);
}
