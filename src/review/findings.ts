// What is wrong with a change, each with its place: what makes a review fail, and what a reviewer
// should know. Pure.
import { destinationText } from "../flow/destination.ts";
import { locate } from "../flow/located.ts";
import { mayOverlap } from "../flow/overlap.ts";
import type { Policy } from "../flow/policy.ts";
import { policyBreaches, tooOld } from "../flow/policy-rules.ts";
import type { Problem } from "../flow/problems.ts";
import type { Breach } from "../flow/rule.ts";
import type { ReviewDiff } from "./diff.ts";
import type { FlowSet, ReviewedFlow } from "./flow-set.ts";

/** What a finding is about. */
export type FindingKind = "invalid" | "policy" | "version" | "credential" | "shared" | "future";

/** A problem of the change; an error fails the review. */
export interface Finding extends Problem {
  readonly level: "error" | "warning";
  readonly kind: FindingKind;
}

/** Series that the server lists for two flows. */
export interface SharedSeries {
  readonly flow: string;
  readonly other: string;
  readonly series: bigint;
}

/** What findings are made from. */
export interface Judged {
  /** The base branch as it is now, for its policy. */
  readonly base: Pick<FlowSet, "policy" | "problems">;
  readonly head: FlowSet;
  readonly diff: ReviewDiff;
  /** Flows that the server was asked about, with what it lists twice. */
  readonly asked: ReadonlySet<string>;
  readonly shared: readonly SharedSeries[];
  /** A person accepted where credentials go. */
  readonly isAccepted: boolean;
  readonly version: string;
  readonly policyFile: string;
}

/** Every finding: errors first, then by file and place. */
export function findingsOf(judged: Judged): Finding[] {
  return [
    ...judged.head.problems.map((p): Finding => ({ ...p, level: "error", kind: "invalid" })),
    ...basePolicyFindings(judged),
    ...judged.head.flows.flatMap((at) => breachFindings(judged, at)),
    ...credentialFindings(judged),
    ...sharedFindings(judged),
  ].toSorted(
    (a, b) => a.level.localeCompare(b.level) || a.file.localeCompare(b.file) || a.line - b.line,
  );
}

const found = (
  level: Finding["level"],
  kind: FindingKind,
  at: Pick<ReviewedFlow, "bytes" | "file">,
  breaches: readonly Breach[],
): Finding[] => locate(at.bytes, at.file, breaches).map((p) => ({ ...p, level, kind }));

function basePolicyFindings({ base, version, policyFile }: Judged): Finding[] {
  const whole = { file: policyFile, line: 1, column: 1, path: "", value: null };
  const unread = base.problems.filter((p) => p.file === policyFile);
  if (unread.length > 0) {
    const message = `the base branch's policy cannot be read: ${unread[0]?.message ?? ""}`;
    return [{ ...whole, level: "error", kind: "policy", expected: "a valid policy", message }];
  }
  const old = base.policy && tooOld(base.policy, version);
  if (old === undefined) return [];
  const expected = `at least version ${base.policy?.minVersion ?? ""}`;
  return [{ ...whole, level: "error", kind: "version", expected, message: old }];
}

/** The base's policy binds; the change's own will, once it is merged. */
function breachFindings({ base, head, diff }: Judged, at: ReviewedFlow): Finding[] {
  const isChanged = diff.flows.some(({ flow }) => flow === at.flow.name);
  const breaches = (policy: Policy | undefined) =>
    policy === undefined ? [] : policyBreaches(policy, at.flow);
  const now = found(isChanged ? "error" : "warning", "policy", at, breaches(base.policy));
  if (diff.policy.kind === "same") return now;
  const soon = found("warning", "future", at, breaches(head.policy)).filter(
    (f) => !now.some((n) => n.message === f.message && n.line === f.line),
  );
  return [...now, ...soon.map((f) => ({ ...f, message: `once merged, ${f.message}` }))];
}

function credentialFindings({ head, diff, base, isAccepted }: Judged): Finding[] {
  // Where the policy lists endpoints, what it does not list was said as its breach.
  if (isAccepted || (base.policy?.endpoints ?? null) !== null) return [];
  return diff.flows.flatMap(({ flow, moves }) => {
    const at = head.flows.find((f) => f.flow.name === flow);
    const breaches = moves.map((move): Breach => ({
      path: move.path,
      reason: `sends a credential elsewhere: ${destinationText(move)} (${move.role})`,
      expected: "what the base branch has, or a person's yes",
    }));
    return at ? found("error", "credential", at, breaches) : [];
  });
}

function sharedFindings({ head, asked, shared, diff }: Judged): Finding[] {
  const listed = shared.flatMap(({ flow, other, series }) => {
    const at = head.flows.find((f) => f.flow.name === flow);
    const reason = `shares ${series} series with flow ${other}, and one of the two may purge`;
    return at ? found("error", "shared", at, [selects(reason)]) : [];
  });
  const changed = new Set(diff.flows.map(({ flow }) => flow));
  const isTold = (a: ReviewedFlow, b: ReviewedFlow): boolean =>
    (changed.has(a.flow.name) || changed.has(b.flow.name)) &&
    !asked.has(a.flow.name) &&
    !asked.has(b.flow.name) &&
    areRivals(a, b);
  const possible = head.flows.flatMap((a, i) => {
    const [first, ...more] = head.flows.slice(i + 1).filter((b) => isTold(a, b));
    if (!first) return [];
    const others = more.length === 0 ? "" : ` and ${more.length} more`;
    const reason = `may share series with flow ${first.flow.name}${others}, of which one may purge`;
    return found("warning", "shared", a, [selects(reason)]);
  });
  return [...listed, ...possible];
}

const selects = (reason: string): Breach => ({
  path: ["source", "select"],
  reason,
  expected: "selectors that no other flow of this server has",
});

function areRivals({ flow: a }: ReviewedFlow, { flow: b }: ReviewedFlow): boolean {
  if (a.source.warp10 !== b.source.warp10) return false;
  if (a.purge.mode === "never" && b.purge.mode === "never") return false;
  return a.source.select.some((x) => b.source.select.some((y) => mayOverlap(x, y)));
}
