// Values as Warp 10 holds them: 64-bit integers, exact decimals, IEEE doubles, booleans, strings
// and bytes.

/**
 * The location that means none (facts warp10 §7): a point at exactly this place has none either.
 */
export const NO_LOCATION = 91_480_000_000n;
/** The elevation that means none: Long.MIN (facts warp10 §7). */
export const NO_ELEVATION = -(2n ** 63n);
export const LONG_MIN = -(2n ** 63n);
export const LONG_MAX = 2n ** 63n - 1n;

/**
 * An exact decimal, `mantissa × 10^-scale`; what a short text with a dot is stored as (facts warp10
 * §1.6).
 */
export class Decimal {
  /** A safe integer of at most 46 bits. */
  readonly mantissa: number;
  readonly scale: number;

  constructor(mantissa: number, scale: number) {
    this.mantissa = mantissa;
    this.scale = scale;
  }

  /** The nearest IEEE double. */
  toNumber(): number {
    return Number(`${this.mantissa}e${-this.scale}`);
  }
}

/** bigint: LONG. number: IEEE double. Decimal: exact decimal (also typed DOUBLE). */
export type Value = bigint | number | Decimal | boolean | string | Uint8Array;

/** One point; location is an HHCode, NO_LOCATION and NO_ELEVATION mean none. */
export interface Point {
  readonly ts: bigint;
  readonly location: bigint;
  readonly elevation: bigint;
  readonly value: Value;
}

/** A Java exception as far as its message tells: causes are shown nested in parentheses. */
export class JavaError extends Error {
  readonly reason: JavaError | undefined;

  constructor(message: string, reason?: JavaError) {
    super(message);
    this.reason = reason;
  }
}

/** Any thrown value as a JavaError; anything else is a bug of the stand-in and keeps its stack. */
export function asJavaError(thrown: unknown): JavaError {
  if (thrown instanceof JavaError) return thrown;
  return new JavaError(thrown instanceof Error ? `${thrown.stack ?? thrown}` : String(thrown));
}

/** Longest message that an error page shows (facts warp10 §1.1). */
export const MAX_MESSAGE = 1024;

/**
 * The messages of an error and its causes, `a (b (c))`, at most `max` characters: the deepest are
 * shortened first, in their middle.
 */
export function errorMessage(error: JavaError, max = MAX_MESSAGE): string {
  let messages: string[] = [];
  for (let at: JavaError | undefined = error; at !== undefined; at = at.reason) {
    messages.push(at.message);
  }
  const whole = nested(messages);
  if (whole.length <= max) return whole;
  const room = Math.floor(max / 32);
  if (messages.length > room) messages = [...messages.slice(0, room - 1), "..."];
  const target = Math.floor(max / messages.length) - 3;
  let excess = whole.length - max;
  for (let i = messages.length - 1; i >= 0 && excess > 0; i--) {
    const before = messages[i] ?? "";
    const after = abbreviateMiddle(before, Math.max(target, before.length - excess));
    messages[i] = after;
    excess -= before.length - after.length;
  }
  return nested(messages);
}

const nested = (messages: readonly string[]): string =>
  messages.join(" (") + ")".repeat(messages.length - 1);

function abbreviateMiddle(text: string, length: number): string {
  if (length >= text.length || length < 5) return text;
  const kept = length - 3;
  const head = Math.floor(kept / 2) + (kept % 2);
  return `${text.slice(0, head)}...${text.slice(text.length - Math.floor(kept / 2))}`;
}
