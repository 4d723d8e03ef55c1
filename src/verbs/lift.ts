// lift: end one hold, by quoting its record's digest. A lift of a quarantine quotes the finding as
// well: the gate then passes over exactly that finding.
import { readRecord, writeNumbered } from "../cellar/records.ts";
import { type HoldScope, liftKey } from "../ledger/keys.ts";
import { holdRecord } from "../ledger/receipts.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { reasonOf } from "./hold.ts";
import { chosenFlow, openStore } from "./open.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/** Lifts a hold: `lift FLOW HOLD-KEY --reason "..."`. The key is what `status` prints. */
export async function run(inv: Invocation): Promise<VerbResult> {
  const at = await chosenFlow(inv);
  const key = inv.positionals[1];
  const scope = key === undefined ? undefined : scopeOfKey(key);
  if (key === undefined || !scope) {
    throw new CellarmanError("usage", "lift needs a flow and the key of a hold", {
      hint: "cellarman status prints the holds in force, e.g. holds/flow/metrics/1.",
    });
  }
  const reason = reasonOf(inv);
  const cold = await openStore(inv, at);
  try {
    const hold = await readRecord(cold, key, holdRecord);
    if (!hold) throw new CellarmanError("usage", `there is no hold ${key}`);
    await writeNumbered(cold, (n) => liftKey(scope, n), {
      schema: "cellarman/lift/1",
      process: inv.process,
      hold: hold.sha256,
      finding: hold.value.finding,
      reason,
    });
    const text = `Lifted: ${hold.value.reason}\n`;
    return { exitCode: EXIT.done, text, json: { lifted: key, hold: hold.sha256 } };
  } finally {
    await cold.close();
  }
}

/** The scope that a hold's key names; undefined when it is no hold's key. */
export function scopeOfKey(key: string): HoldScope | undefined {
  const [role, kind, ...rest] = key.split("/");
  const names = rest.slice(0, -1);
  if (role !== "holds" || !/^[1-9]\d*$/.test(rest.at(-1) ?? "")) return undefined;
  const [a = "", b = "", c = ""] = names;
  if (kind === "all" && names.length === 0) return { kind };
  if (kind === "server" && names.length === 1) return { kind, server: a };
  if (kind === "flow" && names.length === 1) return { kind, flow: a };
  if (kind === "period" && names.length === 2) return { kind, flow: a, period: b };
  if (kind === "batch" && names.length === 3) return { kind, flow: a, period: b, batch: c };
  return undefined;
}
