// The gate's checks that read points: archive and hot, now, in full, and whether one holds the other.
import type { Stored } from "../cellar/records.ts";
import type { HoldsRead } from "../cellar/holds.ts";
import type { Seal } from "../ledger/records.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { some } from "../runtime/words.ts";
import { diffSeries, judgeTotals, type SeriesDiff } from "../verify/diff.ts";
import { collectPoints, DIFF_POINTS_MAX } from "../verify/points.ts";
import { type ReadTotals, readHot } from "../verify/read-hot.ts";
import { readSeal, type SealContents, sealPoints } from "../verify/read-seal.ts";
import type { ReadLimits } from "../warp10/hot.ts";
import { readPoints } from "../warp10/text/read.ts";
import { type CheckLine, type GateCase, type GatePorts, no, yes } from "./check.ts";
import { type ContentsVerdict, decideContents } from "./decide.ts";
import type { BatchContents } from "./of-batch.ts";
import { readIntents, type View, viewOrder } from "./view.ts";

/** Re-reads every byte of the view. */
export async function checkArchive(
  gate: GateCase,
  ports: GatePorts,
  view: View,
): Promise<{ line: CheckLine; contents: readonly SealContents[] }> {
  const check = "archive read back";
  const needed = "every object as its manifest says";
  const withdraw = (key: string) => ({ next: `cellarman withdraw ${gate.at.flow} ${key} --reason "..."` });
  if (view.lost[0]) {
    const line = no("quarantine", check, `${view.lost[0]} is gone`, needed, withdraw(view.lost[0]));
    return { line, contents: [] };
  }
  const contents: SealContents[] = [];
  for (const seal of view.seals) {
    try {
      contents.push(await readSeal(ports.cold, seal, gate.range));
    } catch (error) {
      if (!isWrong(error)) throw error;
      return { line: no("quarantine", check, error.message, needed, withdraw(seal.key)), contents: [] };
    }
  }
  const points = contents.reduce((n, c) => n + c.read.points, 0n);
  return { line: yes(check, `${some(contents.length, "seal")}, ${some(points, "point")}`, needed), contents };
}

/** Limits of a gate's reads: near a purge intent they walk tombstones, so there is no stall limit (facts warp10 §1.4). */
export const readLimits = ({ signal, limits }: GateCase): ReadLimits => ({
  deadlineMs: limits.gateReadMs,
  ...(signal ? { signal } : {}),
});

const isWrong = (error: unknown): error is CellarmanError =>
  error instanceof CellarmanError && (error.code === "mismatch" || error.code === "unreadable");

/** Re-reads hot, and has it counted by another path of the server. */
export async function checkHot(
  gate: GateCase,
  ports: GatePorts,
  limits: ReadLimits,
): Promise<{ line: CheckLine; read: ReadTotals; beganMs: number }> {
  const beganMs = ports.clock.now();
  const read = await readHot(ports.hot, gate.batch.selector, gate.range, limits);
  const counted = await ports.hot.count(gate.batch.selector, gate.range, limits);
  const seen = `read ${read.points} points of ${read.totals.size} series, counted ${counted.points} of ${counted.series}`;
  const needed = "the same by both ways";
  const same = counted.points === read.points && counted.series === BigInt(read.totals.size);
  const check = "hot read is complete";
  return { line: same ? yes(check, seen, needed) : no("retry", check, seen, needed), read, beganMs };
}

/** Judges hot against the view, point by point where digests differ. */
export async function checkContents(
  gate: GateCase,
  ports: GatePorts,
  view: View,
  { contents, points, overlapping }: BatchContents,
  hot: ReadTotals,
  holds: HoldsRead,
): Promise<{ line: CheckLine; verdict: ContentsVerdict }> {
  // Intents are looked up after the hot read: one that was made meanwhile explains what is gone.
  const intents = await readIntents(ports.cold, gate.at, view.seals, gate.batch.parents);
  const touching = new Set([gate.at.batch, ...gate.batch.parents]);
  for (const seal of overlapping) touching.add(seal.value.batch);
  const held = contents.map((c) => ({ key: c.seal.key, totals: c.read.totals }));
  const judged = judgeTotals(hot.totals, held);
  const diffs = await diffAll(gate, ports, contents, judged.unclear, viewOrder(view.seals, intents));
  const goneWith = new Map(judged.gone.map((identity) => [identity, mostPoints(contents, identity)]));
  const verdict = decideContents({
    batch: gate.at.batch,
    hotPoints: hot.points,
    archivedPoints: points,
    judged,
    diffs,
    goneWith,
    standing: view.standing,
    intentOnRecord: intents.some((i) => touching.has(i.value.batch)),
    liftedFindings: holds.liftedFindings,
  });
  const check = "every hot point is archived";
  const needed = "held by seals verified, cooled and approved";
  const more = verdict.earliestMs === undefined ? {} : { earliestMs: verdict.earliestMs };
  const next = nextStep(gate, verdict);
  return {
    line:
      verdict.outcome === "go"
        ? yes(check, verdict.seen, needed)
        : no(verdict.outcome, check, verdict.seen, needed, { ...more, ...(next ? { next } : {}) }),
    verdict,
  };
}

function nextStep(gate: GateCase, verdict: ContentsVerdict): string | undefined {
  const { flow, period } = gate.at;
  if (verdict.outcome === "late") return `cellarman archive ${flow}`;
  if (verdict.outcome !== "wait" || verdict.earliestMs !== undefined) return undefined;
  return verdict.seen.includes("approved") ? `cellarman approve ${flow} ${period}` : `cellarman verify ${flow}`;
}

const mostPoints = (contents: readonly SealContents[], identity: string): bigint =>
  contents.reduce((most, c) => {
    const points = BigInt(c.read.totals.get(identity)?.points ?? 0);
    return points > most ? points : most;
  }, 0n);

async function diffAll(
  gate: GateCase,
  ports: GatePorts,
  contents: readonly SealContents[],
  unclear: readonly string[],
  order: ReturnType<typeof viewOrder>,
): Promise<SeriesDiff[]> {
  const diffs: SeriesDiff[] = [];
  for (const identities of inPortions(unclear, contents)) {
    const wanted = new Set(identities);
    const source = ports.hot.fetch(gate.batch.selector, gate.range, readLimits(gate));
    const hot = await collectPoints(readPoints(source, { where: "fetch" }), wanted, gate.range);
    const seals = await Promise.all(contents.map((c) => pointsOfSeal(ports, c, wanted, gate)));
    for (const identity of identities) {
      const held = seals
        .map(({ seal, points }) => ({ key: seal.key, points: points.get(identity) ?? [] }))
        .filter(({ points }) => points.length > 0);
      diffs.push(diffSeries(identity, hot.get(identity) ?? [], held, order));
    }
  }
  return diffs;
}

type CollectedPoints = Awaited<ReturnType<typeof collectPoints>>;

async function pointsOfSeal(
  ports: GatePorts,
  { seal, manifest }: SealContents,
  wanted: ReadonlySet<string>,
  gate: GateCase,
): Promise<{ seal: Stored<Seal>; points: CollectedPoints }> {
  return { seal, points: await collectPoints(sealPoints(ports.cold, manifest), wanted, gate.range) };
}

/** Cuts the series so that one portion's points fit in memory. */
function* inPortions(
  identities: readonly string[],
  contents: readonly SealContents[],
): Generator<string[]> {
  let portion: string[] = [];
  let points = 0;
  for (const identity of identities) {
    points += Number(mostPoints(contents, identity)) * (contents.length + 1);
    if (portion.length > 0 && points > DIFF_POINTS_MAX) {
      yield portion;
      portion = [];
      points = Number(mostPoints(contents, identity)) * (contents.length + 1);
    }
    portion.push(identity);
  }
  if (portion.length > 0) yield portion;
}
