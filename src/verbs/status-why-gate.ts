// The gate for `status --why`: what a token would be needed for and is not there is "not seen",
// never a crash.
import type { Cold } from "../cellar/cold.ts";
import { checkArchive } from "../purge/check-contents.ts";
import { checkFence } from "../purge/check-fence.ts";
import { checkFlowNow, checkHolds, checkList } from "../purge/check-orders.ts";
import { type CheckLine, type GateCase, type GatePorts, no, type Prober } from "../purge/check.ts";
import { TOKEN_CHECK } from "../purge/check-token.ts";
import { checkVersion, VERSION_CHECK } from "../purge/check-version.ts";
import { evaluateGate } from "../purge/gate.ts";
import { readView } from "../purge/view.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import type { Hot } from "../warp10/hot.ts";
import { type FlowFile, openReader, type OpenStore } from "./open.ts";
import { openHfiles } from "./open-hfiles.ts";
import { type FlowNow, openPurge, proberOf } from "./purge-ports.ts";
import { flagOption, type Invocation } from "./verb.ts";

/** Explains gates with what tokens there are. */
export interface Explainer {
  explain(gate: GateCase): Promise<readonly CheckLine[]>;
  close(): Promise<void>;
}

/** Checks that the delete token is needed for, and those that the read token is needed for. */
const BY_DELETE = ["series of delete and read", "last dry run"];
const BY_READ = [
  "time unit",
  "clocks agree",
  TOKEN_CHECK,
  "hot read is complete",
  "every hot point is archived",
];

/**
 * Opens the ports that the environment has tokens for. `problem`: why the default branch's flow is
 * not known.
 */
export async function openExplainer(
  inv: Invocation,
  at: FlowFile,
  now: FlowNow,
  { cold, store }: { readonly cold: Cold; readonly store: OpenStore },
  problem: string | undefined,
): Promise<Explainer> {
  const { readToken, deleteToken } = now.flow.source;
  const missing = (env: string): string | undefined =>
    inv.io.env.get(env) === undefined ? env : undefined;
  const readMissing = missing(readToken.env);
  const deleteMissing = missing(deleteToken.env);
  const hot = readMissing === undefined ? await openReader(inv, at) : undefined;
  const opened =
    hot && deleteMissing === undefined ? openPurge(inv, now, { hot, cold }) : undefined;
  const ports = opened ?? portsWithoutDelete(inv, now, hot, cold);
  const { export: form } = now.flow;
  const token = form.format === "hfile" ? form.store?.token : undefined;
  const reads = token !== undefined && missing(token.env) === undefined;
  const hfiles = hot && openHfiles(inv, now.flow, { hot, store, reads });
  const seen: GatePorts = {
    ...ports,
    hfiles: hfiles?.reading,
    prober: quietProber(inv, now),
  };
  const told = (lines: readonly CheckLine[]): CheckLine[] => lines.map((l) => tell(l, problem));
  return {
    async explain(gate) {
      if (readMissing !== undefined) return told(await withoutHot(gate, seen, readMissing));
      const { lines } = await evaluateGate(gate, seen, { explain: true });
      return told(lines).map((line) =>
        deleteMissing !== undefined && BY_DELETE.includes(line.check)
          ? notSeen(line.check, deleteMissing)
          : line,
      );
    },
    close: async () => {
      await Promise.all([opened?.close(), hfiles?.close(), hot?.close()]);
    },
  };
}

const notSeen = (check: string, variable: string): CheckLine =>
  no("wait", check, `not seen: ${variable} is not set`, "seen", { next: `set ${variable}` });

/** The line on the default branch's flow, where that could not be read. */
function tell(line: CheckLine, problem: string | undefined): CheckLine {
  if (problem === undefined || line.check !== "flow on the default branch") return line;
  return no("wait", line.check, problem, line.needed);
}

/**
 * Without a delete token the read token's own listing stands in; the lines that rest on it are
 * replaced.
 */
function portsWithoutDelete(
  inv: Invocation,
  now: FlowNow,
  hot: Hot | undefined,
  cold: Cold,
): GatePorts {
  const { clock } = inv.io;
  const reads = hot ?? blindHot();
  return {
    hot: reads,
    cold,
    dryRunner: { dryRun: (selector) => reads.find(selector) },
    prober: undefined,
    forge: now.forge,
    clock,
    log: inv.log,
  };
}

/** With --dry-run no canary is written. */
function quietProber(inv: Invocation, now: FlowNow): Prober | undefined {
  const prober = proberOf(inv, now.flow);
  if (!prober || !flagOption(inv.options, "dry-run")) return prober;
  const detail = "not probed: --dry-run";
  return { probe: async () => [{ address: "every ingress", outcome: "unknown", detail }] };
}

/** A hot store that nothing may be asked of. */
function blindHot(): Hot {
  const refuse = (): never => {
    throw new CellarmanError("not-authorised", "there is no read token");
  };
  return {
    facts: refuse,
    version: refuse,
    find: refuse,
    fetch: refuse,
    count: refuse,
    tokenFacts: refuse,
  };
}

/** What can be told without reading hot: orders, fence and the archive's bytes. */
async function withoutHot(
  gate: GateCase,
  ports: GatePorts,
  variable: string,
): Promise<CheckLine[]> {
  const lines = [
    await clear("no hold", gate, async () => (await checkHolds(gate, ports)).line),
    await clear("flow on the default branch", gate, () => checkFlowNow(gate, ports)),
    await clear(VERSION_CHECK, gate, () => checkVersion(gate, ports)),
    checkList(gate),
    await clear("write fence", gate, () => checkFence(gate, ports)),
    await clear("archive read back", gate, async () => {
      const view = await readView(ports.cold, gate, ports.forge);
      return (await checkArchive(gate, ports, view)).line;
    }),
  ];
  return [...lines, ...[...BY_READ, ...BY_DELETE].map((check) => notSeen(check, variable))];
}

/** A check's line; what throws says no, as in the gate. */
async function clear(
  check: string,
  gate: GateCase,
  work: () => Promise<CheckLine>,
): Promise<CheckLine> {
  try {
    return await work();
  } catch (thrown) {
    gate.signal?.throwIfAborted();
    return no("retry", check, asCellarmanError(thrown).message, "a clear answer");
  }
}
