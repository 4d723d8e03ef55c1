// flows/policy.yaml: what an organisation says beside its flows. Read from the default branch only.
import { parse } from "yaml";
import { z } from "zod";
import { CellarmanError } from "../runtime/errors.ts";

/** The policy's name in the folder of flows. */
export const POLICY_FILE = "policy.yaml";

/** Where the policy lies that goes with a flow file. */
export const policyBeside = (flowFile: string): string =>
  flowFile.replace(/[^/]*$/, "") + POLICY_FILE;

const policySchema = z.strictObject({
  version: z.literal(1),
  hold: z.enum(["all", "none"]).default("none"),
});

/** What the policy says. */
export interface Policy {
  /** Nothing is purged, whatever the ledger says. */
  readonly holdAll: boolean;
}

/** Parses a policy. Throws "flow-invalid": a policy that cannot be read forbids everything. */
export function loadPolicy(text: string): Policy {
  const parsed = policySchema.safeParse(parseYaml(text));
  if (!parsed.success) throw invalid(parsed.error.issues[0]?.message ?? "?", parsed.error);
  return { holdAll: parsed.data.hold === "all" };
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { version: "1.2", maxAliasCount: 0, uniqueKeys: true, strict: true });
  } catch (cause) {
    throw invalid("it is not YAML", cause);
  }
}

const invalid = (why: string, cause: unknown): CellarmanError =>
  new CellarmanError("flow-invalid", `${POLICY_FILE} cannot be read: ${why}`, {
    where: POLICY_FILE,
    hint: "Write version: 1 and, to stop every purge, hold: all.",
    cause,
  });
