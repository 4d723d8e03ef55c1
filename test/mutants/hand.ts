// What a mutant by hand is.
import type { Patch } from "./patch.ts";

/** One mutant. */
export interface HandMutant {
  /** The protection that is off. */
  readonly name: string;
  /** Left out: what the protection rests on is forged at a port (ports-hot.ts, ports-cold.ts). */
  readonly patches?: readonly Patch[];
  /** Test files that must notice; left out: the model must. */
  readonly tests?: readonly string[];
  /** It takes the model many histories: left out of the short form. */
  readonly isSlow?: boolean;
}

/** One replacement in one file, and the tests that must notice; none: the model must. */
export const mutant = (
  name: string,
  file: string,
  from: string,
  to: string,
  ...tests: string[]
): HandMutant => ({
  name,
  patches: [{ file, from, to }],
  ...(tests.length > 0 ? { tests } : {}),
});
