// The semantic difference of two states of the flows. Pure: two sets of flows and facts in, a value
// out; putting it into words is elsewhere.
import { type Destination, destinations } from "../flow/destination.ts";
import { purgeDigest } from "../flow/digest.ts";
import type { Flow } from "../flow/flow.ts";
import { isListed } from "../flow/policy-rules.ts";
import type { Policy } from "../flow/policy.ts";
import { amountsOf, sumOf } from "./estimate.ts";
import { type Amounts, type FlowFacts, NOTHING_KNOWN } from "./facts.ts";
import type { ApprovalFile, FlowSet, ReviewedFlow } from "./flow-set.ts";
import {
  type DeletionChange,
  deletionChanges,
  type PeriodChange,
  periodChanges,
} from "./periods.ts";
import { type SettingChange, settingChanges } from "./settings.ts";

/** A period with what it amounts to, and why the change concerns it. */
export interface PeriodAmounts extends PeriodChange {
  readonly amounts: Amounts;
}

/** An approval that holds no longer. */
export interface Voided {
  readonly period: string;
  readonly why: string;
}

/** What the change does to one flow. */
export interface FlowChange {
  readonly kind: "added" | "removed" | "changed";
  readonly flow: string;
  readonly file: string;
  readonly before: Flow | undefined;
  readonly after: Flow | undefined;
  readonly settings: readonly SettingChange[];
  /** Plans made before the change fit it no longer: their purge waits for a replan. */
  readonly isReselected: boolean;
  readonly periods: readonly PeriodAmounts[];
  readonly adds: Amounts;
  readonly drops: Amounts;
  readonly deletions: readonly DeletionChange[];
  /** Periods whose plan fits no longer. */
  readonly replans: readonly string[];
  readonly voided: readonly Voided[];
  /** Credentials that would go where the base does not send them. */
  readonly moves: readonly Destination[];
  readonly facts: FlowFacts;
}

/** What the change does to the file of an approval. */
export interface ApprovalChange {
  readonly flow: string;
  readonly period: string;
  readonly kind: "added" | "edited" | "removed";
}

/** What a change does. */
export interface ReviewDiff {
  readonly flows: readonly FlowChange[];
  readonly unchanged: readonly string[];
  readonly approvals: readonly ApprovalChange[];
  readonly policy: {
    readonly kind: "same" | "added" | "removed" | "changed";
    readonly settings: readonly SettingChange[];
  };
}

/** What is compared. */
export interface Compared {
  /** Where the change left the base. */
  readonly base: FlowSet;
  readonly head: FlowSet;
  /** The base branch's policy as it is now: by this one the change is judged. */
  readonly rules: Policy | undefined;
  /** By the flow's name. */
  readonly facts: ReadonlyMap<string, FlowFacts>;
  readonly nowMs: number;
}

/** Compares two sets of flows. */
export function diffFlows(compared: Compared): ReviewDiff {
  const { base, head, facts } = compared;
  const [old, now] = [base, head].map((set) => new Map(set.flows.map((f) => [f.flow.name, f])));
  const unread = new Set(head.invalidFiles);
  const names = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].toSorted();
  const flows = names.flatMap((name) => {
    const [before, after] = [old?.get(name), now?.get(name)];
    // A flow whose file is broken is not removed: nothing can be said of it.
    if (before && !after && unread.has(before.file)) return [];
    if (settingChanges(before?.flow, after?.flow).length === 0) return [];
    return [changeOf(name, before, after, compared, facts.get(name) ?? NOTHING_KNOWN)];
  });
  const changed = new Set(flows.map(({ flow }) => flow));
  return {
    flows,
    unchanged: [...(now?.keys() ?? [])].filter((name) => !changed.has(name)).toSorted(),
    approvals: approvalChanges(base.approvals, head.approvals),
    policy: policyChange(base, head),
  };
}

function changeOf(
  name: string,
  old: ReviewedFlow | undefined,
  now: ReviewedFlow | undefined,
  compared: Compared,
  facts: FlowFacts,
): FlowChange {
  const { base, head, nowMs } = compared;
  const [before, after] = [old?.flow, now?.flow];
  const isSame = !before || !after || purgeDigest(before) === purgeDigest(after);
  const changes = periodChanges(before, after, facts, nowMs);
  const periods = changes.map((change): PeriodAmounts => {
    const side = change.kind === "dropped" || !after ? "before" : "after";
    return { ...change, amounts: amountsOf(change.period, side, facts, isSame) };
  });
  const sum = (kind: PeriodChange["kind"]): Amounts =>
    sumOf(periods.filter((p) => p.kind === kind).map((p) => p.amounts));
  return {
    kind: !before ? "added" : !after ? "removed" : "changed",
    flow: name,
    file: (now ?? old)?.file ?? "",
    before,
    after,
    settings: settingChanges(before, after),
    isReselected: !isSame,
    periods,
    adds: sum("added"),
    drops: sum("dropped"),
    deletions: deletionChanges(changes, {
      isUnasked: before?.purge.mode === "approve" && after?.purge.mode === "automatic",
      isReselected: !isSame,
    }),
    replans: isSame ? [] : openPeriods(facts),
    voided: voidedBy(name, { base, head, facts, isSame, isRemoved: !after }),
    moves: after ? movesOf(before, after, compared) : [],
    facts,
  };
}

const openPeriods = ({ periods }: FlowFacts): string[] =>
  [...(periods ?? [])].filter(([, p]) => p.state === "open").map(([name]) => name);

interface Voiding {
  readonly base: FlowSet;
  readonly head: FlowSet;
  readonly facts: FlowFacts;
  readonly isSame: boolean;
  readonly isRemoved: boolean;
}

function voidedBy(name: string, { base, head, facts, isSame, isRemoved }: Voiding): Voided[] {
  const files = base.approvals.filter((file) => file.flow === name);
  const edits = approvalChanges(
    files,
    head.approvals.filter((file) => file.flow === name),
  );
  const ledger = [...(facts.periods ?? [])].filter(([, p]) => p.approved && p.state === "open");
  const periods = new Set([...files.map(({ period }) => period), ...ledger.map(([p]) => p)]);
  const whole = isRemoved
    ? "the flow is gone"
    : isSame
      ? undefined
      : "the flow's purge digest changes: the plan that it covers fits no longer";
  return [...periods].toSorted().flatMap((period) => {
    const edit = edits.find((e) => e.period === period && e.kind !== "added");
    const why = whole ?? (edit && `its file is ${edit.kind}`);
    return why === undefined ? [] : [{ period, why }];
  });
}

function approvalChanges(
  before: readonly ApprovalFile[],
  after: readonly ApprovalFile[],
): ApprovalChange[] {
  const keyed = (files: readonly ApprovalFile[]) =>
    new Map(files.map((file) => [`${file.flow}/${file.period}`, file]));
  const [old, now] = [keyed(before), keyed(after)];
  return [...new Map([...old, ...now])].flatMap(([key, { flow, period }]): ApprovalChange[] => {
    const [was, is] = [old.get(key)?.text, now.get(key)?.text];
    if (was === is) return [];
    const kind = was === undefined ? "added" : is === undefined ? "removed" : "edited";
    return [{ flow, period, kind }];
  });
}

/**
 * A change of host or variable: where the base's version of the flow does not send a credential. A
 * new flow may send what other flows of the base send already.
 */
function movesOf(before: Flow | undefined, after: Flow, { base, rules }: Compared): Destination[] {
  const known = (before ? [before] : base.flows.map(({ flow }) => flow)).flatMap(destinations);
  const isKnown = (d: Destination): boolean =>
    known.some((k) => k.role === d.role && k.variable === d.variable && k.address === d.address) ||
    (rules !== undefined && isListed(rules, d));
  return destinations(after).filter((d) => !isKnown(d));
}

function policyChange(before: FlowSet, after: FlowSet): ReviewDiff["policy"] {
  const settings = settingChanges(before.policy, after.policy);
  if (before.hasPolicyFile !== after.hasPolicyFile) {
    return { kind: after.hasPolicyFile ? "added" : "removed", settings };
  }
  return { kind: settings.length === 0 ? "same" : "changed", settings };
}
