// What a WarpScript stack holds.
import type { Slice } from "../store/chunk.ts";
import { Decimal, JavaError } from "../values.ts";
import type { Point, Value } from "../values.ts";
import type { Stack } from "./stack.ts";

/**
 * Steps of a word that runs macros or waits: it yields to let others run, or a promise to wait for.
 */
export type Steps = Generator<Promise<void> | undefined, void>;

/** A function of the language. */
export interface Word {
  readonly name: string;
  run(stack: Stack): Steps | void;
}

/** `[`, `{`, `(`: where a list or map began. */
export class Mark {
  readonly kind = "mark";
}

/** Code: words to run, anything else to push. */
export class Macro {
  readonly ops: (Item | WordOp)[] = [];
}

/** A word inside a macro. */
export class WordOp {
  readonly word: Word;

  constructor(word: Word) {
    this.word = word;
  }
}

/** A symbol table that SAVE pushed. */
export class Saved {
  readonly symbols: ReadonlyMap<string, Item>;

  constructor(symbols: ReadonlyMap<string, Item>) {
    this.symbols = symbols;
  }
}

/** Name and facts of a series, as a script sees it. */
export interface Meta {
  className: string;
  labels: Map<string, string>;
  attributes: Map<string, string>;
  /** Ms since the epoch. */
  lastActivityMs: number;
}

/** Points with each its own type; newest first when fetched. */
export class Encoder {
  meta: Meta;
  /** What it was fetched from, ascending, oldest part first. */
  readonly slices: Slice[];
  /** What a script added. */
  readonly added: Point[] = [];
  private count = 0;

  constructor(meta: Meta, slices: Slice[] = []) {
    this.meta = meta;
    this.slices = slices;
    for (const { from, to } of slices) this.count += to - from;
  }

  get size(): number {
    return this.count + this.added.length;
  }

  /** Takes over the rows of another series: what FETCH does with series that look alike. */
  absorb(slices: readonly Slice[]): void {
    for (const slice of slices) this.count += slice.to - slice.from;
    this.slices.unshift(...slices);
  }

  *points(): Generator<Point> {
    for (const { chunk, from, to } of this.slices.toReversed()) {
      for (let row = to - 1; row >= from; row--) yield chunk.point(row);
    }
    yield* this.added;
  }
}

/** The type of a GTS: of all its values. */
export type GtsType = "LONG" | "DOUBLE" | "STRING" | "BOOLEAN" | "UNDEFINED";

/** A Geo Time Series: all values of one type. */
export class Gts {
  meta: Meta;
  type: GtsType = "UNDEFINED";
  points: Point[] = [];

  constructor(meta: Meta) {
    this.meta = meta;
  }

  /** Adds a point; its value is coerced to the type of the first one (facts warp10 §2.1). */
  add(point: Point): void {
    if (this.type === "UNDEFINED") this.type = gtsTypeOf(point.value);
    this.points.push({ ...point, value: coerced(point.value, this.type) });
  }
}

/** Anything on the stack. A map keeps its order. */
export type Item = null | Value | Item[] | ItemMap | Mark | Macro | Encoder | Gts | Saved;
export type ItemMap = Map<Item, Item>;

/** The type of a GTS whose newest value is this one. */
export function gtsTypeOf(value: Value): GtsType {
  if (typeof value === "bigint") return "LONG";
  if (typeof value === "boolean") return "BOOLEAN";
  if (typeof value === "number" || value instanceof Decimal) return "DOUBLE";
  return "STRING";
}

function coerced(value: Value, type: GtsType): Value {
  if (gtsTypeOf(value) === type) return value instanceof Decimal ? value.toNumber() : value;
  if (type === "STRING") return String(value instanceof Decimal ? value.toNumber() : value);
  const number = numberOf(value);
  if (type === "BOOLEAN") return number !== 0;
  if (type === "DOUBLE") return number;
  return BigInt(Math.trunc(Number.isFinite(number) ? number : 0));
}

function numberOf(value: Value): number {
  if (value instanceof Decimal) return value.toNumber();
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint" || typeof value === "number") return Number(value);
  return 0;
}

/** What TYPEOF says. */
export function typeName(item: Item): string {
  if (item === null) return "NULL";
  if (typeof item === "bigint") return "LONG";
  if (typeof item === "number" || item instanceof Decimal) return "DOUBLE";
  if (typeof item === "string") return "STRING";
  if (typeof item === "boolean") return "BOOLEAN";
  if (item instanceof Uint8Array) return "BYTES";
  if (Array.isArray(item)) return "LIST";
  if (item instanceof Map) return "MAP";
  if (item instanceof Macro) return "MACRO";
  if (item instanceof Encoder) return "GTSENCODER";
  if (item instanceof Gts) return "GTS";
  return item instanceof Mark ? "MARK" : "CONTEXT";
}

/** STOP, RETURN, BREAK, CONTINUE: leaves macros, no error. */
export class Leave extends Error {
  readonly what: "STOP" | "RETURN" | "BREAK" | "CONTINUE";
  levels: number;

  constructor(what: "STOP" | "RETURN" | "BREAK" | "CONTINUE", levels = 1) {
    super(what);
    this.what = what;
    this.levels = levels;
  }
}

/** An end that TRY does not catch: a kill signal, a timebox. */
export class Fatal extends JavaError {}

/** Copies labels or attributes for a script. */
export function textMap(pairs: Iterable<readonly [string, string]>): ItemMap {
  return new Map<Item, Item>(pairs);
}
