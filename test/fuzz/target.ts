// What is fuzzed: a maker of good inputs, and a judge of any input.
import type { Draws } from "./chance.ts";

/** One reader of the program. */
export interface Target {
  /** Words of its language, for mutations. */
  readonly words: readonly [string, ...string[]];
  /** A good input. */
  good(draws: Draws): Buffer | Promise<Buffer>;
  /**
   * Reads an input. Whatever the input, it ends by accepting it or by a CellarmanError; an input
   * that is accepted must come back the same when it is written and read again, or this throws.
   */
  judge(bytes: Buffer, draws: Draws): Promise<"accepted" | "refused">;
}

/** An input was accepted, and is not what comes back. */
export class NotTheSame extends Error {
  override readonly name = "NotTheSame";
}

/** Throws unless both are the same text. */
export function expectSame(what: string, before: string, after: string): void {
  if (before !== after) throw new NotTheSame(`${what}: ${before} became ${after}`);
}
