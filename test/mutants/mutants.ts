// Every mutant by hand, by the protection that it switches off: at a port of the model, or in the
// program's text.
import type { Patch } from "./patch.ts";
import { COLD_MUTANTS } from "./ports-cold.ts";
import { HOT_MUTANTS } from "./ports-hot.ts";
import { BYTES_MUTANTS } from "./sources-bytes.ts";
import { DELETE_MUTANTS, GATE_MUTANTS, VIEW_MUTANTS } from "./sources-gate.ts";
import { LEDGER_MUTANTS, PLAN_MUTANTS, VERIFY_MUTANTS } from "./sources-ledger.ts";

/** One mutant. */
export interface HandMutant {
  /** The protection that is off. */
  readonly name: string;
  /** Left out: what the protection rests on is forged at a port (ports-hot.ts, ports-cold.ts). */
  readonly patches?: readonly Patch[];
  /** Test files that must notice; left out: the model must. */
  readonly tests?: readonly string[];
  /** The model's runs in which faults stop must notice. */
  readonly isOfLiveness?: boolean;
  /** It takes the model many histories: left out of the short form. */
  readonly isSlow?: boolean;
}

const ofPorts: readonly HandMutant[] = Object.keys({ ...HOT_MUTANTS, ...COLD_MUTANTS }).map(
  (name) => ({ name }),
);

export const MUTANTS: readonly HandMutant[] = [
  ...ofPorts,
  ...GATE_MUTANTS,
  ...VIEW_MUTANTS,
  ...DELETE_MUTANTS,
  ...LEDGER_MUTANTS,
  ...PLAN_MUTANTS,
  ...VERIFY_MUTANTS,
  ...BYTES_MUTANTS,
];
