// Whether the archive can be read back at all. What HFDUMP's macro was handed is not what the file
// holds: without a store that serves the file, no purge ever rests on it (design §4).
import { type CheckLine, type GateCase, no, yes } from "./check.ts";

/** The name of this check, as a gate's line has it. */
const PROOF_CHECK = "archive can be read back";

/** One line for a flow of HFiles; none where the archive's own bytes are read. */
export function checkProof({ flow }: GateCase): CheckLine[] {
  if (flow.export.format !== "hfile") return [];
  const needed = "a store that HFFETCH reads";
  const { store } = flow.export;
  if (store) return [yes(PROOF_CHECK, `HFFETCH of store ${store.name}`, needed)];
  const seen = "proof: dump-digest, which says what was dumped and not what the file holds";
  const next = "name export.store in the flow, archive and verify again";
  return [no("wait", PROOF_CHECK, seen, needed, { next })];
}
