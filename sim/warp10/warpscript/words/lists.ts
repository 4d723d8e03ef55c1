// Lists and maps.
import { JavaError } from "../../values.ts";
import { Encoder, Gts } from "../items.ts";
import type { Item, Steps, Word } from "../items.ts";
import type { Stack } from "../stack.ts";
import { asList, asLong, asMacro, asMap, unary, word } from "./args.ts";
import { compared, equal } from "./arithmetic.ts";

function sizeOf(item: Item): Item {
  if (Array.isArray(item) || typeof item === "string" || item instanceof Uint8Array) {
    return BigInt(item.length);
  }
  if (item instanceof Map) return BigInt(item.size);
  if (item instanceof Encoder) return BigInt(item.size);
  if (item instanceof Gts) return BigInt(item.points.length);
  throw new JavaError(
    "SIZE operates on a map, a collection, a string, a byte array, a macro, " +
      "a Geo Time Series or a GTSEncoder.",
  );
}

/** An index may count from the end. */
function at(list: readonly Item[] | Uint8Array, index: Item, name: string): number {
  const wanted = Number(
    asLong(index, `${name} expects the key to be an integer when operating on a List.`),
  );
  const found = wanted < 0 ? wanted + list.length : wanted;
  if (found < 0 || found >= list.length) {
    throw new JavaError(`${name} Index out of bound, ${wanted} >= ${list.length}`);
  }
  return found;
}

function got(container: Item, key: Item): Item {
  if (container instanceof Map) return container.get(key) ?? null;
  if (Array.isArray(container)) {
    if (!Array.isArray(key)) return container[at(container, key, "GET")] ?? null;
    return key.reduce<Item>((inner, one) => got(inner, one), container);
  }
  if (container instanceof Uint8Array) return BigInt(container[at(container, key, "GET")] ?? 0);
  throw new JavaError("GET operates on a map, list, byte array or array");
}

function put(stack: Stack): void {
  const key = stack.pop();
  const value = stack.pop();
  const container = stack.peek();
  if (container instanceof Map) container.set(key, value);
  else if (Array.isArray(container)) container[at(container, key, "PUT")] = value;
  else throw new JavaError("PUT operates on a map or a list.");
}

function removed(stack: Stack): void {
  const key = stack.pop();
  const container = stack.peek();
  if (container instanceof Map) {
    const value = container.get(key) ?? null;
    container.delete(key);
    stack.push(value);
  } else {
    const list = asList(container, "REMOVE operates on a map or a list.");
    stack.push(list.splice(at(list, key, "REMOVE"), 1)[0] ?? null);
  }
}

function sublist(stack: Stack): void {
  const given = stack.pop();
  const complaint = "SUBLIST expects indices.";
  let bounds: number[];
  if (Array.isArray(given)) bounds = given.map((one) => Number(asLong(one, complaint)));
  else bounds = [Number(asLong(stack.pop(), complaint)), Number(asLong(given, complaint))];
  const list = asList(stack.pop(), "SUBLIST operates on a list.");
  const [from = 0, to = list.length - 1] = bounds.map((i) => (i < 0 ? i + list.length : i));
  stack.push(list.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1));
}

function appended(stack: Stack): void {
  const added = stack.pop();
  const base = stack.pop();
  if (Array.isArray(base)) stack.push([...base, ...asList(added, "APPEND operates on two lists.")]);
  else {
    const map = asMap(base, "APPEND operates on two lists or two maps.");
    stack.push(new Map([...map, ...asMap(added, "APPEND operates on two maps.")]));
  }
}

function sorted(list: Item[], name: string): Item[] {
  return list.sort((a, b) => {
    const order = compared(a, b);
    if (Number.isNaN(order)) throw new JavaError(`${name} can only sort homogeneous lists.`);
    return order;
  });
}

function* sortBy(stack: Stack): Steps {
  const macro = asMacro(stack.pop(), "SORTBY expects a macro on top of the stack.");
  const list = asList(stack.pop(), "SORTBY operates on a list.");
  const keyed: { key: Item; item: Item }[] = [];
  for (const item of list) {
    stack.push(item);
    yield* stack.exec(macro);
    keyed.push({ key: stack.pop(), item });
  }
  keyed.sort((a, b) => compared(a.key, b.key) || 0);
  list.splice(0, list.length, ...keyed.map(({ item }) => item));
  stack.push(list);
}

function unique(list: readonly Item[]): Item[] {
  const kept: Item[] = [];
  const seen = new Set<Item>();
  for (const item of list) {
    const simple = typeof item !== "object" || item === null;
    if (simple ? seen.has(item) : kept.some((one) => equal(one, item))) continue;
    if (simple) seen.add(item);
    kept.push(item);
  }
  return kept;
}

function flattened(item: Item): Item[] {
  return Array.isArray(item) ? item.flatMap(flattened) : [item];
}

/** Words of this file. */
export const LIST_WORDS: readonly Word[] = [
  unary("SIZE", sizeOf),
  word("GET", (stack) => {
    const key = stack.pop();
    stack.push(got(stack.pop(), key));
  }),
  word("PUT", put),
  word("SET", (stack) => {
    const index = stack.pop();
    const value = stack.pop();
    const list = asList(stack.peek(), "SET operates on a list.");
    list[at(list, index, "SET")] = value;
  }),
  word("REMOVE", removed),
  word("SUBLIST", sublist),
  word("APPEND", appended),
  unary("REVERSE", (item) => asList(item, "REVERSE operates on a list.").reverse()),
  unary("CLONEREVERSE", (item) => asList(item, "CLONEREVERSE operates on a list.").toReversed()),
  unary("CLONE", (item) => {
    if (Array.isArray(item)) return [...item];
    return item instanceof Map ? new Map(item) : item;
  }),
  unary("LSORT", (item) => sorted(asList(item, "LSORT operates on a list."), "LSORT")),
  word("SORTBY", sortBy),
  unary("UNIQUE", (item) => unique(asList(item, "UNIQUE operates on a list."))),
  unary("FLATTEN", (item) => flattened(asList(item, "FLATTEN operates on a list."))),
  unary("->SET", (item) => unique(asList(item, "->SET operates on a list."))),
  unary("SET->", (item) => asList(item, "SET-> operates on a set.")),
  unary("KEYLIST", (item) => [...asMap(item, "KEYLIST operates on a map.").keys()]),
  unary("VALUELIST", (item) => [...asMap(item, "VALUELIST operates on a map.").values()]),
  word("CONTAINSKEY", (stack) => {
    const key = stack.pop();
    stack.push(asMap(stack.peek(), "CONTAINSKEY operates on a map.").has(key));
  }),
  word("CONTAINSVALUE", (stack) => {
    const value = stack.pop();
    const map = asMap(stack.peek(), "CONTAINSVALUE operates on a map.");
    stack.push([...map.values()].some((one) => equal(one, value)));
  }),
  word("CONTAINS", (stack) => {
    const value = stack.pop();
    const list = asList(stack.peek(), "CONTAINS operates on a list.");
    stack.push(list.some((one) => equal(one, value)));
  }),
];
