// The gate's checks that read points: archive and hot, now, in full, and whether one holds the
// other.
import type { HoldsRead } from "../cellar/holds.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { some } from "../runtime/words.ts";
import { type HeldTotals, judgeTotals } from "../verify/diff.ts";
import { type Comparison, diffPoints, mostPoints } from "../verify/diff-points.ts";
import { assertCountsAlike, isConfirmed, type ReadTotals, readHot } from "../verify/read-hot.ts";
import { isHfile, readSeal, type SealContents } from "../verify/read-seal.ts";
import type { ReadLimits } from "../warp10/hot.ts";
import { type CheckLine, type GateCase, type GatePorts, no, yes } from "./check.ts";
import { type ContentsVerdict, decideContents } from "./decide.ts";
import type { BatchContents } from "./of-batch.ts";
import { readIntents, type View, viewOrder } from "./view.ts";

/** What re-reading the archive gave. */
export interface ArchiveChecked {
  readonly line: CheckLine;
  readonly contents: readonly SealContents[];
  /** Seals that a purge rests on and that cannot be read: what they hold of a point is unknown. */
  readonly lost: readonly string[];
}

/**
 * Re-reads every byte of the view. A seal that is wrong or gone and that no purge rests on is a
 * person's case (withdraw). One that a purge rests on is never withdrawn: what hot still has is
 * archived again, by an attempt that saw it (checkContents), and the line says what is lost.
 */
export async function checkArchive(
  gate: GateCase,
  ports: GatePorts,
  view: View,
): Promise<ArchiveChecked> {
  const check = "archive read back";
  const needed = "every object as its manifest says";
  const wrong = (key: string, why: string): ArchiveChecked => {
    const next = `cellarman withdraw ${gate.at.flow} ${key} --reason "..."`;
    return { line: no("quarantine", check, why, needed, { next }), contents: [], lost: [] };
  };
  const gone = view.lost.find((key) => !view.restedOn.has(key));
  if (gone) return wrong(gone, `${gone} is gone`);
  const lost = [...view.lost];
  const contents: SealContents[] = [];
  for (const seal of view.seals) {
    try {
      contents.push(await readSeal(ports.cold, seal, gate.range, { hfiles: ports.hfiles }));
    } catch (error) {
      if (!isWrong(error)) throw error;
      if (!view.restedOn.has(seal.key)) return wrong(seal.key, error.message);
      lost.push(seal.key);
    }
  }
  const points = contents.reduce((n, c) => n + c.read.points, 0n);
  const seen = `${some(contents.length, "seal")}, ${some(points, "point")}`;
  const losses = lost.length > 0 ? `; LOST after a purge: ${lost.join(", ")}` : "";
  return { line: yes(check, seen + losses, needed), contents, lost };
}

/**
 * Limits of a gate's reads: near a purge intent they walk tombstones, so there is no stall limit
 * (facts warp10 §1.4).
 */
export const readLimits = ({ signal, limits }: GateCase): ReadLimits => ({
  deadlineMs: limits.gateReadMs,
  ...(signal ? { signal } : {}),
});

const isWrong = (error: unknown): error is CellarmanError =>
  error instanceof CellarmanError && (error.code === "mismatch" || error.code === "unreadable");

/**
 * Re-reads hot, and has it counted by another path of the server. Where a seal is an HFile, that
 * other path digests each series as well, and must find as many points in each.
 */
export async function checkHot(
  gate: GateCase,
  ports: GatePorts,
  limits: ReadLimits,
  contents: readonly SealContents[],
): Promise<{ line: CheckLine; read: ReadTotals; beganMs: number }> {
  const beganMs = ports.clock.now();
  const read = await readHot(ports.hot, gate.batch.selector, gate.range, limits);
  const byServer = contents.some((c) => isHfile(c.manifest))
    ? await digestsOf(ports, gate, read, limits)
    : undefined;
  const counted = byServer
    ? { points: byServer.points, series: BigInt(byServer.totals.size) }
    : await ports.hot.count(gate.batch.selector, gate.range, limits);
  const seen =
    `read ${read.points} points of ${read.totals.size} series, ` +
    `counted ${counted.points} of ${counted.series}`;
  const needed = "the same by both ways";
  const check = "hot read is complete";
  return {
    line: isConfirmed(read, counted) ? yes(check, seen, needed) : no("retry", check, seen, needed),
    read: byServer ? { ...read, byServer: byServer.totals } : read,
    beganMs,
  };
}

/** Hot as the server digests it. Throws "incomplete-read" where a series' count is another. */
async function digestsOf(
  { hfiles }: GatePorts,
  gate: GateCase,
  read: ReadTotals,
  limits: ReadLimits,
): Promise<ReadTotals> {
  if (!hfiles) throw new CellarmanError("internal", "an HFile is in the view, and none was read");
  const digests = await hfiles.hotDigests(gate.batch.selector, gate.range, limits, read.points);
  return assertCountsAlike(read, digests);
}

/** Judges hot against the view, point by point where digests differ. */
export async function checkContents(
  gate: GateCase,
  ports: GatePorts,
  view: View,
  { contents, points, overlapping }: BatchContents,
  lost: readonly string[],
  hot: ReadTotals,
  holds: HoldsRead,
): Promise<{ line: CheckLine; verdict: ContentsVerdict }> {
  // Intents are looked up after the hot read: one that was made meanwhile explains what is gone.
  const intents = await readIntents(ports.cold, gate.at, view.seals, gate.batch.parents);
  const touching = new Set([gate.at.batch, ...gate.batch.parents]);
  for (const seal of overlapping) touching.add(seal.value.batch);
  const held = contents.map(heldOf);
  const judged = judgeTotals(hot.totals, held, hot.byServer);
  const comparison = {
    hot: ports.hot,
    cold: ports.cold,
    selector: gate.batch.selector,
    range: gate.range,
    limits: readLimits(gate),
    order: viewOrder(view.seals, intents),
    totals: hot.totals,
    hfiles: ports.hfiles,
  };
  const diffs = await diffPoints(comparison, contents, judged.unclear);
  const goneWith = new Map(
    judged.gone.map((identity) => [identity, mostPoints(contents, identity)]),
  );
  const unsure = await heldBeforeLoss(comparison, contents, lost, hot);
  const verdict = decideContents({
    batch: gate.at.batch,
    range: gate.range,
    hotPoints: hot.points,
    archivedPoints: points,
    judged: { ...judged, unarchived: [...judged.unarchived, ...unsure] },
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

const heldOf = ({ seal, read, manifest }: SealContents): HeldTotals => ({
  key: seal.key,
  totals: read.totals,
  byServer: isHfile(manifest),
});

/**
 * Series with hot points that no seal holds which saw every lost one: a lost seal may hold another
 * value of a point, and only a later seal's word stands against it. A read that failed in passing
 * looks the same; it costs an attempt.
 */
async function heldBeforeLoss(
  comparison: Comparison,
  contents: readonly SealContents[],
  lost: readonly string[],
  hot: ReadTotals,
): Promise<readonly string[]> {
  if (lost.length === 0) return [];
  const { order } = comparison;
  const later = contents.filter((c) => lost.every((key) => order.overrides(c.seal.key, key)));
  const { unarchived, unclear } = judgeTotals(hot.totals, later.map(heldOf), hot.byServer);
  const diffs = await diffPoints(comparison, later, unclear);
  return [...unarchived, ...diffs.filter((d) => d.late > 0).map((d) => d.identity)];
}

function nextStep(gate: GateCase, verdict: ContentsVerdict): string | undefined {
  const { flow, period } = gate.at;
  if (verdict.outcome === "late") return `cellarman archive ${flow}`;
  if (verdict.outcome !== "wait" || verdict.earliestMs !== undefined) return undefined;
  return verdict.seen.includes("approved")
    ? `cellarman approve ${flow} ${period}`
    : `cellarman verify ${flow}`;
}
