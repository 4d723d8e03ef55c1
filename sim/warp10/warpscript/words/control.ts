// Control flow: conditions, errors, ends.
import { JavaError } from "../../values.ts";
import { Fatal, Leave, Macro } from "../items.ts";
import type { Item, Steps, Word } from "../items.ts";
import { Reader } from "../reader.ts";
import type { Stack } from "../stack.ts";
import { asLong, asMacro, asText, constant, word } from "./args.ts";

function* ifThen(stack: Stack): Steps {
  const then = stack.pop();
  const holds = yield* condition(stack, "IFT");
  if (holds) yield* evaluated(stack, then);
}

function* ifThenElse(stack: Stack): Steps {
  const otherwise = stack.pop();
  const then = stack.pop();
  const holds = yield* condition(stack, "IFTE");
  yield* evaluated(stack, holds ? then : otherwise);
}

function* condition(stack: Stack, name: string): Generator<Promise<void> | undefined, boolean> {
  const given = stack.pop();
  if (given instanceof Macro) {
    yield* stack.exec(given);
    return stack.pop() === true;
  }
  if (typeof given !== "boolean") throw new JavaError(`${name} expects a boolean or a macro.`);
  return given;
}

function* evaluated(stack: Stack, item: Item): Steps {
  if (item instanceof Macro) yield* stack.exec(item);
  else stack.push(item);
}

function* evaluate(stack: Stack): Steps {
  const item = stack.pop();
  if (item instanceof Macro) return yield* stack.exec(item);
  if (typeof item !== "string") {
    throw new JavaError("EVAL expects a Macro, a function or a String.");
  }
  const reader = new Reader(stack);
  for (const line of item.split("\n")) yield* reader.line(line);
  reader.checkBalanced();
}

function* run(stack: Stack): Steps {
  const name = asText(stack.pop(), "RUN expects a macro name.");
  const macro = stack.symbols.get(name);
  if (!(macro instanceof Macro)) throw new JavaError(`Unknown macro '${name}'`);
  yield* stack.exec(macro);
}

function* tryCatch(stack: Stack): Steps {
  const last = asMacro(stack.pop(), "TRY expects a 'finally' macro on top of the stack.");
  const rescue = asMacro(stack.pop(), "TRY expects a 'catch' macro below the 'finally' macro.");
  const body = asMacro(stack.pop(), "TRY expects a 'try' macro below the 'catch' macro.");
  try {
    yield* stack.exec(body);
  } catch (error) {
    if (error instanceof Leave || error instanceof Fatal) throw error;
    stack.lastError = error instanceof JavaError ? error : new JavaError(String(error));
    yield* stack.exec(rescue);
  }
  yield* stack.exec(last);
}

function errorList(stack: Stack): Item {
  const list: Item[] = [];
  for (let at = stack.lastError; at !== undefined; at = at.reason) {
    list.push(
      new Map<Item, Item>([
        ["type", "class io.warp10.script.WarpScriptException"],
        ["message", at.message],
        ["stacktrace", []],
      ]),
    );
  }
  return list;
}

const UNIT_NAMES = { ms: "MILLISECONDS", us: "MICROSECONDS", ns: "NANOSECONDS" } as const;

/** What a timebox of so many platform units says when it ends a script. */
export function timeboxMessage(stack: Stack, units: bigint): string {
  const unit = UNIT_NAMES[stack.context.config.unit];
  return `TIMEBOX reached the execution time limit (${units} ${unit}).`;
}

function* timebox(stack: Stack): Steps {
  const units = asLong(
    stack.pop(),
    "TIMEBOX expects a maximum execution time on top of the stack.",
  );
  const body = asMacro(stack.pop(), "TIMEBOX expects a macro below the time limit.");
  const perMs = { ms: 1, us: 1e3, ns: 1e6 }[stack.context.config.unit];
  const lift = stack.setDeadline(Number(units) / perMs, timeboxMessage(stack, units));
  try {
    yield* stack.exec(body);
  } finally {
    lift();
  }
}

/** Words of this file. */
export const CONTROL_WORDS: readonly Word[] = [
  word("EVAL", evaluate),
  word("RUN", run),
  word("IFT", ifThen),
  word("IFTE", ifThenElse),
  word("TRY", tryCatch),
  word("TIMEBOX", timebox),
  constant("ERROR", errorList),
  word("RETHROW", (stack) => {
    throw stack.lastError ?? new JavaError("No error to rethrow.");
  }),
  word("FAIL", () => {
    throw new JavaError("FAIL failed.");
  }),
  word("MSGFAIL", (stack) => {
    throw new JavaError(`MSGFAIL ${String(stack.pop())}`);
  }),
  word("ASSERT", (stack) => {
    if (stack.pop() !== true) throw new JavaError("ASSERT failed.");
  }),
  word("STOP", () => {
    throw new Leave("STOP");
  }),
  word("RETURN", () => {
    throw new Leave("RETURN");
  }),
  word("BREAK", () => {
    throw new Leave("BREAK");
  }),
  word("CONTINUE", () => {
    throw new Leave("CONTINUE");
  }),
  word("SECTION", (stack) => {
    stack.section = asText(stack.pop(), "SECTION expects a name on top of the stack.");
  }),
];
