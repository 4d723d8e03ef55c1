// What scripts of one server share: mutexes, shared memory, and estimates of the directory.
import { JavaError } from "../../values.ts";
import type { Item, Steps, Word } from "../items.ts";
import type { Stack } from "../stack.ts";
import { asMacro, asText, word } from "./args.ts";
import { directoryMap, readToken, seriesAsked } from "./directory.ts";

/** What a HyperLogLog of 2^14 registers is off by. */
const ERROR_RATE = 1.04 / Math.sqrt(2 ** 14);

/** Shared memory and mutexes of one library, which is one server's. */
class Shared {
  readonly memory = new Map<string, { readonly mutex: string; readonly value: Item }>();
  readonly holders = new Map<string, Stack>();

  /** The mutex that this script holds. Throws a JavaError where it holds none. */
  heldBy(stack: Stack, name: string): string {
    for (const [mutex, holder] of this.holders) if (holder === stack) return mutex;
    throw new JavaError(`${name} can only be called while holding a mutex.`);
  }
}

function* mutex(stack: Stack, shared: Shared): Steps {
  stack.require("MUTEX", "mutex");
  const name = asText(stack.pop(), "MUTEX expects a mutex name on top of the stack.");
  const macro = asMacro(stack.pop(), "MUTEX expects a macro below the name.");
  const until = performance.now() + stack.context.config.mutexWaitMs;
  while (shared.holders.has(name) && shared.holders.get(name) !== stack) {
    if (performance.now() > until) throw new JavaError(`MUTEX cannot acquire '${name}'.`);
    yield* stack.sleep(10);
  }
  const nested = shared.holders.has(name);
  shared.holders.set(name, stack);
  try {
    yield* stack.exec(macro);
  } finally {
    if (!nested) shared.holders.delete(name);
  }
}

function store(stack: Stack, { memory }: Shared, held: string): void {
  const name = asText(stack.pop(), "SHMSTORE expects a symbol name on top of the stack.");
  const value = stack.pop();
  if (value === null) memory.delete(name);
  else memory.set(name, { mutex: held, value });
}

function load(stack: Stack, { memory }: Shared, held: string): void {
  const name = asText(stack.pop(), "SHMLOAD expects a symbol name on top of the stack.");
  const entry = memory.get(name);
  if (entry === undefined) throw new JavaError(`SHMLOAD unknown symbol '${name}'.`);
  if (entry.mutex !== held) throw new JavaError(`SHMLOAD invalid mutex for symbol '${name}'.`);
  stack.push(entry.value);
}

/** FINDSTATS: estimates on the real server, which no proof may rest on; exact here. */
function findStats(stack: Stack): void {
  const map = directoryMap(stack, "FINDSTATS");
  const token = readToken(stack, "FINDSTATS", map.get("token"));
  if (token.attributes[".scope"] !== undefined) {
    throw new JavaError("FINDSTATS cannot be used with a token that has a scope.");
  }
  const classes = new Map<string, bigint>();
  const values = new Map<string, Set<string>>();
  let series = 0n;
  for (const one of seriesAsked(stack, "FINDSTATS", map, token, {})) {
    series += 1n;
    classes.set(one.className, (classes.get(one.className) ?? 0n) + 1n);
    for (const [name, value] of one.labels) {
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  const perLabel = Array.from(values, ([name, set]): [string, bigint] => [name, BigInt(set.size)]);
  stack.push(
    new Map<Item, Item>([
      ["gts.estimate", series],
      ["classes.estimate", BigInt(classes.size)],
      ["labelnames.estimate", BigInt(values.size)],
      ["labelvalues.estimate", perLabel.reduce((sum, [, count]) => sum + count, 0n)],
      ["per.class.estimate", new Map<Item, Item>(classes)],
      ["per.label.value.estimate", new Map<Item, Item>(perLabel)],
      ["error.rate", ERROR_RATE],
    ]),
  );
}

/** Words of every server. */
export const ESTIMATE_WORDS: readonly Word[] = [word("FINDSTATS", findStats)];

/** Words of the extension shm, with memory of their own. */
export function sharingWords(): readonly Word[] {
  const shared = new Shared();
  return [
    word("MUTEX", (stack) => mutex(stack, shared)),
    word("SHMSTORE", (stack) => {
      stack.require("SHMSTORE", "shmstore");
      store(stack, shared, shared.heldBy(stack, "SHMSTORE"));
    }),
    word("SHMLOAD", (stack) => {
      stack.require("SHMLOAD", "shmload");
      load(stack, shared, shared.heldBy(stack, "SHMLOAD"));
    }),
  ];
}
