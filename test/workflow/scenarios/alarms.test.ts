// Issues as alarms, bounded re-runs, and the watchdog.
import { afterEach, describe, expect, it } from "vitest";
import { DAY, fillNovember } from "../../support/november.ts";
import type { Run } from "../runner/run.ts";
import { AUTOMATIC, openPlay, type Play } from "../world.ts";
import { fillDecember, ofJob, offload } from "./support.ts";

let play: Play;
afterEach(async () => {
  expect(play.github.violations).toEqual([]);
  await play.close();
});

const ONCE = `${AUTOMATIC}\nrun: { retry: { max-attempts: 1 } }`;

/** The server refuses every read of points from now on. */
const breakServer = (status = 503): void =>
  play.world.warp10.faults.push({
    kind: "status503",
    path: "/api/v0/fetch",
    times: Infinity,
    status,
  });

const issues = () => [...play.github.world.issues.values()].filter((issue) => !issue.isPull);
const comments = (): number => play.github.world.comments.size;

describe("the flow's issue", () => {
  it("is opened, says what changed, is closed on recovery and reopened on relapse", async () => {
    play = await openPlay({ flows: { metrics: ONCE } });
    fillNovember(play.world, 1);
    breakServer();
    const run = await offload(play);
    expect(run.conclusion).toBe("failure");
    expect(issues()).toMatchObject([{ state: "open" }]);
    expect(issues()[0]?.body).toContain("2025-11");
    expect(issues()[0]?.body).toContain("archive (metrics-1)");
    const said = comments();
    // The same failure again: the issue says so, nobody is called twice.
    await run.rerunFailed();
    expect([issues().length, comments()]).toEqual([1, said]);
    play.world.warp10.faults.clear();
    await run.rerunFailed();
    expect([run.conclusion, issues()[0]?.state]).toEqual(["success", "closed"]);
    play.world.moveClock(31 * DAY);
    fillDecember(play.world);
    breakServer();
    await offload(play);
    expect(issues()).toMatchObject([{ state: "open" }]);
    expect(issues()).toHaveLength(1);
  });

  it("is a failing job with an annotation where issues are switched off", async () => {
    play = await openPlay({ flows: { metrics: ONCE } });
    play.github.world.hasIssues = false;
    fillNovember(play.world, 1);
    breakServer();
    const run = await offload(play);
    expect(ofJob(run, "report")).toEqual(["failure"]);
    const told = run
      .job("report")
      .annotations.map((a) => `${a.level}: ${a.message}`)
      .join("\n");
    expect(told).toContain("metrics");
    expect(issues()).toEqual([]);
  });

  it("says which permission is missing, where the job's token may not write it", async () => {
    play = await openPlay({ flows: { metrics: ONCE } });
    const { repository } = play;
    const path = ".github/workflows/offload.yml";
    const text = repository.show(repository.head(), path);
    play.push({ [path]: text.replace(/ {6}issues: write.*\n/, "") });
    fillNovember(play.world, 1);
    breakServer();
    const run = await offload(play);
    expect(ofJob(run, "report")).toEqual(["failure"]);
    expect(run.job("report").log).toMatch(/permissions:%0A +issues: (read|write)/);
  });
});

/** What rerun.yml does when a run has ended; resolves to its log. */
async function rerunAfter(run: Run): Promise<string> {
  // It waits a minute and more before it runs anything again.
  play.stage.hurry = 1_000;
  const again = await play.stage.completed("rerun.yml", run).begin();
  play.stage.hurry = 1;
  expect(again.conclusion).toBe("success");
  return again.job("rerun").log;
}

describe("rerun.yml", () => {
  it("runs again what may pass, at most twice, and never what cannot", async () => {
    play = await openPlay({ flows: { metrics: ONCE } });
    const { world, github } = play;
    fillNovember(world, 1);
    breakServer();
    const run = await offload(play);
    expect(run.job("archive (metrics-1)").annotations).toMatchObject([
      { level: "error", title: "cellarman transient" },
    ]);
    await rerunAfter(run);
    expect(github.world.reruns).toMatchObject([{ run: run.id }]);
    await run.rerunFailed();
    await rerunAfter(run);
    expect(github.world.reruns).toHaveLength(2);
    await run.rerunFailed();
    expect(await rerunAfter(run)).toContain("the re-runs are used up");
    expect(github.world.reruns).toHaveLength(2);
    // A key that is refused is refused tomorrow as well.
    play.stage.environments.delete("cellarman-archive");
    const poor = await offload(play);
    expect(poor.job("archive (metrics-1)").annotations[0]?.title).toBe("cellarman deterministic");
    await rerunAfter(poor);
    expect(github.world.reruns).toHaveLength(2);
  });
});

describe("watchdog.yml", () => {
  it("raises the flow's issue when the schedule was missed for two months", async () => {
    play = await openPlay();
    fillNovember(play.world, 1);
    expect(await offload(play)).toMatchObject({ conclusion: "success" });
    play.world.moveClock(61 * DAY);
    fillDecember(play.world);
    play.github.world.workflows.set("offload.yml", "disabled_inactivity");
    const watch = await play.stage.dispatch("watchdog.yml").begin();
    expect(watch.conclusions()).toMatchObject({ watchdog: "success" });
    expect(issues()).toMatchObject([{ state: "open" }]);
    expect(issues()[0]?.body).toContain("2025-12");
    // The workflow is switched on again; one run does everything that was missed.
    play.github.world.workflows.set("offload.yml", "active");
    expect(await offload(play)).toMatchObject({ conclusion: "success" });
    expect(play.keys("verified/metrics/2025-12/").length).toBe(1);
    expect(issues()).toMatchObject([{ state: "closed" }]);
  });
});
