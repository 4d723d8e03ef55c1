// What is wrong with each flow: of its run, and of its ledger.
import type { Present } from "../alert/decide.ts";
import { ledgerCauses } from "../alert/ledger-causes.ts";
import { leavesOpen, runCauses } from "../alert/run-causes.ts";
import { type Cause, cause, PARTS } from "../alert/trouble.ts";
import type { Flow } from "../flow/flow.ts";
import { mayPurgeHere } from "../plan/legs.ts";
import { classOfFailure } from "../runtime/failure-class.ts";
import type { Outcome } from "./report-outcome.ts";
import type { FlowFile } from "./open.ts";
import type { Survey, Unread } from "./survey.ts";
import { flagOption, type Invocation } from "./verb.ts";

/** A flow with what was found. */
export interface FlowFindings {
  readonly at: FlowFile;
  readonly findings: Present["findings"];
}

/** The findings of every flow, by the ledger and by the run's outcome. */
export function findingsOf(inv: Invocation, survey: Survey, outcome: Outcome): FlowFindings[] {
  const elsewhere = (flow: Flow): boolean => purgesElsewhere(inv, flow, outcome);
  return [
    ...survey.read.map(({ at, report, assigned, changedMs }) => {
      const work = { view: report.view, assigned };
      const run = runCauses(work, outcome);
      const ledger = ledgerCauses(report, elsewhere(at.flow), changedMs);
      const isOpen = run.length === 0 && leavesOpen(work, outcome, elsewhere(at.flow));
      return { at, findings: isOpen ? { ledger } : { run, ledger } };
    }),
    ...survey.unread.map((one) => ({ at: one.at, findings: { run: [unreadCause(one)] } })),
  ];
}

/**
 * Whether no job of CI purges the flow: said by hand, seen by the jobs before this one, or because
 * its archiving runs on machines of one's own, which must not wait for a delete token.
 */
export function purgesElsewhere(
  inv: Invocation,
  flow: Flow,
  { needs }: Pick<Outcome, "needs">,
): boolean {
  if (flagOption(inv.options, "purge-elsewhere")) return true;
  if (!mayPurgeHere(flow)) return true;
  return needs.length > 0 && !needs.some(({ job }) => job === "purge");
}

/** A ledger that cannot be read is trouble, never "nothing is wrong". */
export function unreadCause({ at, error }: Unread): Cause {
  const { code, message, hint, retryable } = error;
  const what = `the ledger cannot be read: ${message}`;
  const todo = hint ?? `cellarman doctor ${at.flow.name}`;
  return cause(`unread ${code}`, what, todo, { class: classOfFailure({ code, retryable }) });
}

/** What decides about the flow's issue; `more` adds other parts. */
export const presentOf = (
  { at, findings }: FlowFindings,
  nowMs: number,
  more: Present["findings"] = {},
): Present => ({ flow: at.flow.name, nowMs, findings: { ...findings, ...more } });

/** The causes of a flow for `--json`. */
export const causesJson = ({ at, findings }: FlowFindings): object[] =>
  PARTS.flatMap((part) =>
    (findings[part] ?? []).map(({ key, what, class: failure, todo, rows }) => ({
      flow: at.flow.name,
      part,
      key,
      what,
      class: failure ?? null,
      todo,
      batches: rows.length,
    })),
  );
