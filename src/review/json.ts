// A review as the document of `--json`. Pure.
import { iso } from "../report/words.ts";
import type { FlowChange } from "./diff.ts";
import type { Amounts } from "./facts.ts";
import type { Review } from "./review.ts";
import { effects } from "./words.ts";

/** The document, without its `schema` and `markdown`. */
export function reviewJson({ base, verdict, diff, findings, notices }: Review) {
  return {
    base,
    verdict,
    problems: findings,
    notices,
    flows: diff.flows.map(flowJson),
    unchanged: diff.unchanged,
    policy: diff.policy,
    approvals: diff.approvals,
  };
}

const flowJson = (change: FlowChange): object => ({
  flow: change.flow,
  file: change.file,
  kind: change.kind,
  settings: change.settings,
  effects: effects(change),
  periods: change.periods
    .filter(({ kind }) => kind !== "same")
    .map(({ period, kind, before, after, amounts }) => ({
      period: period.name,
      kind,
      due: { before: iso(before?.dueMs ?? undefined), after: iso(after?.dueMs ?? undefined) },
      amounts: amountsJson(amounts),
    })),
  adds: amountsJson(change.adds),
  drops: amountsJson(change.drops),
  deletions: change.deletions.map(({ period, kind, beforeMs, afterMs }) => ({
    period: period.name,
    kind,
    from: { before: iso(beforeMs ?? undefined), after: iso(afterMs ?? undefined) },
  })),
  replans: change.replans,
  voided: change.voided,
  credentials: change.moves.map(({ role, variable, address }) => ({ role, variable, address })),
  series: change.facts.selection && {
    before: text(change.facts.selection.before),
    after: text(change.facts.selection.after),
    added: text(change.facts.selection.added),
    dropped: text(change.facts.selection.dropped),
  },
  unknown: change.facts.unknown,
});

const text = (n: bigint | null): string | null => (n === null ? null : String(n));

const amountsJson = ({ from, batches, series, points, bytes, hours }: Amounts): object => ({
  from,
  batches,
  series: text(series),
  points: text(points),
  bytes: text(bytes),
  hours,
});
