// The ports of gate and purge, opened from a flow and the environment; and the flow as the default
// branch has it.
import { dirname } from "node:path";
import type { Cold } from "../cellar/cold.ts";
import { loadFlow } from "../flow/load.ts";
import type { Flow } from "../flow/flow.ts";
import type { Forge } from "../forge/forge.ts";
import type { Prober } from "../purge/check.ts";
import { openDeletion, openProber } from "../purge/open.ts";
import type { PurgePorts } from "../purge/purge-batch.ts";
import type { HfileReading } from "../verify/read-hfile.ts";
import { CellarmanError } from "../runtime/errors.ts";
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

/**
 * Grace, mode, fence, budget and keep-hot are read from the flow as the default branch has it now
 * (design §3).
 */
export async function flowAsOfNow(inv: Invocation, at: FlowFile): Promise<FlowNow> {
  const local = { flow: at.flow, flowFile: at.file };
  const forge = await openForge(inv);
  if (!forge) return { ...local, forge };
  const flowFile = await forge.pathInside(at.file);
  // Said by hand: the local flow counts; what the default branch's policy holds, it holds still.
  if (flagOption(inv.options, "flows-are-authoritative")) return { ...local, flowFile, forge };
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
  ports: { hot: Hot; cold: Cold; hfiles?: HfileReading },
): PurgePorts & { close(): Promise<void> } {
  const { source, run } = now.flow;
  const { clock } = inv.io;
  const dryRun = flagOption(inv.options, "dry-run");
  const deletion = openDeletion({
    url: source.warp10,
    deleteToken: secret(inv, source.deleteToken, "delete token"),
    clock,
    log: inv.log,
    limits: ordinaryLimits(run.timeoutMs, inv.io.signal),
    dryRun,
  });
  return {
    ...ports,
    ...deletion,
    prober: dryRun ? undefined : proberOf(inv, now.flow),
    forge: now.forge,
    clock,
    log: inv.log,
    close: () => deletion.deleter.close(),
  };
}

/** The fence's prober; undefined where no probe token is set. */
export function proberOf(inv: Invocation, flow: Flow): Prober | undefined {
  const fence = flow.purge.writeFence;
  const { probeToken, warp10 } = flow.source;
  const token = inv.io.env.get(probeToken.env);
  if (fence?.kind !== "probe" || token === undefined) return undefined;
  return openProber({
    fence,
    probeToken: token,
    probeTokenVariable: probeToken.env,
    warp10,
    clock: inv.io.clock,
    log: inv.log,
  });
}
