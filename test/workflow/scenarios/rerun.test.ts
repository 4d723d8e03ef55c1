// Legs that fail, runners that go away, and "Re-run failed jobs".
import { afterEach, describe, expect, it } from "vitest";
import { DAY, fillNovember } from "../../support/november.ts";
import { openPlay, type Play } from "../world.ts";
import { fillDecember, ofJob, offload, until } from "./support.ts";

let play: Play;
afterEach(async () => play.close());

const EIGHT = [
  "period: { first: 2025-11 }",
  "batches: { slice: P4D }",
  "run: { shards: 8, parallel: 8, retry: { max-attempts: 1 } }",
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D, lag: PT1S } }",
].join("\n");

describe("re-running failed jobs", () => {
  it("runs the one leg of eight that failed, and purges only then", async () => {
    play = await openPlay({ flows: { metrics: EIGHT } });
    const { world, stage } = play;
    fillNovember(world, 1);
    expect(ofJob(await offload(play), "archive")).toEqual(Array(8).fill("success"));
    world.moveClock(31 * DAY);
    fillDecember(world);
    const before = world.hotPoints;
    stage.watch = ({ name, attempt }, process) => {
      if (name === "archive (metrics-3)" && attempt === 1) process.kill("SIGTERM");
    };
    const run = await offload(play);
    expect(run.conclusion).toBe("failure");
    expect(ofJob(run, "archive").filter((end) => end === "failure")).toHaveLength(1);
    expect(ofJob(run, "archive").filter((end) => end === "success")).toHaveLength(7);
    expect(new Set(ofJob(run, "purge"))).toEqual(new Set(["success"]));
    expect(run.job("purge (metrics-1)").log).toContain("not archived and verified yet");
    expect(world.hotPoints).toBe(before);
    await run.rerunFailed();
    expect(run.conclusion).toBe("success");
    expect(Object.keys(run.conclusions(2)).filter((name) => name.startsWith("archive"))).toEqual([
      "archive (metrics-3)",
    ]);
    expect(new Set(ofJob(run, "purge", 2))).toEqual(new Set(["success"]));
    expect(world.hotPoints).toBeLessThan(before);
    expect(run.artifacts.map((a) => a.name)).toEqual(["cellarman-report-1", "cellarman-report-2"]);
  });

  it("does what a runner that was lost in mid-upload left, under a fresh key", async () => {
    play = await openPlay();
    const { world, stage } = play;
    const points = fillNovember(world);
    world.cellar.faults.push({ kind: "stall", op: "PutObject", path: /\/data\//, after: 1 });
    let underWay: Promise<void> | undefined;
    stage.watch = (record, process) => {
      if (record.key !== "archive" || record.attempt > 1) return;
      underWay = until(() => world.cellar.faults.struck.length > 0, "an upload").then(() => {
        record.lost = true;
        process.kill("SIGKILL");
      });
    };
    const run = await offload(play);
    await underWay;
    expect([run.conclusion, ...ofJob(run, "archive")]).toEqual(["failure", "failure"]);
    expect(run.job("archive (metrics-1)").annotations).toEqual([]);
    const orphans = play.keys("data/");
    expect([orphans.length, play.keys("seals/").length]).toEqual([1, 0]);
    world.cellar.faults.clear();
    await run.rerunFailed();
    expect(run.conclusion).toBe("success");
    expect(play.keys("seals/")).toHaveLength(1);
    expect(play.keys("verified/")).toHaveLength(1);
    const attempts = new Set(play.keys("data/").map((key) => key.split("/")[4]));
    expect(attempts.size).toBe(2);
    expect(world.hotPoints).toBe(points);
  });

  it("skips in a notice what is done already", async () => {
    play = await openPlay();
    fillNovember(play.world);
    const run = await offload(play);
    const objects = play.keys("").length;
    // Two runs were planned at once: the second one's legs find everything done.
    const twin = play.stage.schedule("offload.yml");
    twin.adopt(run);
    await twin.begin();
    expect(twin.conclusions()).toMatchObject({
      "archive (metrics-1)": "success",
      "verify (metrics-1)": "success",
    });
    expect(twin.job("archive (metrics-1)").log).toContain("1 batch needed no archiving");
    expect(play.keys("")).toHaveLength(objects);
  });
});
