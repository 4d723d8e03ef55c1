// A policy that the flows of a repository keep: their endpoints, their modes, their least keep-hot.
// Pure.
import { type Destination, destinations } from "../flow/destination.ts";
import type { Flow } from "../flow/flow.ts";
import { durationText } from "../flow/policy-rules.ts";
import { addDuration } from "../plan/period.ts";

/** Text of flows/policy.yaml. `schema`: where editors find its schema. */
export function policyText(flows: readonly Flow[], schema: string, version: string): string {
  const modes = [...new Set(["never", ...flows.map(({ purge }) => purge.mode)])];
  const [least] = flows
    .filter(({ purge }) => purge.mode !== "never")
    .map(({ period }) => period.keepHot)
    .toSorted((a, b) => addDuration(0, a) - addDuration(0, b));
  return [
    `# yaml-language-server: $schema=${schema}`,
    "# What this organisation says beside its flows. Keep it by CODEOWNERS; it is read from the",
    "# default branch alone.",
    "version: 1",
    `min-version: ${version} # the oldest cellarman that may purge`,
    ...(least ? [`keep-hot: ${durationText(least)} # least time in the hot store`] : []),
    `modes: [${modes.join(", ")}]`,
    "forbid: [] # selectors of series that no flow may archive or purge",
    "approvers: [] # accounts whose review of an approval's pull request counts",
    ...endpointLines(flows.flatMap(destinations)),
    "",
  ].join("\n");
}

function endpointLines(all: readonly Destination[]): string[] {
  if (all.length === 0) return [];
  const byAddress = Map.groupBy(all, ({ address }) => address);
  const lines = [...byAddress]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([address, to]) => [
      `  - address: ${address}`,
      ...[...Map.groupBy(to, ({ role }) => role)].map(([role, sent]) => {
        const names = [...new Set(sent.map(({ variable }) => variable))].toSorted();
        return `    ${role}: [${names.join(", ")}]`;
      }),
    ]);
  return ["endpoints: # where credentials may go; nowhere else", ...lines];
}
