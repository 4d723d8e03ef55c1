// The report for programs.
import type { Amount, Done, FlowReport } from "./flow-report.ts";
import { flowJson } from "./status-json.ts";

/** One flow's report. 64-bit values are decimal texts, moments ISO 8601. */
export function reportJson(report: FlowReport): object {
  const { view, state, lastDay, inAll, closedLastDay, attention, late } = report;
  return {
    ...flowJson(view),
    state,
    lastDay: { ...doneJson(lastDay), closed: closedLastDay },
    inAll: doneJson(inAll),
    attention: attention.map(({ what, todo }) => ({ what, todo })),
    lateBatches: late,
  };
}

const doneJson = ({ archived, verified, purged }: Done): object => ({
  archived: amountJson(archived),
  verified: amountJson(verified),
  purged: amountJson(purged),
});

const amountJson = ({ batches, points, bytes }: Amount): object => ({
  batches,
  points: String(points),
  bytes: String(bytes),
  bytesPerPoint: points === 0n ? null : Number(bytes) / Number(points),
});
