// hold: stop every purge of everything, a server, a flow, a period or a batch, until a person lifts
// it.
import { describeScope, putHold, serverId } from "../cellar/holds.ts";
import type { HoldScope } from "../ledger/keys.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { chosenFlow, openStore } from "./open.ts";
import { flagOption, type Invocation, textOption, type VerbResult } from "./verb.ts";

/** Puts a hold: `hold FLOW [PERIOD [BATCH]] --reason "..." [--all | --server]`. */
export async function run(inv: Invocation): Promise<VerbResult> {
  const at = await chosenFlow(inv);
  const reason = reasonOf(inv);
  const scope = scopeOf(inv, at.flow.name, at.flow.source.warp10);
  const cold = await openStore(inv, at);
  try {
    const hold = { process: inv.process, by: "person", reason, finding: null } as const;
    await putHold(cold, scope, hold);
  } finally {
    await cold.close();
  }
  const what = describeScope(scope);
  return { exitCode: EXIT.done, text: `Held: ${what}.\n`, json: { held: what, reason } };
}

/** The reason that a person must give. Throws "usage". */
export function reasonOf(inv: Invocation): string {
  const reason = textOption(inv.options, "reason")?.trim();
  if (reason) return reason;
  throw new CellarmanError("usage", `${inv.verb} needs --reason "...": others will read it`);
}

function scopeOf(inv: Invocation, flow: string, server: string): HoldScope {
  if (flagOption(inv.options, "all")) return { kind: "all" };
  if (flagOption(inv.options, "server")) return { kind: "server", server: serverId(server) };
  const [, period, batch] = inv.positionals;
  if (period === undefined) return { kind: "flow", flow };
  return batch === undefined
    ? { kind: "period", flow, period }
    : { kind: "batch", flow, period, batch };
}
