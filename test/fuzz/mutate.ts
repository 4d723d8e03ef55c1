// Good inputs made bad: bytes flipped, pieces cut, doubled, moved, replaced by words that mean
// something.
import type { Draws } from "./chance.ts";

/** What a mutation works with. */
export interface Material {
  /** Words of the input's language, to be put anywhere. */
  readonly words: readonly [string, ...string[]];
  /** Another good input, of which pieces are taken. */
  readonly other: Buffer;
}

type Change = (bytes: Buffer, draws: Draws, material: Material) => Buffer;

const insert = (bytes: Buffer, at: number, piece: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);

const cut = (bytes: Buffer, from: number, to: number): Buffer =>
  Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);

/** A piece of at most 40 bytes, or (one time in eight) of any length. */
function piece(bytes: Buffer, draws: Draws): [number, number] {
  const from = draws.below(bytes.length + 1);
  const most = draws.below(8) === 0 ? bytes.length : 40;
  return [from, Math.min(bytes.length, from + draws.below(most + 1))];
}

const flip: Change = (bytes, draws) => {
  const flipped = Buffer.from(bytes);
  const at = draws.below(flipped.length);
  if (flipped.length > 0) flipped[at] = (flipped[at] ?? 0) ^ (1 << draws.below(8));
  return flipped;
};

const setByte: Change = (bytes, draws) => {
  const set = Buffer.from(bytes);
  if (set.length > 0) set[draws.below(set.length)] = draws.oneOf([0, 10, 13, 32, 127, 128, 255]);
  return set;
};

const remove: Change = (bytes, draws) => cut(bytes, ...piece(bytes, draws));

const truncate: Change = (bytes, draws) => bytes.subarray(0, draws.below(bytes.length + 1));

const repeat: Change = (bytes, draws) => {
  const [from, to] = piece(bytes, draws);
  const once = bytes.subarray(from, to);
  const times = draws.oneOf([1, 1, 2, 20]);
  return insert(bytes, draws.below(bytes.length + 1), Buffer.concat(Array(times).fill(once)));
};

const splice: Change = (bytes, draws, { other }) => {
  const [from, to] = piece(other, draws);
  return insert(bytes, draws.below(bytes.length + 1), other.subarray(from, to));
};

const word: Change = (bytes, draws, { words }) => {
  const put = Buffer.from(draws.oneOf(words));
  const [from, to] = piece(bytes, draws);
  return draws.below(2) === 0 ? insert(bytes, from, put) : insert(cut(bytes, from, to), from, put);
};

/** A number becomes another: one more, an extreme, one with too many digits. */
const number: Change = (bytes, draws) => {
  const text = bytes.toString("latin1");
  const found = [...text.matchAll(/-?\d+/g)];
  const match = found[draws.below(found.length)];
  if (!match) return bytes;
  const put = draws.oneOf<string>([
    String(BigInt(match[0]) + 1n),
    "0",
    "-0",
    "-1",
    "00",
    "1e9",
    "0x10",
    "1.5",
    "NaN",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "9007199254740993",
    "9".repeat(400),
  ]);
  const end = match.index + match[0].length;
  return Buffer.from(text.slice(0, match.index) + put + text.slice(end), "latin1");
};

const lines: Change = (bytes, draws) => {
  const all = bytes.toString("latin1").split("\n");
  const [from, to] = [draws.below(all.length), draws.below(all.length)];
  const [moved = ""] = draws.below(2) === 0 ? all.splice(from, 1) : [all[from] ?? ""];
  all.splice(to, 0, moved);
  return Buffer.from(all.join("\n"), "latin1");
};

const CHANGES: readonly [Change, ...Change[]] = [
  flip,
  setByte,
  remove,
  truncate,
  repeat,
  splice,
  word,
  word,
  number,
  number,
  lines,
];

/** Changes a good input a few times; one time in sixteen it stays good. */
export function mutated(good: Buffer, draws: Draws, material: Material): Buffer {
  let bytes = good;
  const times = draws.below(16) === 0 ? 0 : 1 + draws.below(5);
  for (let i = 0; i < times; i++) bytes = draws.oneOf(CHANGES)(bytes, draws, material);
  return bytes;
}
