// A change of a flow cannot choose where a credential goes (design §5): it goes only where the
// default branch's version of the same flow sends it. Without a remote the local file counts.
import { dirname } from "node:path";
import type { EnvName, Flow } from "../flow/flow.ts";
import { loadFlow } from "../flow/load.ts";
import { openGit } from "../forge/git.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { FlowFile } from "./open.ts";
import { flagOption, type Invocation } from "./verb.ts";

/** Where each credential of a flow goes: `VARIABLE → address`, sorted. */
export function destinationsOf(flow: Flow): string[] {
  const { source, archive, purge, alerts } = flow;
  const ingress = purge.writeFence?.kind === "probe" ? purge.writeFence.probe : [];
  const to = (name: EnvName, address: string): string => `${name.env} → ${address}`;
  return [
    to(source.readToken, source.warp10),
    to(source.deleteToken, source.warp10),
    ...ingress.map((address) => to(source.probeToken, address)),
    to(archive.accessKeyId, archive.s3),
    to(archive.secretAccessKey, archive.s3),
    ...(alerts.webhook ? [to(alerts.webhook.token, alerts.webhook.url)] : []),
  ].toSorted();
}

/**
 * Throws "blocked" where the local flow sends a credential elsewhere than the default branch's flow
 * does.
 */
export async function assertDestinations(inv: Invocation, at: FlowFile): Promise<void> {
  if (flagOption(inv.options, "flows-are-authoritative")) return;
  const forge = await openGit(dirname(at.file));
  if (!forge) return;
  const text = await forge.fileAsFetched(await forge.pathInside(at.file));
  const loaded = text === undefined ? undefined : loadFlow(Buffer.from(text), at.file);
  const known = loaded && "flow" in loaded ? destinationsOf(loaded.flow) : [];
  const strange = destinationsOf(at.flow).find((d) => !known.includes(d));
  if (strange === undefined) return;
  throw new CellarmanError("blocked", `${forge.branch} does not send ${strange}`, {
    where: at.file,
    hint:
      `Merge the flow into ${forge.branch} first, so that somebody has reviewed where ` +
      "credentials go, or say --flows-are-authoritative by hand.",
  });
}
