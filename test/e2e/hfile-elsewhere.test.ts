// Generations that outlive their runner, runners that meet, files that the server puts into the
// bucket itself, and what doctor finds of it all.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { BUCKET } from "../../sim/world.ts";
import { openCellar } from "../../src/cellar/s3.ts";
import { type HfileWorld, startHfileWorld } from "../support/hfile-world.ts";
import { startCli, until } from "../support/process.ts";
import { expectRun, fill, GRACE_OVER, keysOf, recordOf } from "../support/stage.ts";

let stage: HfileWorld;
afterEach(async () => stage.close());

const generations = (): string[] => keysOf(stage.world, "generations/");
const outcomes = (): unknown[] =>
  keysOf(stage.world, "generations-ended/").map((key) => recordOf(stage.world, key)["outcome"]);
const results = (): unknown[] =>
  keysOf(stage.world, "data/")
    .filter((key) => key.endsWith("manifest.json"))
    .map((key) => (recordOf(stage.world, key)["hfile"] as { result: string }).result);

async function expectPurged(): Promise<void> {
  const { world } = stage;
  await expectRun(world, 0, "verify");
  world.moveClock(GRACE_OVER);
  await expectRun(world, 0, "plan");
  expect((await expectRun(world, 0, "purge")).stdout).toContain("1 of 1 batches purged");
  expect(world.hotPoints).toBe(0);
}

const SLOW = { chunkPoints: 5, msPerChunk: 30 };

describe("a runner that is gone", () => {
  it("killed in mid-dump: another one waits for the same generation, and seals it", async () => {
    stage = await startHfileWorld({ hfiles: SLOW });
    const { world } = stage;
    fill(world, 3, 200);
    await expectRun(world, 0, "plan");
    const first = startCli(world, "archive");
    await until(() => readdirSync(stage.dumps).length > 0, "the dump");
    first.child.kill("SIGKILL");
    await first.ended;
    expect(keysOf(world, "seals/")).toEqual([]);
    await expectRun(world, 0, "archive");
    expect(generations()).toHaveLength(1);
    expect(outcomes()).toEqual(["sealed"]);
    expect(results()).toEqual(["collected"]);
    await expectPurged();
  });

  it("stopped by SIGTERM: its session is killed, and no file comes of it", async () => {
    stage = await startHfileWorld({ hfiles: { chunkPoints: 5, msPerChunk: 100 } });
    const { world } = stage;
    fill(world, 3, 400);
    await expectRun(world, 0, "plan");
    const first = startCli(world, "archive");
    await until(() => readdirSync(stage.dumps).length > 0, "the dump");
    first.child.kill("SIGTERM");
    expect((await first.ended).code).toBe(130);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stage.dumped().filter((name) => name.endsWith(".info"))).toEqual([]);
    expect(keysOf(world, "seals/")).toEqual([]);
  });

  it("of two runners that begin at once, one dumps and both are done", async () => {
    stage = await startHfileWorld({ hfiles: SLOW });
    const { world } = stage;
    fill(world, 3, 100);
    await expectRun(world, 0, "plan");
    const both = await Promise.all([world.run("archive"), world.run("archive")]);
    expect(both.map((said) => said.code)).toEqual([0, 0]);
    expect(outcomes().filter((outcome) => outcome === "sealed")).toHaveLength(1);
    const written = keysOf(world, "data/").filter((key) => key.endsWith(".hfile"));
    expect(written).toHaveLength(1);
    await expectPurged();
  });
});

describe("hand-over bucket", () => {
  it("reads back what the server put there, and seals it where it lies", async () => {
    stage = await startHfileWorld({ handOver: () => "hand-over: bucket, prefix: dumps" });
    const { world, dumps } = stage;
    fill(world);
    putDumpsIntoTheBucket();
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    expect(keysOf(world, "data/").filter((key) => key.endsWith(".hfile"))).toEqual([]);
    expect(sealedFile()).toMatch(/^dumps\/cellarman-/);
    expect(readdirSync(dumps).length).toBeGreaterThan(0);
    await expectPurged();
  });

  it("does not seal an object that changed after it was hashed", async () => {
    stage = await startHfileWorld({ handOver: () => "hand-over: bucket, prefix: dumps" });
    const { world } = stage;
    fill(world);
    putDumpsIntoTheBucket();
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    const bytes = world.cellar.objects(BUCKET).get(sealedFile())?.bytes;
    if (bytes) bytes[3] = (bytes[3] ?? 0) ^ 1;
    const { stdout } = await expectRun(world, 4, "verify");
    expect(stdout).toContain("the SHA-256");
  });
});

/** Key of the file that the only manifest names. */
function sealedFile(): string {
  const manifest = keysOf(stage.world, "data/").find((key) => key.endsWith("manifest.json"));
  const { objects } = recordOf(stage.world, manifest ?? "") as { objects: { key: string }[] };
  return objects.find(({ key }) => key.endsWith(".hfile"))?.key ?? "";
}

/**
 * What Hadoop's file system does on a real server: a finished file is an object.
 */
function putDumpsIntoTheBucket(): void {
  const { world, dumps } = stage;
  const site = world.warp10.hfiles;
  if (!site) return;
  const store = openCellar({
    endpoint: world.cellar.url,
    bucket: BUCKET,
    accessKeyId: world.env.get("KEY_ID") ?? "",
    secretAccessKey: world.env.get("SECRET_KEY") ?? "",
    clock: { now: () => world.now() },
  });
  onTestFinished(() => store.close());
  const put = async (): Promise<void> => {
    for (const name of readdirSync(dumps)) {
      await store.put(`dumps/${name}`, readFileSync(join(dumps, name))).catch(() => undefined);
    }
  };
  const companions = site.companions.bind(site);
  site.companions = (path) => {
    setImmediate(() => void put());
    return companions(path);
  };
}

describe("doctor --hfiles", () => {
  const findingsOf = async (): Promise<Map<string, { level: string; seen: string }>> => {
    const { document } = await stage.world.json("doctor", "--hfiles");
    const { flows } = document as {
      flows: { findings: { check: string; level: string; seen: string }[] }[];
    };
    return new Map(flows.flatMap((f) => f.findings).map((f) => [f.check, f]));
  };

  it("finds everything there on a server that has it", async () => {
    stage = await startHfileWorld();
    fill(stage.world);
    for (const step of ["plan", "archive"]) await expectRun(stage.world, 0, step);
    const found = await findingsOf();
    const levels = [
      "HFDUMP",
      "HFFETCH",
      "sessions can be listed",
      "a session is seen and killed",
      "a result is kept for who comes later",
      "the time box ends a script",
      "hand-over directory",
      "infos of a dump",
    ].map((check) => [check, found.get(check)?.level]);
    expect(levels.filter(([, level]) => level !== "ok")).toEqual([]);
    expect(found.get("infos of a dump")?.seen).toBe("datapoints is the number of points");
    expect(stage.dumped()).toEqual([]);
  });

  it("says what is weakened where the extensions are missing", async () => {
    stage = await startHfileWorld({ store: null, warp10: { stackps: false, shm: false } });
    fill(stage.world);
    const found = await findingsOf();
    expect(found.get("sessions can be listed")?.level).toBe("weak");
    expect(found.get("a result is kept for who comes later")?.level).toBe("weak");
    expect(found.get("proof of the archive")?.seen).toContain("nothing is ever purged");
    expect(found.get("infos of a dump")?.seen).toContain("no dump was sealed yet");
  });

  it("says that nothing can be done on a server without the extension", async () => {
    stage = await startHfileWorld();
    const { world } = stage;
    fill(world);
    await world.warp10.close();
    const found = await findingsOf();
    expect(found.get("HFDUMP")?.level).toBe("bad");
  });
});
