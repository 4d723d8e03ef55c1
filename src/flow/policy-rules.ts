// What a policy forbids a flow, as pure rules: `review` says it with file and line, the gate and
// the openers of stores and servers go by it at run time.
import { addDuration } from "../plan/period.ts";
import type { Breach } from "./rule.ts";
import type { Budget, Flow } from "./flow.ts";
import { type Destination, destinations } from "./destination.ts";
import { mayOverlap } from "./overlap.ts";
import type { Policy } from "./policy.ts";
import { isOlder } from "./version-order.ts";
import { encodeSelector } from "../warp10/selector.ts";

/** A rule of the policy, by its key in the file. */
export type PolicyRule = "keep-hot" | "modes" | "forbid" | "budget" | "endpoints";

/** What a flow breaks. */
export interface PolicyBreach extends Breach {
  readonly rule: PolicyRule;
}

/** Everything that a flow breaks of a policy. */
export function policyBreaches(policy: Policy, flow: Flow): PolicyBreach[] {
  return [
    ...modeBreaches(policy, flow),
    ...keepHotBreaches(policy, flow),
    ...forbidBreaches(policy, flow),
    ...budgetBreaches(policy, flow),
    ...endpointBreaches(policy, flow),
  ];
}

function modeBreaches({ modes }: Policy, { purge }: Flow): PolicyBreach[] {
  if (modes === null || modes.includes(purge.mode)) return [];
  return [
    {
      rule: "modes",
      path: ["purge", "mode"],
      reason: `is ${purge.mode}, which the policy does not allow`,
      expected: modes.join(" or "),
    },
  ];
}

/** Days of a calendar's beginning: durations are compared from each, because months differ. */
const STARTS_MS = Array.from({ length: 48 }, (_, month) => Date.UTC(2023, month, 1));

function keepHotBreaches({ keepHot }: Policy, { purge, period }: Flow): PolicyBreach[] {
  if (keepHot === null || purge.mode === "never") return [];
  const isLess = (at: number): boolean =>
    addDuration(at, period.keepHot) < addDuration(at, keepHot);
  if (!STARTS_MS.some(isLess)) return [];
  return [
    {
      rule: "keep-hot",
      path: ["period", "keep-hot"],
      reason: "is less than the policy's least",
      expected: `at least ${durationText(keepHot)}`,
    },
  ];
}

/** A duration as people write it. */
export function durationText({ months, days, ms }: Flow["period"]["keepHot"]): string {
  const date = `${months > 0 ? `${months}M` : ""}${days > 0 ? `${days}D` : ""}`;
  return `P${date}${ms > 0 || date === "" ? `T${ms / 1000}S` : ""}`;
}

function forbidBreaches({ forbid }: Policy, { source }: Flow): PolicyBreach[] {
  return source.select.flatMap((selector, at) =>
    forbid
      .filter((forbidden) => mayOverlap(selector, forbidden))
      .map((forbidden): PolicyBreach => ({
        rule: "forbid",
        path: ["source", "select", at],
        reason: `may select series that the policy forbids (${encodeSelector(forbidden)})`,
        expected: "a selector that certainly selects none of them",
      })),
  );
}

const BUDGETS = ["series", "points", "batches"] as const;

function budgetBreaches({ budget }: Policy, { purge }: Flow): PolicyBreach[] {
  return BUDGETS.flatMap((what) => {
    const [most, said] = [budget[what], purge.budget[what]];
    if (most === null || said === null || said <= most) return [];
    const path = ["purge", "budget", what];
    const expected = `at most ${most}`;
    return [{ rule: "budget", path, reason: "is more than the policy's", expected }];
  });
}

/** What one run may purge: the lesser of the flow's budget and the policy's. */
export function leastBudget(flow: Budget, policy: Budget | undefined): Budget {
  const least = (what: keyof Budget): number | null => {
    const said = [flow[what], policy?.[what] ?? null].filter((n) => n !== null);
    return said.length === 0 ? null : Math.min(...said);
  };
  return { series: least("series"), points: least("points"), batches: least("batches") };
}

function endpointBreaches(policy: Policy, flow: Flow): PolicyBreach[] {
  const { endpoints } = policy;
  if (endpoints === null) return [];
  return destinations(flow)
    .filter((destination) => !isListed(policy, destination))
    .map(({ path, variable, address, role }) => ({
      rule: "endpoints",
      path,
      reason: `would send ${variable} (${role}) to ${address}, which the policy does not list`,
      expected: "an endpoint of the policy that names this variable in this role",
    }));
}

/** Whether the policy lists that this variable may go to this address in this role. */
export const isListed = (
  { endpoints }: Pick<Policy, "endpoints">,
  { role, variable, address }: Destination,
): boolean =>
  (endpoints ?? []).some((e) => e.address === address && e.variables[role]?.includes(variable));

/** Why a version of this tool is too old for the policy; undefined: it is not. */
export function tooOld({ minVersion }: Policy, version: string): string | undefined {
  if (minVersion === null || !isOlder(version, minVersion)) return undefined;
  return `this is version ${version}, the policy's min-version is ${minVersion}`;
}
