// The story's second half: a late point, the purge, and what is left.
import { BUCKET } from "../world.ts";
import { bytesText } from "../../src/runtime/progress.ts";
import type { BucketView } from "./bucket.ts";
import { DUE } from "./fill.ts";
import { barsOf, pointsByMonth } from "./picture.ts";
import { count, FLOW, type Refusal, type Stage } from "./stage.ts";
import type { TextSize } from "./text-size.ts";

/** The point that somebody writes into the closed month. */
export const LATE = {
  className: "cpu.busy",
  labels: { site: "gra", host: "web-001" },
  time: "2025-11-09T12:34:56.789Z",
  value: 99,
} as const;

/** Writes the late point past the fence, and lets the purge find it. */
export async function catchLatePoint(stage: Stage): Promise<void> {
  const { world } = stage;
  stage.title("Two weeks later: a late point is caught");
  stage.moveClock(14, 1);
  stage.say(
    "",
    "The grace is over. But somebody has written one more point into the closed month, and not",
    "through the front door, where the write fence (nothing older than 45 days) refuses it: the",
    "demo puts it straight into the store.",
    `    ${LATE.time}  ${LATE.className}{site=gra,host=web-001}  ${LATE.value}`,
  );
  const base = BigInt(Date.parse(LATE.time)) * 1000n;
  const point = { base, offsets: Float64Array.of(0), longs: Float64Array.of(LATE.value) };
  world.load(LATE.className, LATE.labels, point);
  const before = world.hotPoints;
  await stage.command("plan");
  stage.say(
    "",
    "The first purge ever of a flow is one batch (and those in which nothing lies), whatever its",
    "budget says: if something is wrong with the flow, little is at stake, and a person sees it.",
  );
  const late = lateOf(await stage.command("purge"));
  if (late) stage.refusals.push(late);
  stage.check(
    "the gate said late, and hot is unchanged",
    late !== undefined && world.hotPoints === before,
    `${late?.why ?? "nothing was refused"}; ${count(world.hotPoints)} points`,
  );
  stage.say(
    "",
    "The gate reads hot once more right before every delete, and compares it with the archive by",
    "content. This batch goes back to `archive`: a further attempt with a seal of its own, which",
    "has to cool for 14 days like any other.",
  );
  await stage.command("archive");
  await stage.command("verify");
}

/** What `purge` said of the first late batch. */
function lateOf(said: string): Refusal | undefined {
  const [, batch, why] = /^ {2}\S+ (\S+): late: (.*)$/m.exec(said) ?? [];
  if (batch === undefined || why === undefined) return undefined;
  return { outcome: "late", batch, why, earliest: null };
}

/** Purges all other batches: one, then the rest. */
export async function purgeOthers(stage: Stage): Promise<void> {
  stage.title("The other batches are purged");
  stage.say(
    "Their grace is over, and nobody touched them. First the one batch, then a budget of ten",
    "times what went well so far.",
  );
  await stage.command("plan");
  await stage.command("purge");
  await stage.command("plan");
  await stage.command("purge");
  stage.say(
    "",
    "Before each of these deletes the gate has probed the write fence twice, read the archive back",
    "from the bucket, compared the series that the delete token would touch with those that the",
    "read token sees, and found every single hot point in the archive. After it the range was",
    "recounted to zero.",
  );
  stage.show(barsOf(pointsByMonth(stage.world.warp10.store)));
}

/** The batch of the late point goes, and the period closes. */
export async function closeMonth(stage: Stage): Promise<void> {
  stage.title("Two weeks later: the late batch follows, and the month closes");
  stage.moveClock(14, 1);
  await stage.command("plan");
  await stage.command("purge");
  stage.moveClock(0, 2);
  stage.say("", "Some time after a purge, hot is counted and the archive read once more:");
  await stage.command("purge");
  await stage.command("status");
}

/** What is left, what it weighs, where to look. */
export async function showResult(
  stage: Stage,
  bucket: BucketView,
  text: TextSize,
  archived: number,
): Promise<{ cold: number }> {
  stage.title("What is left, what it weighs, and where to look");
  stage.show(barsOf(pointsByMonth(stage.world.warp10.store)));
  const sizes = bucket.sizes();
  const cold = sizes.find((s) => s.role === "data")?.bytes ?? 0;
  const ledger = sizes.reduce((sum, s) => sum + s.bytes, 0) - cold;
  const times = (text.plain / cold).toFixed(0);
  const weight = (what: string, bytes: number): string =>
    `    ${what.padEnd(24)}${bytesText(bytes).padStart(10)}   ` +
    `${(bytes / archived).toFixed(2).padStart(5)} bytes a point`;
  stage.say(
    "",
    `${DUE}, ${count(archived)} points:`,
    weight("as Warp 10's text", text.plain),
    weight("as text with zstd", text.zstd),
    weight("archived: all of data/", cold),
    weight("the ledger beside it", ledger),
    `The archive is ${times} times smaller than the text. data/ holds Parquet, series lists,`,
    "manifests, and the attempt that the late point made obsolete: the tool deletes no object.",
    "",
    `The bucket ${BUCKET}, by the first part of its keys:`,
  );
  const rows = sizes.map(({ role, objects, bytes }) => {
    const size = bytesText(bytes).padStart(9);
    return `${`${role}/`.padEnd(12)} ${String(objects).padStart(4)} objects  ${size}`;
  });
  stage.show(rows.join("\n"));
  stage.say("", "What is sealed, and a DuckDB view over exactly that:");
  stage.show(await stage.quietly("list", FLOW, DUE), 5);
  stage.show(await stage.quietly("list", FLOW, DUE, "--sql"), 11);
  return { cold };
}
