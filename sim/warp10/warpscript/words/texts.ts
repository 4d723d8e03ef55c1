// Strings, bytes, hashes, JSON, time.
import { createHash, randomUUID } from "node:crypto";
import { UNITS_PER_MS } from "../../../../src/warp10/range.ts";
import { nowUnits } from "../../context.ts";
import { isoText, parseIsoTimestamp } from "../../text/iso.ts";
import { parseDouble, parseLong } from "../../text/javaNumbers.ts";
import { decodePercent, encodePercent } from "../../text/percent.ts";
import { JavaError } from "../../values.ts";
import type { Item, Word } from "../items.ts";
import { fromJson, toJson } from "../json.ts";
import { HASH_KEYS, sipHash24 } from "../siphash.ts";
import type { Stack } from "../stack.ts";
import { asLong, asNumber, asText, binary, constant, unary, word } from "./args.ts";
import { textOf } from "./arithmetic.ts";

function bytesOf(item: Item, name: string): Buffer {
  if (item instanceof Uint8Array) return Buffer.from(item);
  if (typeof item === "string") return Buffer.from(item, "utf8");
  throw new JavaError(`${name} operates on a byte array.`);
}

function digest(name: string, algorithm: string): Word {
  return unary(name, (item) => {
    if (!(item instanceof Uint8Array)) throw new JavaError(`${name} operates on a byte array.`);
    return new Uint8Array(createHash(algorithm).update(item).digest());
  });
}

const decoded = (text: string, encoding: BufferEncoding): Item =>
  new Uint8Array(Buffer.from(text, encoding));

function hash(stack: Stack): void {
  const top = stack.pop();
  if (typeof top === "bigint") {
    const k1 = top;
    const k0 = asLong(stack.pop(), "HASH expects two LONG keys.");
    const keys = [BigInt.asUintN(64, k0), BigInt.asUintN(64, k1)] as const;
    return stack.push(sipHash24(bytesOf(stack.pop(), "HASH"), keys));
  }
  stack.push(
    sipHash24(top instanceof Uint8Array ? top : Buffer.from(textOf(top), "utf8"), HASH_KEYS),
  );
}

const encodings: readonly Word[] = [
  word("->BYTES", (stack) => {
    const charset = asText(stack.pop(), "->BYTES expects a charset on top of the stack.");
    const text = asText(stack.pop(), "->BYTES operates on a string.");
    stack.push(decoded(text, /8859-1|ascii/i.test(charset) ? "latin1" : "utf8"));
  }),
  word("BYTES->", (stack) => {
    const charset = asText(stack.pop(), "BYTES-> expects a charset on top of the stack.");
    const encoding = /8859-1|ascii/i.test(charset) ? "latin1" : "utf8";
    stack.push(bytesOf(stack.pop(), "BYTES->").toString(encoding));
  }),
  unary("->HEX", (item) => bytesOf(item, "->HEX").toString("hex")),
  unary("HEX->", (item) => decoded(asText(item, "HEX-> operates on a string."), "hex")),
  unary("->B64", (item) => bytesOf(item, "->B64").toString("base64")),
  unary("B64->", (item) => decoded(asText(item, "B64-> operates on a string."), "base64")),
  unary("->B64URL", (item) => bytesOf(item, "->B64URL").toString("base64url")),
  unary("B64URL->", (item) => decoded(asText(item, "B64URL-> operates on a string."), "base64url")),
  unary("->JSON", (item, stack) => toJson(item, stack.strictJson)),
  unary("JSON->", (item) => fromJson(asText(item, "JSON-> operates on a string."))),
  word("JSONSTRICT", (stack) => void (stack.strictJson = true)),
  word("JSONLOOSE", (stack) => void (stack.strictJson = false)),
  unary("URLENCODE", (item) => encodePercent(asText(item, "URLENCODE operates on a string."))),
  unary("URLDECODE", (item) => decodePercent(asText(item, "URLDECODE operates on a string."))),
  digest("SHA256", "sha256"),
  digest("SHA1", "sha1"),
  digest("MD5", "md5"),
  word("HASH", hash),
  constant("UUID", () => randomUUID()),
];

function toLong(item: Item): bigint {
  if (typeof item === "bigint") return item;
  if (typeof item === "boolean") return item ? 1n : 0n;
  if (typeof item === "string") return parseLong(item);
  return BigInt(Math.trunc(asNumber(item, "TOLONG can only be applied to numbers and strings.")));
}

function joined(stack: Stack): void {
  const separator = asText(stack.pop(), "JOIN expects a separator on top of the stack.");
  const top = stack.pop();
  if (Array.isArray(top)) return stack.push(top.map(textOf).join(separator));
  const n = Number(asLong(top, "JOIN operates on a list or a number of elements."));
  stack.push(
    stack.items
      .splice(stack.items.length - n)
      .map(textOf)
      .join(separator),
  );
}

function substring(stack: Stack): void {
  const top = Number(asLong(stack.pop(), "SUBSTRING expects a number on top of the stack."));
  const below = stack.pop();
  if (typeof below === "string") return stack.push(below.slice(top));
  const from = Number(asLong(below, "SUBSTRING expects a number."));
  stack.push(asText(stack.pop(), "SUBSTRING operates on a string.").substr(from, top));
}

const strings: readonly Word[] = [
  unary("TOSTRING", textOf),
  unary("TOLONG", toLong),
  unary("TODOUBLE", (item) =>
    typeof item === "string" ? parseDouble(item) : asNumber(item, "TODOUBLE operates on numbers."),
  ),
  unary("TOBOOLEAN", (item) =>
    typeof item === "string" ? item === "true" : item !== 0n && item !== 0,
  ),
  unary("TOUPPER", (item) => asText(item, "TOUPPER operates on a string.").toUpperCase()),
  unary("TOLOWER", (item) => asText(item, "TOLOWER operates on a string.").toLowerCase()),
  unary("TRIM", (item) => asText(item, "TRIM operates on a string.").trim()),
  word("JOIN", joined),
  word("SUBSTRING", substring),
  binary("SPLIT", (text, separator) =>
    asText(text, "SPLIT operates on a string.").split(asText(separator, "SPLIT expects a string.")),
  ),
  word("TEMPLATE", (stack) => {
    const values = stack.pop();
    const text = asText(stack.pop(), "TEMPLATE operates on a string.");
    const map = values instanceof Map ? values : new Map<Item, Item>();
    stack.push(text.replaceAll(/\{\{(.*?)\}\}/g, (_, key: string) => textOf(map.get(key) ?? "")));
  }),
];

const time: readonly Word[] = [
  constant("NOW", (stack) => nowUnits(stack.context)),
  constant("MSTU", (stack) => UNITS_PER_MS[stack.context.config.unit]),
  constant("STU", (stack) => UNITS_PER_MS[stack.context.config.unit] * 1000n),
  unary("TOTIMESTAMP", (item, stack) =>
    parseIsoTimestamp(asText(item, "TOTIMESTAMP operates on a string."), stack.context.config.unit),
  ),
  unary("ISO8601", (item, stack) =>
    isoText(asLong(item, "ISO8601 operates on a timestamp."), stack.context.config.unit),
  ),
  ...(["ms", "s", "m", "h", "d", "w"] as const).map((name) =>
    unary(name, (item, stack) => {
      const perMs = UNITS_PER_MS[stack.context.config.unit];
      const ms = { ms: 1n, s: 1000n, m: 60_000n, h: 3_600_000n, d: 86_400_000n, w: 604_800_000n };
      return asLong(toLong(item), "") * ms[name] * perMs;
    }),
  ),
];

/** Words of this file. */
export const TEXT_WORDS: readonly Word[] = [...encodings, ...strings, ...time];
