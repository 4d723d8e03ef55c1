// Loops.
import { JavaError } from "../../values.ts";
import { Encoder, Gts, Leave } from "../items.ts";
import type { Item, Macro, Steps, Word } from "../items.ts";
import { ADVICE } from "../stack.ts";
import type { Stack } from "../stack.ts";
import { asList, asLong, asMacro, word } from "./args.ts";
import { pointList } from "./gts.ts";

/** Runs a loop's macro; false where BREAK ends the loop. */
function* turn(stack: Stack, macro: Macro): Generator<Promise<void> | undefined, boolean> {
  try {
    yield* stack.exec(macro);
  } catch (error) {
    if (error instanceof Leave && error.what === "BREAK") return false;
    if (!(error instanceof Leave && error.what === "CONTINUE")) throw error;
  }
  return true;
}

/** Throws once a loop has taken longer than MAXLOOP. */
function loopClock(stack: Stack, name: string): () => void {
  const started = performance.now();
  const { maxloop } = stack.limits;
  return () => {
    if (performance.now() - started <= maxloop) return;
    throw new JavaError(`${name} executed for too long (> ${maxloop} ms). ${ADVICE}`);
  };
}

function* whileLoop(stack: Stack): Steps {
  const body = asMacro(stack.pop(), "WHILE expects a macro on top of the stack.");
  const condition = asMacro(stack.pop(), "WHILE expects a macro below the top of the stack.");
  const check = loopClock(stack, "WHILE");
  for (;;) {
    yield* stack.exec(condition);
    const holds = stack.pop();
    if (typeof holds !== "boolean")
      throw new JavaError("WHILE expects a boolean from its condition.");
    if (!holds || !(yield* turn(stack, body))) return;
    check();
  }
}

function* untilLoop(stack: Stack): Steps {
  const condition = asMacro(stack.pop(), "UNTIL expects a macro on top of the stack.");
  const body = asMacro(stack.pop(), "UNTIL expects a macro below the top of the stack.");
  const check = loopClock(stack, "UNTIL");
  for (;;) {
    if (!(yield* turn(stack, body))) return;
    yield* stack.exec(condition);
    if (stack.pop() === true) return;
    check();
  }
}

function* forLoop(stack: Stack, name: string, stepped: boolean): Steps {
  const body = asMacro(stack.pop(), `${name} expects a macro on top of the stack.`);
  const complaint = `${name} expects numbers as its bounds.`;
  const step = stepped ? asLong(stack.pop(), complaint) : 1n;
  const to = asLong(stack.pop(), complaint);
  const from = asLong(stack.pop(), complaint);
  const check = loopClock(stack, name);
  for (let i = from; step > 0n ? i <= to : i >= to; i += step) {
    stack.push(i);
    if (!(yield* turn(stack, body))) return;
    check();
  }
}

/** What FOREACH pushes for each turn: elements, keys and values, characters, or points. */
function turnsOf(items: Item): Item[][] {
  if (items instanceof Map) return Array.from(items, ([key, value]) => [key, value]);
  if (typeof items === "string") return Array.from(items, (c) => [c]);
  if (items instanceof Encoder) return Array.from(items.points(), (point) => [pointList(point)]);
  if (items instanceof Gts) return items.points.map((point) => [pointList(point)]);
  const complaint = "FOREACH operates on a list, map, Geo Time Series, or GTSEncoder.";
  return asList(items, complaint).map((item) => [item]);
}

function* foreach(stack: Stack): Steps {
  const body = asMacro(stack.pop(), "FOREACH expects a macro on top of the stack.");
  const check = loopClock(stack, "FOREACH");
  for (const items of turnsOf(stack.pop())) {
    for (const item of items) stack.push(item);
    if (!(yield* turn(stack, body))) return;
    check();
  }
}

/**
 * LMAP gives the macro the element, and its index on top unless `false` says not to; the macro's
 * top becomes the new element.
 */
function* lmap(stack: Stack): Steps {
  const top = stack.pop();
  const indexed = top !== false;
  const macro = typeof top === "boolean" ? stack.pop() : top;
  const body = asMacro(macro, "LMAP expects a macro on top of the stack.");
  const list = asList(stack.pop(), "LMAP operates on a list.");
  const mapped: Item[] = [];
  for (const [index, item] of list.entries()) {
    stack.push(item);
    if (indexed) stack.push(BigInt(index));
    yield* stack.exec(body);
    mapped.push(stack.pop());
  }
  stack.push(mapped);
}

/** Words of this file. */
export const LOOP_WORDS: readonly Word[] = [
  word("WHILE", whileLoop),
  word("UNTIL", untilLoop),
  word("FOR", (stack) => forLoop(stack, "FOR", false)),
  word("FORSTEP", (stack) => forLoop(stack, "FORSTEP", true)),
  word("FOREACH", foreach),
  word("LMAP", lmap),
];
