// The demo: one month's way from the hot store into the archive, told and checked.
import type { Terminal } from "../../src/runtime/progress.ts";
import { BUCKET, World } from "../world.ts";
import { archiveMonth, purgeTooEarly, showHotStore } from "./before.ts";
import { catchLatePoint, closeMonth, LATE, purgeOthers, showResult } from "./after.ts";
import { BucketView } from "./bucket.ts";
import { type Copy, copyOf, differenceOf, pointsOf } from "./copy.ts";
import { DUE, type Filled, MONTHS, SIZES } from "./fill.ts";
import { monthRange } from "./picture.ts";
import { compareArchive } from "./proof.ts";
import { count, FLOW, type Refusal, Stage, type Tell } from "./stage.ts";
import { textSizeOf } from "./text-size.ts";

/** What `npm run --silent demo -- --json` prints (design §7), counted in the stores themselves. */
export interface DemoDocument {
  /** Whether every claim held. */
  readonly ok: boolean;
  readonly points: {
    /** In hot before the first delete, the late one included: `purged + kept`. */
    readonly hot: number;
    /** Of the month, in the objects of its newest seals. */
    readonly archived: number;
    /** Of those, in seals with a verify receipt. */
    readonly verified: number;
    /** By the purge receipts. */
    readonly purged: number;
    /** In hot at the end. */
    readonly kept: number;
    /** Written into the closed month after it was archived. */
    readonly late: number;
  };
  readonly bytes: {
    /** Everything under data/: Parquet, series lists, manifests, obsolete attempts. */
    readonly cold: number;
    readonly perPoint: number;
  };
  readonly batches: number;
  readonly refusals: readonly Refusal[];
  readonly seconds: number;
}

/** How a demo is run. */
export interface DemoOptions {
  readonly size: keyof typeof SIZES;
  /** Takes the story. */
  readonly tell: Tell;
  /** Takes the commands' talk. */
  readonly talk: (text: string) => void;
  readonly signal?: AbortSignal;
  readonly terminal?: Terminal;
}

/** The day on which 2025-11 is due, and on which the later months are not for another month. */
const START_MS = Date.parse("2026-03-01T06:00:00Z");

/** Runs the demo. Throws where a command does not end well, or when the signal aborts. */
export async function runDemo(options: DemoOptions): Promise<DemoDocument> {
  const beganMs = performance.now();
  const { size, tell, signal, terminal } = options;
  const world = await World.start({
    startMs: START_MS,
    flowName: FLOW,
    flow: flowText(SIZES[size].maxSeries),
    talk: (text) => {
      // Where the demo has moved the clock meanwhile, a rate means nothing.
      if (!/\d+\/\d+ batches, /.test(text)) options.talk(text);
    },
    ...(signal ? { signal } : {}),
    ...(terminal ? { terminal } : {}),
  });
  try {
    const stage = new Stage(world, SIZES[size], tell, signal);
    const figures = await tellAll(stage, options);
    const seconds = Math.round((performance.now() - beganMs) / 100) / 10;
    return { ...figures, seconds };
  } finally {
    await world.close();
  }
}

const flowText = (maxSeries: number): string =>
  [
    "period: { every: month, keep-hot: P3M, first: 2025-11 }",
    `batches: { slice: P15D, by-label: site, max-series: ${maxSeries} }`,
    "purge:",
    "  mode: automatic # or approve: then a person says yes to every period",
    "  grace: P14D",
    "  write-fence: { max-past: P45D }",
  ].join("\n");

/** The hot store as it is to be held against. */
interface Kept {
  readonly others: Copy;
  readonly due: Copy;
  readonly hot: number;
  readonly filled: Filled;
}

async function tellAll(
  stage: Stage,
  { signal, terminal }: DemoOptions,
): Promise<Omit<DemoDocument, "seconds">> {
  const { world } = stage;
  const { store } = world.warp10;
  const filled = await showHotStore(stage, signal, (done) => showFilling(done, terminal));
  const others = othersOf(world);
  await archiveMonth(stage);
  await purgeTooEarly(stage);
  await catchLatePoint(stage);
  const { start, end } = monthRange(DUE);
  const kept: Kept = { others, due: copyOf(store, start, end), hot: world.hotPoints, filled };
  const text = await textSizeOf(world, { start, end });
  await purgeOthers(stage);
  await closeMonth(stage);
  const bucket = new BucketView(world.cellar, BUCKET);
  const { cold } = await showResult(stage, bucket, text, pointsOf(kept.due));
  const points = await prove(stage, bucket, kept);
  stage.say(
    "",
    "The stand-ins stop here, and take the bucket with them. docs/first-run.md goes on.",
  );
  return {
    ok: stage.checks.every((check) => check.ok),
    points,
    bytes: { cold, perPoint: Math.round((cold / points.archived) * 1000) / 1000 },
    batches: bucket.newestSeals().length,
    refusals: stage.refusals,
  };
}

function showFilling({ series, points }: Filled, terminal: Terminal | undefined): void {
  if (terminal?.isTty !== true) return;
  terminal.write(`\r\x1b[Kfilling: ${count(series)} series, ${count(points)} points\r`);
}

function othersOf(world: World): Copy {
  const [, first, , last] = MONTHS;
  return copyOf(world.warp10.store, monthRange(first).start, monthRange(last).end);
}

/** Holds all that was claimed against the stores: the store's memory and the bucket's bytes. */
async function prove(
  stage: Stage,
  bucket: BucketView,
  kept: Kept,
): Promise<DemoDocument["points"]> {
  const { world, checks } = stage;
  stage.title("Is it true? Counted in the stores themselves, past the tool");
  const seals = bucket.newestSeals();
  const objects = seals.flatMap((seal) => seal.objects.map((key) => bucket.bytes(key)));
  const archive = await compareArchive(objects, kept.due);
  const due = pointsOf(kept.due);
  stage.check(
    "the archive holds every point of the month, bit for bit, once",
    archive.wrong === undefined && archive.points === due,
    archive.wrong ?? `${count(archive.points)} of ${count(due)}`,
  );
  stage.check("the late point among them", hasLate(kept.due), LATE.time);
  const verified = seals.filter((s) => s.isVerified).reduce((sum, s) => sum + s.points, 0);
  stage.check("all of them are verified", verified === due, count(verified));
  const purged = bucket.pointsUnder("purged");
  stage.check("the receipts say that all of them were purged", purged === due, count(purged));
  const { start, end } = monthRange(DUE);
  const left = pointsOf(copyOf(world.warp10.store, start, end));
  stage.check(`hot holds no point of ${DUE}`, left === 0, count(left));
  const difference = differenceOf(kept.others, othersOf(world));
  const points = world.hotPoints;
  stage.check(
    "the other months are untouched to the point",
    difference === undefined && points === pointsOf(kept.others),
    difference ?? `${count(points)} points`,
  );
  const closed = bucket.keys("closed").length;
  stage.check("the month is closed by one receipt", closed === 1, count(closed));
  stage.say("", `${checks.filter((c) => c.ok).length} of ${checks.length} claims are true.`);
  const late = kept.hot - kept.filled.points;
  return { hot: kept.hot, archived: archive.points, verified, purged, kept: points, late };
}

function hasLate(due: Copy): boolean {
  const at = BigInt(Date.parse(LATE.time)) * 1000n;
  const { site, host } = LATE.labels;
  return [...due].some(([identity, held]) => {
    const isIt = [LATE.className, site, host].every((part) => identity.includes(part));
    return isIt && held.find(at) >= 0;
  });
}
