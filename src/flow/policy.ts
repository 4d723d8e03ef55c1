// flows/policy.yaml: what an organisation says beside its flows. Read from the default branch only
// (in a review: from the base branch).
import { parseDocument } from "yaml";
import { z } from "zod";
import { CellarmanError } from "../runtime/errors.ts";
import type { Selector } from "../warp10/selector.ts";
import { parseAddress } from "./address.ts";
import { type CalendarDuration, parseDuration } from "./duration.ts";
import { addressBy, calendarDuration, oneOf, textBy, wholeNumber } from "./fields.ts";
import type { Budget, Purge } from "./flow.ts";
import { selectorOf } from "./normalise.ts";
import { selectSchema } from "./schema-data.ts";

/** The policy's name in the folder of flows. */
export const POLICY_FILE = "policy.yaml";

/** Where the policy lies that goes with a flow file. */
export const policyBeside = (flowFile: string): string =>
  flowFile.replace(/[^/]*$/, "") + POLICY_FILE;

/** What a credential is for: the keys of a flow that name variables. */
export const ROLES = [
  "read-token",
  "delete-token",
  "probe-token",
  "access-key-id",
  "secret-access-key",
  "slack",
  "webhook",
] as const;
export type Role = (typeof ROLES)[number];

const variables = z
  .array(textBy(/^[A-Z][A-Z0-9_]{0,99}$/, "names of environment variables"))
  .max(100, { error: "at most 100 names" })
  .optional();

const endpoint = z.strictObject({
  address: addressBy(parseAddress, "an https address"),
  ...(Object.fromEntries(ROLES.map((role) => [role, variables])) as Record<Role, typeof variables>),
});

const most = (limit: number) => wholeNumber(1, limit).optional();

const policySchema = z.strictObject({
  version: z.literal(1),
  hold: z.enum(["all", "none"]).default("none"),
  "min-version": textBy(/^\d+\.\d+\.\d+$/, "a version such as 1.2.3").optional(),
  "keep-hot": calendarDuration().optional(),
  modes: z.array(oneOf(["never", "approve", "automatic"])).optional(),
  forbid: z.array(selectSchema).max(100).default([]),
  budget: z
    .strictObject({ series: most(1e12), points: most(1e15), batches: most(1_000_000) })
    .prefault({}),
  approvers: z
    .array(textBy(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/, "a GitHub account's name, without @"))
    .max(100)
    .default([]),
  endpoints: z.array(endpoint).max(100).optional(),
});

/** An address, and the variables that may be sent to it, by what they are for. */
export interface Endpoint {
  readonly address: string;
  readonly variables: Readonly<Partial<Record<Role, readonly string[]>>>;
}

/** What the policy says. */
export interface Policy {
  /** Nothing is purged, whatever the ledger says. */
  readonly holdAll: boolean;
  /** The oldest version of this tool that may purge; null: any. */
  readonly minVersion: string | null;
  /** The least `period.keep-hot`; null: the flow's own rules alone. */
  readonly keepHot: CalendarDuration | null;
  /** The values of `purge.mode` that a flow may have; null: all. */
  readonly modes: readonly Purge["mode"][] | null;
  /** No flow may archive or purge a series that one of these selects. */
  readonly forbid: readonly Selector[];
  /** The most that a flow's budget may say; null: any. */
  readonly budget: Budget;
  /** Accounts whose review approves a purge by pull request. */
  readonly approvers: readonly string[];
  /** Where credentials may go; null: where the default branch's flows send them. */
  readonly endpoints: readonly Endpoint[] | null;
}

/** Parses a policy. Throws "flow-invalid": a policy that cannot be read forbids everything. */
export function loadPolicy(text: string): Policy {
  const parsed = policySchema.safeParse(parseYaml(text));
  if (parsed.success) return normalise(parsed.data);
  const [issue] = parsed.error.issues;
  const at = issue?.path.join(".");
  throw invalid(`${at ? `${at}: ` : ""}${issue?.message ?? "?"}`, parsed.error);
}

function normalise(written: z.output<typeof policySchema>): Policy {
  const { series, points, batches } = written.budget;
  const keepHot = written["keep-hot"];
  return {
    holdAll: written.hold === "all",
    minVersion: written["min-version"] ?? null,
    keepHot: (keepHot === undefined ? undefined : parseDuration(keepHot)) ?? null,
    modes: written.modes ?? null,
    forbid: written.forbid.map(selectorOf),
    budget: { series: series ?? null, points: points ?? null, batches: batches ?? null },
    approvers: written.approvers,
    endpoints: written.endpoints?.map(endpointOf) ?? null,
  };
}

function endpointOf({ address, ...byRole }: z.output<typeof endpoint>): Endpoint {
  const parsed = parseAddress(address);
  return { address: "address" in parsed ? parsed.address : address, variables: defined(byRole) };
}

const defined = (byRole: Partial<Record<Role, string[] | undefined>>): Endpoint["variables"] =>
  Object.fromEntries(Object.entries(byRole).filter(([, names]) => names !== undefined));

/** What the parser only warns of (a tag that it does not know) is refused as well. */
function parseYaml(text: string): unknown {
  const options = { version: "1.2", uniqueKeys: true, strict: true } as const;
  const document = parseDocument(text, options);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw invalid("it is not plain YAML", problem);
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw invalid("it is not plain YAML", cause);
  }
}

const invalid = (why: string, cause: unknown): CellarmanError =>
  new CellarmanError("flow-invalid", `${POLICY_FILE} cannot be read: ${why}`, {
    where: POLICY_FILE,
    hint: "Write version: 1 and, to stop every purge, hold: all.",
    cause,
  });
