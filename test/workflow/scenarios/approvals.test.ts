// A person's yes: by the reviewers of a CI environment, and by a merged pull request.
import { afterEach, describe, expect, it } from "vitest";
import type { Run } from "../runner/run.ts";
import { AUTOMATIC, openPlay, type Play } from "../world.ts";
import { cooled, ofJob, offload } from "./support.ts";

let play: Play;
afterEach(async () => play.close());

const BY_ENVIRONMENT = AUTOMATIC.replace("automatic", "approve, approve-by: environment");

/** Carol and Dave may say yes in `cellarman-approve`; `answer` is what one of them says. */
function reviewed(answer: (run: Run) => "approved" | "rejected"): void {
  const { stage, github } = play;
  github.world.addEnvironment("cellarman-approve", { reviewers: ["carol", "dave"] });
  const { secrets = {} } = stage.environments.get("cellarman-approve") ?? {};
  stage.environments.set("cellarman-approve", {
    secrets,
    branches: ["main"],
    review: async (run) => {
      const state = answer(run);
      github.world.runs
        .get(run.id)
        ?.approvals.push({ environment: "cellarman-approve", by: "carol", state });
      return state === "approved";
    },
  });
}

describe("approve-by: environment", () => {
  it("purges what the reviewer's yes is for, in the same run", async () => {
    play = await openPlay({ flows: { metrics: BY_ENVIRONMENT } });
    const points = await cooled(play);
    const asked: string[] = [];
    reviewed((run) => {
      asked.push(run.job("plan").outputs["review"] ?? "");
      return "approved";
    });
    const run = await offload(play);
    expect(run.conclusions()).toMatchObject({
      purge: "skipped",
      approve: "success",
      "purge (metrics-r1)": "success",
      report: "success",
    });
    const [digest = ""] = play.keys("proposals/").map((key) => key.split("/")[3]?.split(".")[0]);
    expect(JSON.parse(asked[0] ?? "")).toEqual([{ flow: "metrics", period: "2025-11", digest }]);
    expect(play.keys("approved/")).toHaveLength(1);
    expect(play.world.hotPoints).toBe(0);
    expect(points).toBeGreaterThan(0);
  });

  it("deletes nothing after a no, and keeps no other job waiting", async () => {
    play = await openPlay({ flows: { metrics: BY_ENVIRONMENT } });
    const points = await cooled(play);
    reviewed(() => "rejected");
    const run = await offload(play);
    expect(run.conclusions()).toMatchObject({
      approve: "failure",
      "purge-reviewed": "skipped",
      report: "success",
    });
    expect([play.keys("approved/").length, play.world.hotPoints]).toEqual([0, points]);
  });

  it("is refused where administrators may pass the reviewers by", async () => {
    play = await openPlay({ flows: { metrics: BY_ENVIRONMENT } });
    const points = await cooled(play);
    reviewed(() => "approved");
    play.github.world.addEnvironment("cellarman-approve", {
      reviewers: ["carol"],
      adminsBypass: true,
    });
    const run = await offload(play);
    expect(ofJob(run, "approve")).toEqual(["failure"]);
    expect(run.job("approve").log).toContain("Allow administrators to bypass");
    expect(play.world.hotPoints).toBe(points);
  });
});

describe("an environment without a rule", () => {
  it("gets no delete done, though it holds the token", async () => {
    play = await openPlay();
    const points = await cooled(play);
    play.github.world.addEnvironment("cellarman-purge", { branches: "any" });
    const run = await offload(play);
    expect(ofJob(run, "purge")).toEqual(["failure"]);
    expect(run.job("purge (metrics-1)").log).toContain("Deployment branches and tags");
    expect(play.world.hotPoints).toBe(points);
  });
});
