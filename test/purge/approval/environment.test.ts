// What makes a receipt of a CI environment count: the yes of a person to that very run, looked up
// again, in an environment that its reviewers cannot be passed by.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addRun, type Run } from "../../../sim/github/runs.ts";
import { approvalKey } from "../../../src/ledger/keys.ts";
import { readApprovals } from "../../../src/purge/approval/read.ts";
import { hexId } from "../../support/values.ts";
import { approvedBy, FLOW_FILE, PERIOD, Stage } from "./stage.ts";

const NAME = "cellarman-approve";
const FLOW = approvedBy("environment");

let stage: Stage;
let run: Run;
beforeEach(async () => {
  stage = await Stage.proposed();
  stage.sim.world.addEnvironment(NAME, { reviewers: ["alice"] });
  run = addRun(stage.sim.world);
});
afterEach(async () => {
  await stage.close();
  expect(stage.sim.violations).toEqual([]);
});

function yes(by = "alice", state: "approved" | "rejected" = "approved", environment = NAME): void {
  run.approvals.push({ environment, by, state });
}

/** The receipt as the approve job writes it. */
function plant(said: object = {}): void {
  const review = { run: run.id, environment: NAME, reviewers: ["alice"] };
  plantPlain({ by: "environment", review, ...said });
}

function plantPlain(said: object): void {
  const common = { schema: "cellarman/approved/1", ...PERIOD, process: hexId(4), ...stage.list };
  stage.cold.plant(approvalKey(PERIOD, hexId(5)), { ...common, ...said });
}

describe("an approval by environment", () => {
  it("counts where a person said yes to its run", async () => {
    yes();
    plant();
    const { approvals, none } = await stage.read(FLOW);
    expect(none).toBeUndefined();
    expect(approvals).toMatchObject([
      { seals: stage.list.seals, isVoidedByOthers: false, refused: undefined },
    ]);
  });

  it.each<[what: string, act: () => void, says: string]>([
    ["nobody said yes", () => plant(), "no person approved"],
    [
      "somebody said no",
      () => {
        yes("alice", "rejected");
        plant();
      },
      "no person approved",
    ],
    [
      "a bot said yes",
      () => {
        yes("github-actions[bot]");
        plant();
      },
      "no person approved",
    ],
    [
      "the yes was for another environment",
      () => {
        yes("alice", "approved", "production");
        plant();
      },
      "no person approved",
    ],
    [
      "it names another environment",
      () => {
        yes("alice", "approved", "production");
        plant({ review: { run: run.id, environment: "production", reviewers: ["alice"] } });
      },
      "not cellarman-approve",
    ],
    [
      "it was written by a command",
      () => {
        yes();
        plantPlain({ by: "command" });
      },
      "it was not approved by cellarman-approve",
    ],
    [
      "its digest is another list's",
      () => {
        yes();
        plant({ seals: stage.list.seals.slice(1) });
      },
      "its digest is not that of its list",
    ],
    [
      "who starts a run may approve it",
      () => {
        stage.sim.world.addEnvironment(NAME, { reviewers: ["alice"], preventSelfReview: false });
        yes();
        plant();
      },
      "lets who started a run approve it",
    ],
    [
      "administrators may pass it by",
      () => {
        stage.sim.world.addEnvironment(NAME, { reviewers: ["alice"], adminsBypass: true });
        yes();
        plant();
      },
      "administrators may bypass",
    ],
    [
      "GitHub does not say whether administrators pass it by",
      () => {
        stage.sim.world.addEnvironment(NAME, { reviewers: ["alice"], adminsBypass: null });
        yes();
        plant();
      },
      "GitHub does not say whether administrators bypass",
    ],
    [
      "it has no reviewers",
      () => {
        stage.sim.world.addEnvironment(NAME);
        yes();
        plant();
      },
      "has no required reviewers",
    ],
    [
      "it is gone",
      () => {
        stage.sim.world.environments.clear();
        yes();
        plant();
      },
      "GitHub shows no environment",
    ],
  ])("does not count where %s", async (_what, act, says) => {
    act();
    const { approvals } = await stage.read(FLOW);
    expect(approvals.map((one) => one.refused)).toEqual([expect.stringContaining(says)]);
  });

  it("is asked of GitHub, and of nothing else", async () => {
    yes();
    plant();
    const gate = { flow: FLOW, flowFile: FLOW_FILE, at: { ...PERIOD, batch: "b" } };
    const told = await readApprovals(stage.cold, gate, undefined);
    expect(told).toMatchObject({ approvals: [] });
    expect(told.none).toContain("read from GitHub");
    stage.sim.faults.push({ kind: "refuse", status: 502, path: /approvals/, times: 99 });
    await expect(stage.read(FLOW)).rejects.toMatchObject({ retryable: true });
  });
});

describe("an approval by command", () => {
  it("needs no forge, and no call of its API", async () => {
    plantPlain({ by: "command" });
    const gate = {
      flow: approvedBy("command"),
      flowFile: FLOW_FILE,
      at: { ...PERIOD, batch: "b" },
    };
    const before = stage.sim.calls.length;
    const { approvals } = await readApprovals(stage.cold, gate, undefined);
    expect([approvals.length, stage.sim.calls.length]).toEqual([1, before]);
  });
});
