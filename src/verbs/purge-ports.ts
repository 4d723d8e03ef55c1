// The ports of gate and purge, opened from a flow and the environment; and the flow as the default branch has it.
import { dirname } from "node:path";
import type { Cold } from "../cellar/cold.ts";
import { loadFlow } from "../flow/load.ts";
import type { Flow } from "../flow/flow.ts";
import type { Forge } from "../forge/forge.ts";
import type { FenceAnswer, Prober } from "../purge/check.ts";
import { type Deleter, openDeleter } from "../purge/delete.ts";
import { probeFence } from "../purge/probe.ts";
import type { PurgePorts } from "../purge/purge-batch.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { randomId } from "../runtime/random.ts";
import type { Hot } from "../warp10/hot.ts";
import { ordinaryLimits } from "../warp10/limited.ts";
import { type FlowFile, openForge, secret } from "./open.ts";
import { flagOption, type Invocation } from "./verb.ts";

/** A flow as it is to be gone by, and its path on the default branch. */
export interface FlowNow {
  readonly flow: Flow;
  readonly flowFile: string;
  readonly forge: Forge | undefined;
}

/** Grace, mode, fence, budget and keep-hot are read from the flow as the default branch has it now (design §3). */
export async function flowAsOfNow(inv: Invocation, at: FlowFile): Promise<FlowNow> {
  const forge = await openForge(inv);
  if (!forge || flagOption(inv.options, "flows-are-authoritative")) {
    return { flow: at.flow, flowFile: at.file, forge };
  }
  const flowFile = await forge.pathInside(at.file);
  const text = await forge.fileNow(flowFile);
  const loaded = text === undefined ? undefined : loadFlow(Buffer.from(text), flowFile);
  if (loaded && "flow" in loaded) return { flow: loaded.flow, flowFile, forge };
  throw new CellarmanError("blocked", `${forge.branch} has no valid ${flowFile}`, {
    where: dirname(at.file),
    hint: `Merge the flow into ${forge.branch}: a purge goes by what was reviewed.`,
  });
}

/** Opens the delete and the probe beside the given ports. */
export function openPurge(
  inv: Invocation,
  now: FlowNow,
  ports: { hot: Hot; cold: Cold },
): PurgePorts & { close(): Promise<void> } {
  const { source } = now.flow;
  const { clock } = inv.io;
  const deleter = openDeleter({
    url: source.warp10,
    deleteToken: secret(inv, source.deleteToken, "delete token"),
    clock,
    log: inv.log,
  });
  return {
    ...ports,
    deleter: flagOption(inv.options, "dry-run") ? dryDeleter(deleter) : deleter,
    dryRunner: {
      dryRun: (selector, range) =>
        deleter.dryRun(selector, range, ordinaryLimits(now.flow.run.timeoutMs, inv.io.signal)),
    },
    prober: flagOption(inv.options, "dry-run") ? undefined : openProber(inv, now.flow),
    forge: now.forge,
    clock,
    log: inv.log,
    close: () => deleter.close(),
  };
}

/** A deleter that deletes nothing: what `--dry-run` promises. */
function dryDeleter(deleter: Deleter): Deleter {
  const reason = "this is a dry run";
  return { ...deleter, remove: () => Promise.resolve({ outcome: "refused", reason }) };
}

/** The fence's prober; undefined where no probe token is set. */
export function openProber(inv: Invocation, flow: Flow): Prober | undefined {
  const fence = flow.purge.writeFence;
  const probeToken = inv.io.env.get(flow.source.probeToken.env);
  if (fence?.kind !== "probe" || probeToken === undefined) return undefined;
  return {
    async probe(timestamp): Promise<readonly FenceAnswer[]> {
      return probeFence({
        ingress: fence.probe,
        probeToken,
        probeTokenVariable: flow.source.probeToken.env,
        warp10: flow.source.warp10,
        timestamp,
        probeId: randomId(),
        maxPastMs: fence.maxPastMs,
        clock: inv.io.clock,
        log: inv.log,
      });
    },
  };
}
