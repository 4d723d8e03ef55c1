// The gate's check of the tool itself: an old run that is started again brings an old tool.
import { loadPolicy, policyBeside } from "../flow/policy.ts";
import { isOlder } from "../flow/version-order.ts";
import { VERSION } from "../runtime/version.ts";
import { type CheckLine, type GateCase, type GatePorts, no, yes } from "./check.ts";

export const VERSION_CHECK = "version of this tool";

/** The tool is at least as new as the policy's `min-version`, read where the flow is read. */
export async function checkVersion(gate: GateCase, ports: GatePorts): Promise<CheckLine> {
  const least = await minVersion(gate, ports);
  if (least === null) return yes(VERSION_CHECK, VERSION, "any");
  const needed = `at least ${least}`;
  if (!isOlder(VERSION, least)) return yes(VERSION_CHECK, VERSION, needed);
  return no("wait", VERSION_CHECK, VERSION, needed, {
    next: "upgrade cellarman, and start a new run: an old run brings its old version again",
  });
}

async function minVersion(gate: GateCase, { forge }: GatePorts): Promise<string | null> {
  if (!forge) return gate.localPolicy?.minVersion ?? null;
  const policy = await forge.fileNow(policyBeside(gate.flowFile));
  return policy === undefined ? null : loadPolicy(policy).minVersion;
}
