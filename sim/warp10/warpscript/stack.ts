// The machine: a stack, symbols, limits, and the signals of sessions.
import { randomUUID } from "node:crypto";
import type { ScriptLimits } from "../config.ts";
import type { Context, RunningScript } from "../context.ts";
import { JavaError } from "../values.ts";
import { Fatal, Leave, Macro, WordOp, typeName } from "./items.ts";
import type { Item, Steps, Word } from "./items.ts";

/** What every error about a limit ends with. */
export const ADVICE = "Consider raising the limit or using capabilities.";

/** Milliseconds that a script may run before others get their turn. */
const TURN_MS = 8;

/** One running script. */
export class Stack implements RunningScript {
  readonly context: Context;
  readonly uuid = randomUUID();
  readonly session: string | undefined;
  readonly startedMs: number;
  readonly items: Item[] = [];
  symbols = new Map<string, Item>();
  /** Capability to value; the first token that grants one wins. */
  readonly capabilities = new Map<string, string>();
  readonly limits: { -readonly [K in keyof ScriptLimits]: ScriptLimits[K] };
  section = "[TOP]";
  stackName: string | undefined;
  ops = 0;
  fetched = 0;
  seriesFound = 0;
  strictJson = false;
  /** How much of the stack a failure shows; 0: an error page. */
  debugDepth = 0;
  lastError: JavaError | undefined;
  /** What a word resolves to by name. */
  readonly library: ReadonlyMap<string, Word>;
  private pending: "kill" | "stop" | undefined;
  private turnStarted = performance.now();
  private readonly deadlines: { readonly at: number; readonly message: string }[] = [];
  private depth = 0;
  private abandoned = false;
  private wake: (() => void) | undefined;
  private readonly cut: () => void;

  /** `cut` resets the connection of the script's client. */
  constructor(
    context: Context,
    library: ReadonlyMap<string, Word>,
    session: string | undefined,
    cut: () => void,
  ) {
    this.context = context;
    this.cut = cut;
    this.library = library;
    this.session = session;
    this.startedMs = Math.floor(context.now());
    this.limits = { ...context.config.limits };
  }

  push(item: Item): void {
    if (this.items.length >= this.limits.maxdepth) {
      throw new JavaError(`Stack depth would exceed set limit of ${this.limits.maxdepth}`);
    }
    this.items.push(item);
  }

  /** Throws a JavaError `Empty stack.`. */
  pop(): Item {
    const item = this.items.pop();
    if (item === undefined) throw new JavaError("Empty stack.");
    return item;
  }

  peek(): Item {
    const item = this.items.at(-1);
    if (item === undefined) throw new JavaError("Empty stack.");
    return item;
  }

  store(name: string, value: Item): void {
    if (!this.symbols.has(name) && this.symbols.size >= this.limits.maxsymbols) {
      throw new JavaError(
        `Symbol table has reached its maximum number of entries: ${this.limits.maxsymbols}`,
      );
    }
    this.symbols.set(name, value);
  }

  load(name: string): Item {
    const value = this.symbols.get(name);
    if (value === undefined) throw new JavaError(`Unknown symbol '${name}'`);
    return value;
  }

  /** Sets a limit of time on what runs from now on; undo it with the function that comes back. */
  setDeadline(ms: number, message: string): () => void {
    const deadline = { at: performance.now() + ms, message };
    this.deadlines.push(deadline);
    return () => this.deadlines.splice(this.deadlines.indexOf(deadline), 1);
  }

  signal(kind: "kill" | "stop"): void {
    this.pending = kind;
  }

  /** Ends the script even in a word that waits: the server closes. */
  abandon(): void {
    this.pending = "kill";
    this.abandoned = true;
    this.wake?.();
  }

  /** Whether the server closes. */
  get isAbandoned(): boolean {
    return this.abandoned;
  }

  /** Resets the client's connection; the script goes on. */
  hangUp(): void {
    this.cut();
  }

  /** Counts an operation; says whether it is time to let others run. Throws at limits. */
  tick(): boolean {
    this.ops += 1;
    if (this.ops > this.limits.maxops) {
      throw new JavaError(
        `Operation count (${this.ops}) exceeded maximum of ${this.limits.maxops}`,
      );
    }
    return (this.ops & 0xff) === 0 && performance.now() - this.turnStarted > TURN_MS;
  }

  /** Lets others run, then looks for signals and deadlines. */
  *rest(): Steps {
    yield undefined;
    this.turnStarted = performance.now();
    this.handleSignals();
  }

  /** Throws where a signal or a deadline ends the script. */
  handleSignals(): void {
    if (this.pending === "kill") throw new Fatal("Execution received KILL signal.");
    if (this.pending === "stop") throw new Leave("STOP");
    const now = performance.now();
    for (const { at, message } of this.deadlines) if (now >= at) throw new Fatal(message);
  }

  /** Waits in a word that no signal interrupts; only a deadline does, or the server's end. */
  *sleep(ms: number): Steps {
    const first = this.deadlines.toSorted((a, b) => a.at - b.at)[0];
    const left = first === undefined ? Infinity : first.at - performance.now();
    yield new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, Math.min(ms, left)));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
    this.turnStarted = performance.now();
    if (this.abandoned) this.handleSignals();
    if (first !== undefined && left <= ms) throw new Fatal(first.message);
  }

  /** Runs one operation. */
  *apply(op: Item | WordOp): Steps {
    if (this.tick()) yield* this.rest();
    if (!(op instanceof WordOp)) return this.push(op);
    const steps = op.word.run(this);
    if (steps !== undefined) yield* steps;
  }

  /** Runs a macro; errors name the word and the section that they came from. */
  *exec(macro: Macro): Steps {
    this.depth += 1;
    if (this.depth > 1000) throw new JavaError(`Maximum recursion level reached (${this.depth})`);
    const outer = this.section;
    let at = 0;
    try {
      for (const { ops } = macro; at < ops.length; at++) {
        const op = ops[at] ?? null;
        if (this.tick()) yield* this.rest();
        if (op instanceof WordOp) {
          const steps = op.word.run(this);
          if (steps !== undefined) yield* steps;
        } else {
          this.push(op);
        }
      }
    } catch (error) {
      if (error instanceof Leave && error.what === "RETURN" && error.levels <= 1) return;
      if (error instanceof Leave && error.what === "RETURN") error.levels -= 1;
      if (error instanceof Leave || error instanceof Fatal) throw error;
      throw new JavaError(
        `Exception at '${opText(macro.ops[at] ?? null)}' in section '${this.section}'`,
        error instanceof JavaError ? error : new JavaError(String(error)),
      );
    } finally {
      this.depth -= 1;
      this.section = outer;
    }
  }

  /** Counts a series that a word found. Throws a JavaError beyond MAXGTS. */
  countSeries(name: string): void {
    this.seriesFound += 1;
    if (this.seriesFound <= this.limits.maxgts) return;
    const what = `${this.limits.maxgts} Geo Time Series, current count is ${this.seriesFound}`;
    throw new JavaError(`${name} exceeded limit of ${what}. ${ADVICE}`);
  }

  /** Counts points that a word fetched. Throws a JavaError beyond LIMIT, never cuts. */
  countPoints(name: string, points: number): void {
    this.fetched += points;
    this.context.counters.scriptPoints += points;
    if (this.fetched <= this.limits.maxfetch) return;
    const what = `${this.limits.maxfetch} datapoints, current count is ${this.fetched}`;
    throw new JavaError(`${name} exceeded limit of ${what}. ${ADVICE}`);
  }

  /** The value of a capability. */
  capability(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.capabilities.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Throws a JavaError where none of the capabilities is granted. */
  require(word: string, ...names: readonly string[]): string {
    const value = this.capability(...names);
    if (value !== undefined) return value;
    const list = names.map((name) => `'${name}'`).join(" or ");
    throw new JavaError(`${word} missing capability ${list}.`);
  }
}

function opText(op: Item | WordOp): string {
  if (op instanceof WordOp) return op.word.name;
  return op instanceof Macro ? "<% ... %>" : `${typeName(op)}`;
}
