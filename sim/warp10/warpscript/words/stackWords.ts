// Words that arrange the stack and its symbols.
import { JavaError } from "../../values.ts";
import { Mark, Saved, textMap, typeName } from "../items.ts";
import type { Item, Word } from "../items.ts";
import type { Stack } from "../stack.ts";
import { aboveMark, asList, asLong, asText, constant, unary, word } from "./args.ts";

function count(stack: Stack, name: string): number {
  const n = Number(asLong(stack.pop(), `${name} expects a number on top of the stack.`));
  if (n < 0 || n > stack.items.length) throw new JavaError(`${name} invalid depth ${n}.`);
  return n;
}

function mapAboveMark(stack: Stack): Item {
  const items = aboveMark(stack);
  if (items.length % 2 !== 0) throw new JavaError("} expects an even number of elements.");
  const map = new Map<Item, Item>();
  for (let i = 0; i < items.length; i += 2) map.set(items[i] ?? null, items[i + 1] ?? null);
  return map;
}

/** PICK, ROLL and their like. */
const arranging: readonly Word[] = [
  word("DUP", (stack) => stack.push(stack.peek())),
  word("DROP", (stack) => void stack.pop()),
  word("SWAP", (stack) => {
    const top = stack.pop();
    const below = stack.pop();
    stack.push(top);
    stack.push(below);
  }),
  word("OVER", (stack) => {
    const below = stack.items.at(-2);
    if (below === undefined) throw new JavaError("Empty stack.");
    stack.push(below);
  }),
  word("ROT", (stack) => {
    const [third] = stack.items.splice(-3, 1);
    if (third === undefined) throw new JavaError("Empty stack.");
    stack.push(third);
  }),
  constant("DEPTH", (stack) => BigInt(stack.items.length)),
  word("CLEAR", (stack) => void stack.items.splice(0)),
  word("DROPN", (stack) => {
    const n = count(stack, "DROPN");
    stack.items.splice(stack.items.length - n);
  }),
  word("DUPN", (stack) => {
    const n = count(stack, "DUPN");
    for (const item of stack.items.slice(stack.items.length - n)) stack.push(item);
  }),
  word("PICK", (stack) => {
    const n = count(stack, "PICK");
    stack.push(stack.items.at(-n) ?? null);
  }),
  word("ROLL", (stack) => {
    const n = count(stack, "ROLL");
    stack.items.push(...stack.items.splice(stack.items.length - n, 1));
  }),
  word("ROLLD", (stack) => {
    const n = count(stack, "ROLLD");
    stack.items.splice(stack.items.length - n, 0, stack.pop());
  }),
];

const symbols: readonly Word[] = [
  word("STORE", (stack) => {
    const names = stack.pop();
    if (Array.isArray(names)) {
      for (const name of names.toReversed()) {
        const value = stack.pop();
        if (name !== null) stack.store(asText(name, "STORE expects symbol names."), value);
      }
      return;
    }
    const name = asText(names, "STORE expects a symbol name on top of the stack.");
    stack.store(name, stack.pop());
  }),
  word("CSTORE", (stack) => {
    const name = asText(stack.pop(), "CSTORE expects a symbol name on top of the stack.");
    const value = stack.pop();
    if (!stack.symbols.has(name)) stack.store(name, value);
  }),
  unary("LOAD", (name, stack) => stack.load(asText(name, "LOAD expects a symbol name."))),
  word("FORGET", (stack) => {
    const name = stack.pop();
    if (name === null) stack.symbols.clear();
    else stack.symbols.delete(asText(name, "FORGET expects a symbol name."));
  }),
  unary("DEF?", (name, stack) => stack.symbols.has(asText(name, "DEF? expects a name."))),
  constant("SAVE", (stack) => new Saved(new Map(stack.symbols))),
  word("RESTORE", (stack) => {
    const saved = stack.pop();
    if (!(saved instanceof Saved)) throw new JavaError("Invalid stack context.");
    stack.symbols = new Map(saved.symbols);
  }),
];

const building: readonly Word[] = [
  constant("MARK", () => new Mark()),
  constant("[", () => new Mark()),
  constant("{", () => new Mark()),
  constant("(", () => new Mark()),
  constant("[]", () => []),
  constant("{}", () => textMap([])),
  constant("()", () => []),
  word("]", (stack) => stack.push(aboveMark(stack))),
  word(")", (stack) => stack.push([...new Set(aboveMark(stack))])),
  word("}", (stack) => stack.push(mapAboveMark(stack))),
  word("CLEARTOMARK", (stack) => void aboveMark(stack)),
  word("->LIST", (stack) => {
    const n = count(stack, "->LIST");
    stack.push(stack.items.splice(stack.items.length - n));
  }),
  word("LIST->", (stack) => {
    const list = asList(stack.pop(), "LIST-> expects a list on top of the stack.");
    for (const item of list) stack.push(item);
    stack.push(BigInt(list.length));
  }),
  word("->MAP", (stack) => {
    const n = count(stack, "->MAP");
    const items = stack.items.splice(stack.items.length - n);
    stack.push(new Mark());
    for (const item of items) stack.push(item);
    stack.push(mapAboveMark(stack));
  }),
  word("MAP->", (stack) => {
    const map = stack.pop();
    if (!(map instanceof Map)) throw new JavaError("MAP-> expects a map on top of the stack.");
    for (const [key, value] of map) {
      stack.push(key);
      stack.push(value);
    }
    stack.push(BigInt(map.size * 2));
  }),
];

const telling: readonly Word[] = [
  constant("NULL", () => null),
  unary("ISNULL", (item) => item === null),
  unary("TYPEOF", (item) => typeName(item)),
  constant("REV", (stack) => stack.context.config.version),
  constant("OPS", (stack) => BigInt(stack.ops)),
  word("NOOP", () => undefined),
];

/** Words of this file. */
export const STACK_WORDS: readonly Word[] = [...arranging, ...symbols, ...building, ...telling];
