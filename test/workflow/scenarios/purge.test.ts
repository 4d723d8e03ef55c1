// What stops a purge in the middle: Cancel, a hold, a flow that changed.
import { afterEach, describe, expect, it } from "vitest";
import { DAY, fillNovember } from "../../support/november.ts";
import { AUTOMATIC, openPlay, type Play } from "../world.ts";
import { cooled, fillDecember, fillHours, isDelete, ofJob, offload } from "./support.ts";

let play: Play;
afterEach(async () => play.close());

/** Five batches, each with points, so that a purge has several to delete. */
const FIVE = `${AUTOMATIC}\nbatches: { slice: P6D }\nrun: { order: sequential }`;

/** The first purge of a flow is one batch: it is done, and the next may be many. */
async function firstPurged(): Promise<number> {
  await cooled(play, fillHours);
  expect(ofJob(await offload(play), "purge")).toEqual(["success"]);
  return play.world.hotPoints;
}

describe("a purge", () => {
  it("that is cancelled starts no further delete, and the next run recounts", async () => {
    play = await openPlay({ flows: { metrics: FIVE } });
    const { world, stage } = play;
    const before = await firstPurged();
    const deletes = world.warp10.faults;
    const run = stage.schedule("offload.yml");
    // The delete is carried out; its answer comes when the run is cancelled already.
    deletes.push({
      kind: "call",
      path: "/api/v0/delete",
      match: isDelete,
      run: () => void run.cancel(),
    });
    await run.begin();
    expect(run.conclusion).toBe("cancelled");
    expect(ofJob(run, "purge")).toEqual(["cancelled"]);
    expect(run.conclusions()["report"]).toBe("skipped");
    const open = play.keys("intents/").length - play.keys("purged/").length;
    expect(open).toBe(1);
    const after = world.hotPoints;
    expect(after).toBeGreaterThan(0);
    expect(before - after).toBeLessThanOrEqual(before / 2);
    const next = await offload(play);
    expect(ofJob(next, "purge")).toEqual(["success"]);
    expect(next.job("purge (metrics-1)").log).toMatch(/"outcome":"purged"/);
    expect(play.keys("intents/").length).toBe(play.keys("purged/").length);
    expect(world.hotPoints).toBe(0);
  });

  it("deletes nothing more once a person holds it from the browser", async () => {
    play = await openPlay({ flows: { metrics: FIVE } });
    const { world, stage } = play;
    await firstPurged();
    let held = "";
    world.warp10.faults.push({
      kind: "call",
      path: "/api/v0/delete",
      match: isDelete,
      run: async () => {
        const inputs = { command: "hold", flow: "metrics", reason: "disk $(reboot) at night" };
        held = (await stage.dispatch("control.yml", inputs).begin()).conclusion ?? "";
      },
    });
    const left = await pointsAfterOneMore();
    expect([held, left]).toEqual(["success", world.hotPoints]);
    expect(left).toBeGreaterThan(0);
    const [hold = ""] = play.keys("holds/");
    expect(hold).toBe("holds/flow/metrics/1");
    const lift = { command: "lift", flow: "metrics", object: hold, reason: "disk was fine" };
    expect(await stage.dispatch("control.yml", lift).begin()).toMatchObject({
      conclusion: "success",
    });
    await offload(play);
    expect(world.hotPoints).toBe(0);
  });

  it("of an old run that is re-run goes by the flow as the default branch has it now", async () => {
    play = await openPlay({ flows: { metrics: AUTOMATIC } });
    const { world, stage } = play;
    fillNovember(world);
    await offload(play);
    world.moveClock(31 * DAY);
    fillDecember(world);
    stage.watch = ({ key, attempt }, process) => {
      if (key === "archive" && attempt === 1) process.kill("SIGTERM");
    };
    const run = await offload(play);
    expect(run.conclusion).toBe("failure");
    const before = world.hotPoints;
    // Meanwhile somebody narrows what the flow selects: the old plan says something else.
    const narrowed = play.flow("metrics", AUTOMATIC).replace("'.*'", "'cpu\\..*'");
    play.push({ "flows/metrics.yaml": narrowed });
    await run.rerunFailed();
    expect(ofJob(run, "archive", 2)).toEqual(["success"]);
    expect(ofJob(run, "purge", 2)).toEqual(["success"]);
    expect(run.job("purge (metrics-1)").log).toContain('"outcome":"wait"');
    expect(world.hotPoints).toBe(before);
    // And the way back: with the flow as it was planned, the same old run may purge.
    play.push({ "flows/metrics.yaml": play.flow("metrics", AUTOMATIC) });
    await run.rerunAll();
    expect(world.hotPoints).toBeLessThan(before);
  });

  it("by hand on another branch is a dry run, whatever its inputs", async () => {
    play = await openPlay();
    const points = await cooled(play);
    const objects = play.keys("").length;
    play.push({ "flows/notes.txt": "a change" }, "topic");
    const run = await play.stage.dispatch("offload.yml", { "dry-run": "false" }, "topic").begin();
    expect(run.conclusions()).toMatchObject({ plan: "success", purge: "skipped" });
    expect(run.job("plan").annotations).toMatchObject([
      { level: "notice", message: "not the default branch: a dry run" },
    ]);
    const inputs = { command: "hold", flow: "metrics", reason: "from a branch" };
    expect(await play.stage.dispatch("control.yml", inputs, "topic").begin()).toMatchObject({
      conclusion: "success",
    });
    expect([play.world.hotPoints, play.keys("").length]).toEqual([points, objects]);
  });
});

/** Runs the way once; resolves to what hot holds then. */
async function pointsAfterOneMore(): Promise<number> {
  expect(ofJob(await offload(play), "purge")).toEqual(["success"]);
  return play.world.hotPoints;
}
