// Files of the folder of flows → a set to compare. Pure: where the bytes come from is elsewhere.
import type { Flow } from "../flow/flow.ts";
import { loadFlow } from "../flow/load.ts";
import { locate } from "../flow/located.ts";
import { POLICY_FILE, readPolicy } from "../flow/policy.ts";
import type { Problem } from "../flow/problems.ts";
import { duePeriods, PERIODS_MAX } from "../plan/period.ts";
import type { FlowSet, ReviewedFlow } from "./flow-set.ts";

/** Where approvals by pull request lie in the folder of flows. */
const APPROVAL = /^approvals\/([^/]+)\/([^/]+)\.ya?ml$/;

/** A set of files, by their paths inside the folder; `prefix` stands before them in problems. */
export function flowSetOf(files: ReadonlyMap<string, Uint8Array>, prefix: string): FlowSet {
  const flows: ReviewedFlow[] = [];
  const problems: Problem[] = [];
  const invalidFiles: string[] = [];
  const names = [...files.keys()].filter((n) => /^[^/]+\.ya?ml$/.test(n) && n !== POLICY_FILE);
  for (const name of names.toSorted()) {
    const bytes = files.get(name) ?? new Uint8Array();
    const file = prefix + name;
    const loaded = loadFlow(bytes, file);
    const twin = "flow" in loaded && flows.find((f) => f.flow.name === loaded.flow.name);
    if ("problems" in loaded) problems.push(...loaded.problems);
    else if (twin) problems.push(...sameName(bytes, file, twin));
    else flows.push({ file, bytes, flow: loaded.flow });
    if ("problems" in loaded || twin) invalidFiles.push(file);
  }
  const policyBytes = files.get(POLICY_FILE);
  const policy = policyBytes && readPolicy(policyBytes, prefix + POLICY_FILE);
  if (policy && "problems" in policy) problems.push(...policy.problems);
  return {
    flows,
    policy: policy && "policy" in policy ? policy.policy : undefined,
    hasPolicyFile: policyBytes !== undefined,
    approvals: [...files].flatMap(([name, bytes]) => {
      const [, flow, period] = APPROVAL.exec(name) ?? [];
      if (flow === undefined || period === undefined) return [];
      return [{ flow, period, text: Buffer.from(bytes).toString("utf8") }];
    }),
    problems,
    invalidFiles,
  };
}

const sameName = (bytes: Uint8Array, file: string, twin: ReviewedFlow): readonly Problem[] =>
  locate(bytes, file, [
    {
      path: ["flow"],
      reason: `is ${twin.flow.name}, as in ${twin.file}`,
      expected: "a name that no other flow has",
    },
  ]);

/**
 * The set without flows that have more periods than a flow may: those are said to be, and nothing
 * is computed of them.
 */
export function withoutEndless(set: FlowSet, nowMs: number): FlowSet {
  const endless = set.flows.filter(({ flow }) => isEndless(flow, nowMs));
  if (endless.length === 0) return set;
  const problems = endless.flatMap(({ bytes, file }) =>
    locate(bytes, file, [
      {
        path: ["period", "first"],
        reason: `makes more than ${PERIODS_MAX} periods`,
        expected: "a later period",
      },
    ]),
  );
  return {
    ...set,
    flows: set.flows.filter((at) => !endless.includes(at)),
    problems: [...set.problems, ...problems],
    invalidFiles: [...set.invalidFiles, ...endless.map(({ file }) => file)],
  };
}

function isEndless({ period: { every, first, keepHot } }: Flow, nowMs: number): boolean {
  try {
    duePeriods(every, first, keepHot, nowMs);
    return false;
  } catch {
    return true;
  }
}
