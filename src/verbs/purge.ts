// purge: what the newest purge list names, one batch after the other, each through the gate; then
// reconcile and close.
import type { BatchStatus } from "../ledger/state.ts";
import { dueStep } from "../plan/due.ts";
import { FENCE_CHECK } from "../purge/check-fence.ts";
import { type BatchPurged, purgeBatch, type PurgePorts } from "../purge/purge-batch.ts";
import { recordRecount, recount, stalledRecount } from "../purge/recount.ts";
import { asCellarmanError } from "../runtime/errors.ts";
import { some } from "../runtime/words.ts";
import { type Progress, startProgress } from "../runtime/progress.ts";
import type { GateCase } from "../purge/check.ts";
import { casesOfPeriod, listName, newestList } from "./gate-cases.ts";
import { type FlowFile, openReader, openStore } from "./open.ts";
import { openHfiles } from "./open-hfiles.ts";
import { openPeriods, type RuledPeriod } from "./periods.ts";
import { flowAsOfNow, type FlowNow, openPurge } from "./purge-ports.ts";
import { reconcileAll } from "./purge-end.ts";
import { trustOf, waitsElsewhere } from "./purge-trust.ts";
import { describe, exitCodeFor, type FlowPurged, toJson, waitingText } from "./purge-text.ts";
import {
  assertShareOptions,
  flowsOfShare,
  shardShare,
  type Share,
  shareOf,
  unfinished,
} from "./share.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/**
 * Purges the chosen flows. Waiting is success; a quarantine is exit 4, a batch that stays purging
 * exit 3.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const results: FlowPurged[] = [];
  assertShareOptions(inv);
  for (const at of await flowsOfShare(inv)) results.push(await purgeFlow(inv, at));
  return {
    exitCode: exitCodeFor(results),
    text: results.map(describe).join(""),
    json: { flows: results.map(toJson) },
  };
}

const nothing = (flow: string, note: string): FlowPurged => ({
  flow,
  batches: [],
  reconciled: 0,
  late: 0,
  closed: [],
  failed: [],
  waiting: "",
  note,
});

async function purgeFlow(said: Invocation, at: FlowFile): Promise<FlowPurged> {
  const now = await flowAsOfNow(said, at);
  const { name } = now.flow;
  if (now.flow.purge.mode === "never") return nothing(name, "purge.mode is never");
  const trust = await trustOf(said, now);
  if (trust.may === "leave") return leftToOthers(said, at, now, trust.why);
  if (trust.may === "dry-run") said.log.warn(`${name}: a dry run, for ${trust.why}`);
  const inv = trust.may === "dry-run" ? asDryRun(said) : said;
  const cold = await openStore(inv, at);
  const hot = await openReader(inv, at);
  const hfiles = openHfiles(inv, now.flow, { hot, store: cold });
  const ports = openPurge(inv, now, { hot, cold, hfiles: hfiles.reading });
  try {
    const share = await shareOf(inv, "purge", now.flow, cold);
    const periods = await openPeriods(inv, now.flow, cold);
    const first = unfinished(share, periods);
    if (first.length > 0) return nothing(name, unfinishedText(first));
    const batches = await purgeListed(inv, now, ports, periods, share);
    if (typeof batches === "string") return nothing(name, batches);
    const waiting = waitingText(periods.flatMap((p) => p.statuses));
    const ended = await reconcileAll(inv, now, ports, share);
    return { flow: name, batches, ...ended, waiting, note: undefined };
  } finally {
    await Promise.all([ports.close(), hfiles.close(), hot.close(), cold.close()]);
  }
}

/** One failed leg stops the deletes of its flow: something is not as it was when planned. */
const unfinishedText = (batches: readonly string[]): string =>
  `${some(batches.length, "batch", "batches")} of this run are not archived and verified yet, ` +
  `first ${batches[0]}: re-run the failed jobs, or wait for the next run`;

const asDryRun = (inv: Invocation): Invocation => ({
  ...inv,
  options: { ...inv.options, "dry-run": true },
});

/** Where nothing guards a delete token in CI, somebody purges from the command line. */
async function leftToOthers(
  inv: Invocation,
  at: FlowFile,
  { flow }: FlowNow,
  why: string,
): Promise<FlowPurged> {
  const cold = await openStore(inv, at);
  try {
    const statuses = (await openPeriods(inv, flow, cold)).flatMap((p) => p.statuses);
    return nothing(
      flow.name,
      waitsElsewhere(statuses, why) ?? `nothing waits for a purge (${why})`,
    );
  } finally {
    await cold.close();
  }
}

/**
 * Purges what the newest list names of these periods, and what is purging already; a string says
 * why nothing was.
 */
export async function purgeListed(
  inv: Invocation,
  now: FlowNow,
  ports: PurgePorts,
  periods: readonly RuledPeriod[],
  share: Share = shardShare(inv),
): Promise<FlowPurged["batches"] | string> {
  const listed = await newestList(ports.cold, now.flow.name);
  const cases: GateCase[] = [];
  for (const period of periods) {
    const own = new Set(share.own(period.ledger.at.period, period.ruling.batches));
    const due = period.statuses.filter(
      (s) =>
        own.has(s.batch) &&
        (s.state === "purging" || isListedAndDue(s, listed, period.ledger.at.period)),
    );
    if (due.length === 0) continue;
    const { caseOf } = await casesOfPeriod(inv, now, ports.cold, period, listed);
    cases.push(...due.map(caseOf));
  }
  const { clock, terminal } = inv.io;
  const progress = startProgress("purge", cases.length, clock, inv.log, terminal);
  try {
    return await purgeCases(inv, ports, cases, share, progress);
  } finally {
    progress.end();
  }
}

/** One after the other, as long as time allows; a string says what stopped the server's purges. */
async function purgeCases(
  inv: Invocation,
  ports: PurgePorts,
  cases: readonly GateCase[],
  share: Share,
  progress: Progress,
): Promise<FlowPurged["batches"] | string> {
  const purged = [];
  for (const gate of cases) {
    inv.io.signal?.throwIfAborted();
    if (!share.time.mayBegin()) break;
    const stalled = await stalledRecount(ports.cold, gate.plan.value.server);
    if (stalled && !(await recountsAgain(gate, ports))) {
      const server = gate.plan.value.server;
      const ended = `a recount on ${server} did not end in time (batch ${stalled.batch})`;
      return `${ended}: compact LevelDB, then run again`;
    }
    const work = (): Promise<BatchPurged> => withFenceWait(inv, gate, ports);
    const result = await share.time.doing(() => orFailure(inv, work));
    purged.push({ ...result, period: gate.at.period, batch: gate.at.batch });
    progress.done(result.points);
  }
  return purged;
}

const isListedAndDue = (s: BatchStatus, listed: ReadonlySet<string>, period: string): boolean =>
  dueStep(s) === "purge" && listed.has(listName(period, s.batch.id));

/** One bad batch never stops the others. */
async function orFailure(
  inv: Invocation,
  purging: () => Promise<BatchPurged>,
): Promise<BatchPurged> {
  try {
    return await purging();
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    const { code, message } = asCellarmanError(thrown);
    // What the next batch would meet just the same.
    if (code === "not-authorised" || code === "store-missing" || code === "stalled") throw thrown;
    return { outcome: "retry", gate: undefined, points: 0n, note: message };
  }
}

/**
 * The fence's second probe is due a lag after the first: waited for here, where it is all that is
 * missing.
 */
async function withFenceWait(
  inv: Invocation,
  gate: GateCase,
  ports: PurgePorts,
): Promise<BatchPurged> {
  const first = await purgeBatch(gate, ports);
  const line = first.gate?.lines.find((l) => !l.ok);
  const fence = gate.flow.purge.writeFence;
  if (line?.check !== FENCE_CHECK || line.earliestMs === undefined || fence?.kind !== "probe") {
    return first;
  }
  const waitMs = line.earliestMs - (await ports.cold.nowMs()) + 1_000;
  if (waitMs > fence.lagMs + 1_000) return first;
  inv.log.info(`waiting ${Math.ceil(waitMs / 60_000)} min for the write fence's second probe`);
  await inv.io.clock.sleep(Math.max(waitMs, 0), inv.io.signal);
  return purgeBatch(gate, ports);
}

/** A recount that ends in time, whatever it counts, opens the server again. */
async function recountsAgain(gate: GateCase, ports: PurgePorts): Promise<boolean> {
  const once = await recount(gate, ports, gate.range);
  if (once.outcome === "no-answer") return false;
  await recordRecount(gate, ports.cold, true);
  return true;
}
