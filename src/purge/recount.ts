// Counting what is left after a delete: until zero, or out of time. An answer of the delete proves
// nothing.
import { type HoldScope, recountKey } from "../ledger/keys.ts";
import { recountRecord } from "../ledger/receipts.ts";
import type { Cold } from "../cellar/cold.ts";
import { serverId } from "../cellar/holds.ts";
import { readNumbered, writeNumbered } from "../cellar/records.ts";
import { asCellarmanError } from "../runtime/errors.ts";
import { readHot } from "../verify/read-hot.ts";
import type { Range } from "../warp10/range.ts";
import type { GateCase, GatePorts } from "./check.ts";

/** What a recount says. */
export type Recounted =
  | { readonly outcome: "zero" }
  | { readonly outcome: "left"; readonly points: bigint }
  /** The read did not end in time: no other purge starts on that server (design §3). */
  | { readonly outcome: "no-answer"; readonly reason: string };

/** How long between two recounts that were not zero, ms. */
const AGAIN_MS = 5_000;

/** Recounts a range until it is empty, its points stay, or a read does not end in time. */
export async function recount(gate: GateCase, ports: GatePorts, range: Range): Promise<Recounted> {
  const { recountWaitMs } = gate.limits;
  const beganMs = ports.clock.now();
  for (;;) {
    const once = await recountOnce(gate, ports, range);
    if (once.outcome !== "left") return once;
    if (ports.clock.now() - beganMs + AGAIN_MS > recountWaitMs) return once;
    await ports.clock.sleep(AGAIN_MS, gate.signal);
  }
}

/** Recounts a range once, within its deadline. */
export async function recountOnce(
  gate: GateCase,
  ports: GatePorts,
  range: Range,
): Promise<Recounted> {
  const deadlineMs = gate.limits.recountMs;
  const limits = { deadlineMs, ...(gate.signal ? { signal: gate.signal } : {}) };
  try {
    const { points } = await readHot(ports.hot, gate.batch.selector, range, limits);
    return points === 0n ? { outcome: "zero" } : { outcome: "left", points };
  } catch (thrown) {
    gate.signal?.throwIfAborted();
    return { outcome: "no-answer", reason: asCellarmanError(thrown).message };
  }
}

/** Records that a recount on a server ended in time, or did not; the newest record counts. */
export async function recordRecount(gate: GateCase, cold: Cold, inTime: boolean): Promise<void> {
  const server = gate.plan.value.server;
  await writeNumbered(cold, (n) => recountKey(serverId(server), n), {
    schema: "cellarman/recount/1",
    process: gate.process,
    server,
    inTime,
    flow: gate.at.flow,
    period: gate.at.period,
    batch: gate.at.batch,
  });
}

/**
 * The batch whose recount did not end in time on a server; undefined when purges may start there.
 */
export async function stalledRecount(
  cold: Cold,
  server: string,
): Promise<{ flow: string; period: string; batch: string } | undefined> {
  const records = await readNumbered(cold, (n) => recountKey(serverId(server), n), recountRecord);
  const last = records.at(-1)?.value;
  return last && !last.inTime ? last : undefined;
}

/** The scope of a hold on a server. */
export const serverScope = (server: string): HoldScope => ({
  kind: "server",
  server: serverId(server),
});
