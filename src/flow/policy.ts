// flows/policy.yaml: what an organisation says beside its flows. Read from the default branch only
// (in a review: from the base branch).
import { CellarmanError } from "../runtime/errors.ts";
import type { Selector } from "../warp10/selector.ts";
import { parseAddress } from "./address.ts";
import { type CalendarDuration, parseDuration } from "./duration.ts";
import type { Budget, Purge } from "./flow.ts";
import { foundIssues } from "./issues.ts";
import { openContent, problemsOf } from "./located.ts";
import { selectorOf } from "./normalise.ts";
import { type FilledPolicy, policySchema, type Role } from "./policy-schema.ts";
import { type Problem, renderProblems } from "./problems.ts";

/** The policy's name in the folder of flows. */
export const POLICY_FILE = "policy.yaml";

/** Where the policy lies that goes with a flow file. */
export const policyBeside = (flowFile: string): string =>
  flowFile.replace(/[^/]*$/, "") + POLICY_FILE;

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
  /** The most that one run may purge, whatever the flow's budget says; null: any. */
  readonly budget: Budget;
  /** Accounts whose review approves a purge by pull request. */
  readonly approvers: readonly string[];
  /** Where credentials may go; null: where the default branch's flows send them. */
  readonly endpoints: readonly Endpoint[] | null;
}

/** Either the policy, or at least one problem, sorted by place. */
export type PolicyResult = { readonly policy: Policy } | { readonly problems: readonly Problem[] };

const POLICY_KIND = { name: "policy", schema: policySchema } as const;

/** Reads a policy's bytes. Never throws; `file` is only quoted in problems. */
export function readPolicy(bytes: Uint8Array, file: string): PolicyResult {
  const opened = openContent(bytes, file);
  if ("problems" in opened) return opened;
  const { content, text } = opened;
  const parsed = policySchema.safeParse(content.value);
  const issues = parsed.success ? [] : foundIssues(parsed.error.issues, content, POLICY_KIND);
  const refused = [...content.found, ...issues];
  if (parsed.success && refused.length === 0) return { policy: normalise(parsed.data) };
  return problemsOf(text, file, refused);
}

/** Parses a policy. Throws "flow-invalid": a policy that cannot be read forbids everything. */
export function loadPolicy(text: string, file: string = POLICY_FILE): Policy {
  const read = readPolicy(Buffer.from(text), file);
  if ("policy" in read) return read.policy;
  const told = renderProblems(read.problems).trimEnd();
  throw new CellarmanError("flow-invalid", `${POLICY_FILE} cannot be read:\n${told}`, {
    where: POLICY_FILE,
    hint: "Write version: 1 and, to stop every purge, hold: all.",
  });
}

function normalise(written: FilledPolicy): Policy {
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

type WrittenEndpoint = NonNullable<FilledPolicy["endpoints"]>[number];

function endpointOf({ address, ...byRole }: WrittenEndpoint): Endpoint {
  const parsed = parseAddress(address);
  return { address: "address" in parsed ? parsed.address : address, variables: defined(byRole) };
}

const defined = (byRole: Partial<Record<Role, string[] | undefined>>): Endpoint["variables"] =>
  Object.fromEntries(Object.entries(byRole).filter(([, names]) => names !== undefined));
