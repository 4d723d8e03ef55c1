// A change of a flow cannot choose where a credential goes (design §5): it goes only where the
// default branch's policy lists it, or, where that lists no endpoints, where the default branch's
// version of the same flow sends it. Without a remote the local files count.
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Destination, destinations, destinationText } from "../flow/destination.ts";
import type { Flow } from "../flow/flow.ts";
import { loadFlow } from "../flow/load.ts";
import { loadPolicy, type Policy, policyBeside } from "../flow/policy.ts";
import { isListed } from "../flow/policy-rules.ts";
import type { Forge } from "../forge/forge.ts";
import { openGit } from "../forge/git.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { FlowFile } from "./open.ts";
import { flagOption, type Invocation } from "./verb.ts";

/** Where each credential of a flow goes: `VARIABLE → address`, sorted. */
export const destinationsOf = (flow: Flow): string[] =>
  destinations(flow).map(destinationText).toSorted();

/** Throws "blocked" where a credential would go where nobody reviewed that it may. */
export async function assertDestinations(inv: Invocation, at: FlowFile): Promise<void> {
  const isByHand = flagOption(inv.options, "flows-are-authoritative");
  const forge = isByHand ? undefined : await openGit(dirname(at.file));
  const policy = forge ? await policyAsFetched(forge, at) : await policyOnDisk(at);
  if (policy && policy.endpoints !== null) return assertListed(policy, at, forge);
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

async function policyAsFetched(forge: Forge, at: FlowFile): Promise<Policy | undefined> {
  const text = await forge.fileAsFetched(policyBeside(await forge.pathInside(at.file)));
  return text === undefined ? undefined : loadPolicy(text);
}

async function policyOnDisk(at: FlowFile): Promise<Policy | undefined> {
  try {
    return loadPolicy(await readFile(policyBeside(at.file), "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function assertListed(policy: Policy, { file, flow }: FlowFile, forge: Forge | undefined): void {
  const strange = destinations(flow).find((d: Destination) => !isListed(policy, d));
  if (strange === undefined) return;
  const whose = forge ? `the policy of ${forge.branch}` : "the policy";
  throw new CellarmanError("blocked", `${whose} does not list ${destinationText(strange)}`, {
    where: file,
    hint: `List ${strange.variable} as ${strange.role} of that address in its endpoints first.`,
  });
}
