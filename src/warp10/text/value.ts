// Values in the server's text, of every type (facts warp10 §7), on the path that is not the fast
// one.
import { KIND } from "../../archive/points.ts";
import type { Columns } from "./columns.ts";
import { base64Decode, percentDecode } from "./encoding.ts";
import { parseDouble, parseLong, type Words } from "./number.ts";

const QUOTE = 39;
const BASE64 = Buffer.from("b64:");

/** Values that are one word, by their text. */
const NAMED: Readonly<Record<string, boolean | number>> = {
  T: true,
  F: false,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};
const LONGEST_NAMED = 9;

/**
 * Reads the value in bytes [from, to) into a row. False when it is none: nothing may follow a
 * value.
 */
export function readValue(columns: Columns, row: number, bytes: Buffer, from: number, to: number) {
  if (bytes[from] === QUOTE) return readString(columns, row, bytes, from, to);
  if (bytes.subarray(from, from + BASE64.length).equals(BASE64)) {
    const blob = base64Decode(bytes, from + BASE64.length, to);
    if (blob === undefined) return false;
    columns.setBlob(row, KIND.binary, blob);
    return true;
  }
  return readNamed(columns, row, bytes, from, to) || readNumber(columns, row, bytes, from, to);
}

function readString(columns: Columns, row: number, bytes: Buffer, from: number, to: number) {
  const close = bytes.indexOf(QUOTE, from + 1);
  if (close !== to - 1) return false;
  const text = percentDecode(bytes, from + 1, close);
  if (text === undefined) return false;
  columns.setBlob(row, KIND.string, text);
  return true;
}

function readNamed(columns: Columns, row: number, bytes: Buffer, from: number, to: number) {
  if (to - from > LONGEST_NAMED) return false;
  const text = bytes.toString("latin1", from, to);
  const named = Object.hasOwn(NAMED, text) ? NAMED[text] : undefined;
  if (named === undefined) return false;
  if (typeof named === "number") columns.setDouble(row, named);
  else columns.setWords(row, KIND.boolean, named ? 1 : 0, 0);
  return true;
}

function readNumber(columns: Columns, row: number, bytes: Buffer, from: number, to: number) {
  const words: Words = { low: 0, high: 0 };
  if (parseLong(bytes, from, to, words)) {
    columns.setWords(row, KIND.long, words.low, words.high);
    return true;
  }
  const value = parseDouble(bytes, from, to);
  if (value === undefined) return false;
  columns.setDouble(row, value);
  return true;
}
