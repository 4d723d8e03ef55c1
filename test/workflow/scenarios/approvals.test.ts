// A person's yes: by the reviewers of a CI environment, and by a merged pull request.
import { afterEach, describe, expect, it } from "vitest";
import { merge, review } from "../../../sim/github/people.ts";
import type { Pull } from "../../../sim/github/pulls.ts";
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

const APPROVAL = "flows/approvals/metrics/2025-11.yaml";
const BY_PULL_REQUEST = AUTOMATIC.replace("automatic", "approve, approve-by: pull-request");

/** November waits for the one pull request that the first run opened. */
async function proposed(): Promise<number> {
  const policy = "version: 1\napprovers: [carol, dave]\n";
  const files = { "flows/policy.yaml": policy };
  play = await openPlay({ flows: { metrics: BY_PULL_REQUEST }, files });
  for (const login of ["carol", "dave", "mallory"]) play.github.world.addUser(login);
  play.github.world.rules.set("main", { reviews: 1 });
  return cooled(play);
}

const thePull = (): Pull => {
  const [pull, ...others] = play.github.world.pulls.values();
  if (!pull || others.length > 0) throw new Error("there is not one pull request");
  return pull;
};

describe("approve-by: pull-request", () => {
  it("proposes, and purges when a person merged what another wrote", async () => {
    const points = await proposed();
    const { world } = play.github;
    const first = play.stage.runs[0];
    expect(first?.conclusions()["propose approvals"]).toBe("success");
    expect(world.dispatches).toMatchObject([{ workflow: "review.yml" }]);
    const early = await offload(play);
    expect([early.conclusion, play.world.hotPoints]).toEqual(["success", points]);
    review(world, thePull(), "carol");
    merge(world, thePull(), "carol");
    const runs = play.pull();
    // The watchdog looks on after every push.
    expect(runs.map((run) => run.text.name)).toEqual(["offload", "watchdog"]);
    expect(await runs[0]?.begin()).toMatchObject({ conclusion: "success" });
    expect(play.world.hotPoints).toBe(0);
  });

  it("deletes nothing for an approval that is forged or voided", async () => {
    const points = await proposed();
    const { world } = play.github;
    const text = world.git.head(thePull().headRef)?.files.get(APPROVAL) ?? "";
    expect(text).toContain("digest");
    const purged = async (): Promise<string> => {
      play.pull();
      const run = await play.stage.dispatch("offload.yml", { step: "purge" }).begin();
      expect([run.conclusion, play.world.hotPoints]).toEqual(["success", points]);
      return run.job("purge (metrics-1)").log;
    };
    // Pushed by a bot, past every review.
    world.git.push("main", { files: { [APPROVAL]: text }, author: "github-actions[bot]" });
    expect(await purged()).toContain("did not come by a merged pull request");
    // The head changed after the review.
    review(world, thePull(), "carol");
    const branch = thePull().headRef;
    world.git.push(branch, { files: { [APPROVAL]: `${text}# and\n` }, author: "mallory" });
    merge(world, thePull(), "mallory");
    expect(await purged()).toContain("before carol reviewed its last commit");
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
