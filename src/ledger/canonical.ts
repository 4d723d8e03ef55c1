// Canonical JSON: one text for one value, so that a record, a plan or a flow can be named by the
// SHA-256 of its bytes.

/**
 * A value as JSON with sorted keys (UTF-16 code units) and no blanks. 64-bit values are the
 * caller's to write as decimal strings: a bigint throws, as does everything that JSON would drop or
 * change without a word (undefined, NaN, infinities, integers beyond 2^53, holes, functions,
 * objects that are not plain). Throws TypeError.
 */
export function canonicalJson(value: unknown): string {
  return write(value, "$");
}

function write(value: unknown, path: string): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return writeNumber(value, path);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, i) => write(item, `${path}[${i}]`)).join(",")}]`;
  }
  if (typeof value === "object" && isPlain(value)) return writeObject(value, path);
  throw new TypeError(`${path} cannot be written as canonical JSON: it is ${nameOf(value)}`);
}

function writeNumber(value: number, path: string): string {
  if (!Number.isFinite(value)) {
    throw new TypeError(`${path} cannot be written as canonical JSON: it is ${value}`);
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new TypeError(`${path} is an integer beyond 2^53: write it as decimal text`);
  }
  return JSON.stringify(value);
}

function writeObject(value: Readonly<Record<string, unknown>>, path: string): string {
  const keys = Object.keys(value).toSorted();
  const pairs = keys.map((k) => `${JSON.stringify(k)}:${write(value[k], `${path}.${k}`)}`);
  return `{${pairs.join(",")}}`;
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function nameOf(value: unknown): string {
  if (typeof value === "object" && value !== null) return `a ${value.constructor.name}`;
  return value === undefined ? "undefined" : `a ${typeof value}`;
}
