// The story's first half: what there is, plan, archive, verify, and a purge that comes too early.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DUE, fill, type Filled } from "./fill.ts";
import { barsOf, pointsByMonth } from "./picture.ts";
import { count, FLOW, type Stage } from "./stage.ts";

/** Fills the hot store and shows it. */
export async function showHotStore(
  stage: Stage,
  signal: AbortSignal | undefined,
  progress: (filled: Filled) => void,
): Promise<Filled> {
  const { world } = stage;
  stage.title("The hot store: a Warp 10 with four months of monitoring data");
  stage.say(
    "Hosts, services, buildings, short-lived containers, vehicles with their places, and a few",
    "series with names that nobody should have given: longs, decimals, doubles, booleans, strings",
    "and binary values. Warp 10 and the S3 bucket are stand-ins in this process, on loopback:",
    `    Warp 10  ${world.warp10.url}    S3  ${world.cellar.url}`,
    "",
  );
  const filled = await fill(world, stage.size, signal, progress);
  stage.say(
    `It is ${stage.now()}. ${count(filled.series)} series, ${count(filled.points)} points:`,
  );
  stage.show(barsOf(pointsByMonth(world.warp10.store)));
  return filled;
}

/** Shows the flow, plans, archives and verifies. */
export async function archiveMonth(stage: Stage): Promise<void> {
  stage.title("The flow: what to archive, and when it may be deleted");
  stage.say(`One YAML file. ${DUE} ended more than keep-hot (three months) ago: it is due.`);
  stage.show(await readFile(join(stage.world.flows, `${FLOW}.yaml`), "utf8"));
  stage.say(
    "",
    "Each step is the real command line. (Where you see `bin/cellarman X`, the demo adds",
    "`--flows FOLDER --flows-are-authoritative`: its flow lies in a temporary folder without a",
    "Git remote. At home a purge goes by the flow on the default branch, and by nothing else.)",
  );
  await stage.command("validate");

  stage.title("Plan, archive, verify");
  stage.say(
    "`plan` lists the series on the server, cuts them into groups by the label `site` and the",
    "month into slices, proves that every series is in exactly one group, and writes the plan",
    "into the bucket. One slice of one group is a batch.",
  );
  await stage.command("plan");
  stage.say(
    "",
    "`archive` exports each batch, writes Parquet, reads all of it back from the bucket, and only",
    "then seals it. `verify` is another process: it reads the bucket's bytes with another reader",
    "and the hot store a second time, and compares every series by count and digest.",
  );
  await stage.command("archive");
  await stage.command("verify");
}

/** Tries to purge at once: the grace is not over. */
export async function purgeTooEarly(stage: Stage): Promise<void> {
  const { world } = stage;
  stage.title("A purge that comes too early is refused");
  stage.say("Everything is archived and proven, so why not delete it now? Let us try.");
  const before = world.hotPoints;
  await stage.command("plan");
  await stage.command("purge");
  const batch = smallestOf(await stage.ask("status", FLOW, DUE, "--json"));
  stage.say("", "Nothing. `status --why` asks the gate, line by line, without deleting:");
  await stage.command("status", FLOW, DUE, batch, "--why");
  const refused = waitOf(await stage.ask("status", FLOW, DUE, batch, "--why", "--json"));
  stage.refusals.push({ outcome: "wait", batch, ...refused });
  stage.say(
    "",
    "The grace (14 days from the seal, by the store's clock) leaves time to notice that an archive",
    "is not what was wanted, and outlasts the store's own garbage collection.",
  );
  stage.check(
    "the gate said wait, and hot is unchanged",
    refused.earliest !== null && world.hotPoints === before,
    `${refused.why}; ${count(world.hotPoints)} points`,
  );
}

/** The batch with the fewest points, but some, of a status document. */
function smallestOf(json: string): string {
  const { batches }: { batches: { batch: string; points: string }[] } = JSON.parse(json);
  const held = batches.filter((b) => Number(b.points) > 0);
  return held.toSorted((a, b) => Number(a.points) - Number(b.points))[0]?.batch ?? "";
}

interface GateLine {
  readonly check: string;
  readonly ok: boolean;
  readonly seen: string;
  readonly earliest: string | null;
}

/** The gate's line that waits longest. */
function waitOf(json: string): { why: string; earliest: string | null } {
  const document: { batches: { lines: GateLine[] }[] } = JSON.parse(json);
  const waits = (document.batches[0]?.lines ?? []).filter((line) => !line.ok && line.earliest);
  const last = waits.toSorted((a, b) => ((a.earliest ?? "") < (b.earliest ?? "") ? 1 : -1))[0];
  if (!last) return { why: "nothing", earliest: null };
  return { why: `${last.check}: ${last.seen}`, earliest: last.earliest };
}
