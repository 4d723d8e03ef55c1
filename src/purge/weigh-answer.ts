// What a delete's answer means for its batch and its server (design §3, "The delete and after").
import { putHold } from "../cellar/holds.ts";
import { identityOf, type ListedSeries } from "../warp10/series.ts";
import type { Range } from "../warp10/range.ts";
import { holdsPoints, judgeAnswer, LONG_MAX, LONG_MIN } from "./answer.ts";
import type { GateCase, GatePorts } from "./check.ts";
import type { DeleteAnswer } from "./delete.ts";
import { serverScope } from "./recount.ts";

/** What an answer says beside "recount". */
export interface AnswerSays {
  readonly registered: readonly string[];
  /** Why the batch stays purging; undefined: the recount decides. */
  readonly note: string | undefined;
}

/** Holds the answer against the last dry run; what is odd about it puts a hold on the server. */
export async function weighAnswer(
  gate: GateCase,
  ports: GatePorts,
  answer: DeleteAnswer,
  expected: ReadonlySet<string>,
): Promise<AnswerSays> {
  if (answer.outcome === "refused") {
    return { registered: [], note: `the server refused to delete: ${answer.reason}` };
  }
  // No answer is no answer: the recount tells.
  if (answer.outcome === "no-answer") return { registered: [], note: undefined };
  const { lacking, extra } = judgeAnswer(answer.series, expected);
  if (lacking.length > 0) {
    const note = `the delete's answer lacks ${lacking.length} series, ${lacking[0]} first`;
    await holdServer(gate, ports, note);
    return { registered: [], note };
  }
  for (const series of extra) {
    if (await isYoung(gate, ports, series)) continue;
    const touched = identityOf(series);
    const note = `possible loss: the delete touched ${touched}, which no reading had listed`;
    await holdServer(gate, ports, note);
    return { registered: [], note };
  }
  return { registered: extra.map(identityOf), note: undefined };
}

/**
 * Whether all that a series holds came after the period. One that holds nothing at all may have
 * been revived, and emptied by this very delete: that is no young series, but a possible loss.
 */
async function isYoung(gate: GateCase, ports: GatePorts, series: ListedSeries): Promise<boolean> {
  const end = BigInt(gate.plan.value.range.end);
  const limits = { deadlineMs: gate.limits.recountMs };
  const holds = (range: Range): Promise<boolean> => holdsPoints(ports.hot, series, range, limits);
  try {
    return (
      !(await holds({ start: LONG_MIN, end })) && (await holds({ start: end + 1n, end: LONG_MAX }))
    );
  } catch {
    // What cannot be read is not known to be young.
    return false;
  }
}

const holdServer = (gate: GateCase, ports: GatePorts, reason: string): Promise<void> =>
  putHold(ports.cold, serverScope(gate.plan.value.server), {
    process: gate.process,
    by: "tool",
    reason: `${reason} (batch ${gate.at.batch} of ${gate.at.flow} ${gate.at.period})`,
    finding: null,
  });
