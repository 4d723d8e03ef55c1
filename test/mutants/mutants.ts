// Every mutant by hand, by the protection that it switches off: at a port of the model, or in the
// program's text.
import type { HandMutant } from "./hand.ts";
import { COLD_MUTANTS } from "./ports-cold.ts";
import { HOT_MUTANTS } from "./ports-hot.ts";
import { BYTES_MUTANTS } from "./sources-bytes.ts";
import { DELETE_MUTANTS, VIEW_MUTANTS } from "./sources-delete.ts";
import { GATE_MUTANTS } from "./sources-gate.ts";
import { LEDGER_MUTANTS } from "./sources-ledger.ts";
import { PLAN_MUTANTS, VERIFY_MUTANTS } from "./sources-plan.ts";

/** The model needs many histories for these: the short form leaves them out. */
const SLOW = new Set([
  "hot read proven complete by a count",
  "an error is never empty",
  "D within R",
]);

const ofPorts: readonly HandMutant[] = Object.keys({ ...HOT_MUTANTS, ...COLD_MUTANTS }).map(
  (name) => ({ name, isSlow: SLOW.has(name) }),
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
