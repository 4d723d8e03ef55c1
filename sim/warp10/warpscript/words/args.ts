// Taking arguments off the stack, with the complaints that a wrong type gets.
import { Decimal, JavaError } from "../../values.ts";
import { Macro, Mark } from "../items.ts";
import type { Item, ItemMap, Steps, Word } from "../items.ts";
import type { Stack } from "../stack.ts";

/** A word from its name and what it does. */
export function word(name: string, run: (stack: Stack) => Steps | void): Word {
  return { name, run };
}

/** A word that turns the top into something else. */
export function unary(name: string, apply: (item: Item, stack: Stack) => Item): Word {
  return word(name, (stack) => stack.push(apply(stack.pop(), stack)));
}

/** A word that turns the two items on top into one; `b` was on top. */
export function binary(name: string, apply: (a: Item, b: Item) => Item): Word {
  return word(name, (stack) => {
    const b = stack.pop();
    stack.push(apply(stack.pop(), b));
  });
}

/** A word that pushes something. */
export function constant(name: string, value: (stack: Stack) => Item): Word {
  return word(name, (stack) => stack.push(value(stack)));
}

/** Throws a JavaError for anything but a LONG. */
export function asLong(item: Item, complaint: string): bigint {
  if (typeof item === "bigint") return item;
  throw new JavaError(complaint);
}

export function asNumber(item: Item, complaint: string): number {
  if (typeof item === "number") return item;
  if (typeof item === "bigint") return Number(item);
  if (item instanceof Decimal) return item.toNumber();
  throw new JavaError(complaint);
}

export function asText(item: Item, complaint: string): string {
  if (typeof item === "string") return item;
  throw new JavaError(complaint);
}

export function asList(item: Item, complaint: string): Item[] {
  if (Array.isArray(item)) return item;
  throw new JavaError(complaint);
}

export function asMap(item: Item, complaint: string): ItemMap {
  if (item instanceof Map) return item;
  throw new JavaError(complaint);
}

export function asMacro(item: Item, complaint: string): Macro {
  if (item instanceof Macro) return item;
  throw new JavaError(complaint);
}

/** A map of strings, as labels are given. */
export function asLabels(item: Item, complaint: string): Map<string, string> {
  const labels = new Map<string, string>();
  for (const [name, value] of asMap(item, complaint)) {
    labels.set(asText(name, complaint), asText(value, complaint));
  }
  return labels;
}

/** Everything above the last mark, which goes too. */
export function aboveMark(stack: Stack): Item[] {
  for (let at = stack.items.length - 1; at >= 0; at--) {
    if (!(stack.items[at] instanceof Mark)) continue;
    const above = stack.items.splice(at + 1);
    stack.items.pop();
    return above;
  }
  throw new JavaError("No mark on the stack.");
}
