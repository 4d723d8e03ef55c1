// Numbers and logic: LONG wraps at 64 bits, DOUBLE is IEEE.
import { decimalJson, javaDouble } from "../../text/javaNumbers.ts";
import { Decimal, JavaError, LONG_MAX, LONG_MIN } from "../../values.ts";
import { typeName } from "../items.ts";
import type { Item, Word } from "../items.ts";
import { asLong, asNumber, binary, constant, unary, word } from "./args.ts";

const NUMERIC = "can only operate on numeric values, vectors and numeric Geo Time Series.";

const long = (value: bigint): bigint => BigInt.asIntN(64, value);
const isNumber = (item: Item): item is bigint | number | Decimal =>
  typeof item === "bigint" || typeof item === "number" || item instanceof Decimal;

function calculation(
  name: string,
  ofLongs: (a: bigint, b: bigint) => bigint,
  ofDoubles: (a: number, b: number) => number,
): Word {
  return binary(name, (a, b) => {
    if (typeof a === "bigint" && typeof b === "bigint") return long(ofLongs(a, b));
    if (!isNumber(a) || !isNumber(b)) throw new JavaError(`${name} ${NUMERIC}`);
    return ofDoubles(asNumber(a, ""), asNumber(b, ""));
  });
}

function divided(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new JavaError("/ by zero");
  return a / b;
}

/** `+` adds numbers, joins strings, appends to lists. */
function added(a: Item, b: Item): Item {
  if (typeof a === "bigint" && typeof b === "bigint") return long(a + b);
  if (isNumber(a) && isNumber(b)) return asNumber(a, "") + asNumber(b, "");
  if (Array.isArray(a)) return [...a, b];
  if (typeof a === "string" || typeof b === "string") return textOf(a) + textOf(b);
  throw new JavaError(`+ ${NUMERIC}`);
}

/** What TOSTRING gives. */
export function textOf(item: Item): string {
  if (typeof item === "number") return javaDouble(item);
  if (item instanceof Decimal) return decimalJson(item);
  if (typeof item === "bigint" || typeof item === "string" || typeof item === "boolean") {
    return String(item);
  }
  if (item === null) return "null";
  if (Array.isArray(item)) return `[${item.map(textOf).join(", ")}]`;
  if (item instanceof Map) {
    return `{${Array.from(item, ([k, v]) => `${textOf(k)}=${textOf(v)}`).join(", ")}}`;
  }
  return typeName(item);
}

/** -1, 0 or 1; NaN where the two cannot be compared. */
export function compared(a: Item, b: Item): number {
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0;
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [asNumber(a, ""), asNumber(b, "")];
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
  }
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  return Number.NaN;
}

/** Whether two items are equal, deep for lists and maps. */
export function equal(a: Item, b: Item): boolean {
  if (a === b || compared(a, b) === 0) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, i) => equal(one, b[i] ?? null));
  }
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([k, v]) => b.has(k) && equal(v, b.get(k) ?? null));
  }
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

function comparison(name: string, holds: (order: number) => boolean): Word {
  return binary(name, (a, b) => {
    const order = compared(a, b);
    const comparable = !Number.isNaN(order) || (isNumber(a) && isNumber(b));
    if (!comparable)
      throw new JavaError(
        `${name} can only operate on homogeneous numeric, string or boolean types.`,
      );
    return holds(order);
  });
}

function logical(name: string, apply: (a: boolean, b: boolean) => boolean): Word {
  return binary(name, (a, b) => {
    if (typeof a !== "boolean" || typeof b !== "boolean") {
      throw new JavaError(`${name} can only operate on boolean values.`);
    }
    return apply(a, b);
  });
}

function bitwise(name: string, apply: (a: bigint, b: bigint) => bigint): Word {
  const complaint = `${name} can only operate on long values.`;
  return binary(name, (a, b) => long(apply(asLong(a, complaint), asLong(b, complaint))));
}

function rounding(name: string, apply: (value: number) => number): Word {
  return unary(name, (item) => {
    if (typeof item === "bigint") return item;
    return apply(asNumber(item, `${name} can only be applied to a number.`));
  });
}

function negated(item: Item, name: string): Item {
  if (typeof item === "boolean") return !item;
  throw new JavaError(`${name} can only operate on a boolean value.`);
}

function modulo(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new JavaError("/ by zero");
  return a % b;
}

const shiftOf = (bits: bigint): bigint => bits & 63n;

/** Words of this file. */
export const ARITHMETIC_WORDS: readonly Word[] = [
  binary("+", added),
  word("+!", (stack) => {
    const item = stack.pop();
    const list = stack.peek();
    if (Array.isArray(list)) list.push(item);
    else stack.push(added(stack.pop(), item));
  }),
  calculation(
    "-",
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  calculation(
    "*",
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  calculation("/", divided, (a, b) => a / b),
  calculation("%", modulo, (a, b) => a % b),
  binary("**", (a, b) => asNumber(a, `** ${NUMERIC}`) ** asNumber(b, `** ${NUMERIC}`)),
  binary("==", equal),
  binary("!=", (a, b) => !equal(a, b)),
  comparison("<", (order) => order < 0),
  comparison("<=", (order) => order <= 0),
  comparison(">", (order) => order > 0),
  comparison(">=", (order) => order >= 0),
  logical("&&", (a, b) => a && b),
  logical("AND", (a, b) => a && b),
  logical("||", (a, b) => a || b),
  logical("OR", (a, b) => a || b),
  unary("!", (item) => negated(item, "!")),
  unary("NOT", (item) => negated(item, "NOT")),
  bitwise("&", (a, b) => a & b),
  bitwise("|", (a, b) => a | b),
  bitwise("^", (a, b) => a ^ b),
  bitwise("<<", (a, b) => a << shiftOf(b)),
  bitwise(">>", (a, b) => a >> shiftOf(b)),
  bitwise(">>>", (a, b) => BigInt.asUintN(64, a) >> shiftOf(b)),
  unary("~", (item) => ~asLong(item, "~ can only operate on a long value.")),
  unary("ABS", (item) => {
    if (typeof item === "bigint") return item < 0n ? long(-item) : item;
    return Math.abs(asNumber(item, "ABS can only operate on numeric values."));
  }),
  rounding("FLOOR", Math.floor),
  rounding("CEIL", Math.ceil),
  rounding("ROUND", Math.round),
  rounding("SQRT", Math.sqrt),
  binary("MAX", (a, b) => (compared(a, b) >= 0 ? a : b)),
  binary("MIN", (a, b) => (compared(a, b) <= 0 ? a : b)),
  unary("ISNaN", (item) => typeof item === "number" && Number.isNaN(item)),
  constant("NaN", () => Number.NaN),
  constant("MAXLONG", () => LONG_MAX),
  constant("MINLONG", () => LONG_MIN),
  constant("PI", () => Math.PI),
  constant("RAND", () => Math.random()),
];
