// The record of a generation that is about to be called.
import type { Generation } from "../../ledger/generations.ts";
import { randomId } from "../../runtime/random.ts";
import type { Scripts } from "../../warp10/scripts-port.ts";
import type { ExportOrder } from "../exporter.ts";
import type { Abilities } from "./abilities.ts";
import { dumpFile } from "./names.ts";

/**
 * A fresh file, a session that nobody can guess, and, where the server has them, a mutex that keeps
 * two dumps of one batch apart and a name under which the result is kept for who comes later.
 */
export function newGeneration(
  { ledger, selector, range }: ExportOrder,
  abilities: Abilities,
  { scripts, timeboxMs }: { readonly scripts: Scripts; readonly timeboxMs: number },
): Generation {
  const { at, process, plan, seen, points } = ledger;
  const generation = randomId();
  const isGuarded = abilities.has("MUTEX");
  const keeps = isGuarded && abilities.has("SHMSTORE") && abilities.has("SHMLOAD");
  return {
    schema: "cellarman/generation/1",
    ...at,
    process,
    plan,
    generation,
    session: randomId(),
    server: scripts.server,
    file: dumpFile(at.batch, generation),
    range: { start: String(range.start), end: String(range.end) },
    selector,
    saw: [...seen.saw],
    sawIntents: [...seen.sawIntents],
    timeboxMs,
    keep: keeps ? `cellarman.${generation}` : null,
    mutex: isGuarded ? `cellarman.${at.flow}.${at.period}.${at.batch}` : null,
    points,
  };
}
