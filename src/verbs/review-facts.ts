// What is known of the flows that a change touches: from the bucket and the server where keys and
// token are at hand and would go where they go anyway.
import type { FlowChange } from "../review/diff.ts";
import type { FlowFacts } from "../review/facts.ts";
import type { SharedSeries } from "../review/findings.ts";
import type { FlowSet } from "../review/flow-set.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import { type Shared, sharedSeries } from "./between-flows.ts";
import { type FlowFile, openReader, secret } from "./open.ts";
import { ledgerFacts } from "./review-ledger.ts";
import { selectionFacts } from "./review-server.ts";
import type { Invocation } from "./verb.ts";

/** Everything that could be asked. */
export interface Asked {
  readonly facts: ReadonlyMap<string, FlowFacts>;
  /** Flows whose series the server listed. */
  readonly asked: ReadonlySet<string>;
  readonly shared: readonly SharedSeries[];
}

/** Asks bucket and server for each change. What fails is a sentence, never a failure. */
export async function askFacts(
  inv: Invocation,
  changes: readonly FlowChange[],
  head: FlowSet,
): Promise<Asked> {
  const facts = new Map<string, FlowFacts>();
  const asked = new Set<string>();
  const shared: SharedSeries[] = [];
  for (const change of changes) {
    const ledger = await known(inv, () => askLedger(inv, change));
    const server = await known(inv, () => askServer(inv, change, head));
    facts.set(change.flow, {
      periods: "value" in ledger ? ledger.value : undefined,
      selection: "value" in server ? server.value.selection : undefined,
      unknown: [
        ...("why" in ledger ? [`what the ledger holds: ${ledger.why}`] : []),
        ...("why" in server ? [`what the server lists: ${server.why}`] : []),
      ],
    });
    if (!("value" in server)) continue;
    asked.add(change.flow);
    shared.push(...server.value.shared.map((s) => ({ flow: change.flow, ...s })));
  }
  return { facts, asked, shared };
}

async function known<T>(
  inv: Invocation,
  ask: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly why: string }> {
  try {
    return { value: await ask() };
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    return { why: asCellarmanError(thrown).message };
  }
}

/**
 * The ledger lies where the base has it: the change may name another place. Without the key git is
 * not even asked whether it may be sent.
 */
function askLedger(inv: Invocation, change: FlowChange) {
  const flow = change.before ?? change.after;
  if (!flow) throw new CellarmanError("internal", `${change.flow} is on neither side`);
  secret(inv, flow.archive.accessKeyId, "bucket's key id");
  return ledgerFacts(inv, { file: change.file, flow });
}

async function askServer(inv: Invocation, change: FlowChange, head: FlowSet) {
  const { before, after } = change;
  const flow = after ?? before;
  if (!flow) throw new CellarmanError("internal", `${change.flow} is on neither side`);
  secret(inv, flow.source.readToken, "read token");
  const at: FlowFile = { file: change.file, flow };
  const isSameServer = before?.source.warp10 === flow.source.warp10;
  const hot = await openReader(inv, at);
  try {
    const selection = await selectionFacts(inv, hot, isSameServer ? before : undefined, after);
    const shared: Shared[] = after ? await sharedSeries(inv, at, hot, head.flows) : [];
    return { selection, shared };
  } finally {
    await hot.close();
  }
}
