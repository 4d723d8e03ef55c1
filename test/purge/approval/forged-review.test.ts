// A file whose review does not count: not given, taken back, stale, or the writer's own.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { merge, review } from "../../../sim/github/people.ts";
import { APPROVAL, BOT, POLICY_FILE, Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.proposed();
});
afterEach(async () => {
  await stage.close();
  expect(stage.sim.violations).toEqual([]);
});

describe("a file that is no approval", () => {
  it.each<[what: string, forge: () => void, says: string]>([
    ["still only proposed", () => undefined, `main has no ${APPROVAL}`],
    [
      "reviewed by nobody",
      () => merge(stage.sim.world, stage.pull, "alice"),
      "was not approved by one of alice, Bob",
    ],
    ["reviewed by one not listed", () => stage.approve("mallory"), "was not approved by one of"],
    ["reviewed by a bot", () => stage.approve(BOT), "was not approved by one of"],
    [
      "reviewed by a bot that is listed",
      () => {
        stage.sim.world.addUser("robot", "Bot");
        stage.pushToMain({ [POLICY_FILE]: "version: 1\napprovers: [robot]\n" });
        stage.approve("robot");
      },
      "was not approved by one of",
    ],
    [
      "only commented",
      () => {
        review(stage.sim.world, stage.pull, "alice", "COMMENTED");
        merge(stage.sim.world, stage.pull, "alice");
      },
      "was not approved by one of",
    ],
    [
      "whose approval was dismissed",
      () => {
        review(stage.sim.world, stage.pull, "alice").state = "DISMISSED";
        merge(stage.sim.world, stage.pull, "alice");
      },
      "was not approved by one of",
    ],
    [
      "that another approver wants changed",
      () => {
        review(stage.sim.world, stage.pull, "Bob", "CHANGES_REQUESTED");
        stage.approve("alice");
      },
      "has changes requested by Bob",
    ],
    [
      "reviewed after its merge",
      () => {
        const { pull } = stage;
        merge(stage.sim.world, pull, "alice");
        stage.later(2_000);
        review(stage.sim.world, pull, "alice");
      },
      "was changed or merged before alice reviewed its last commit",
    ],
    [
      "changed after the review",
      () => {
        review(stage.sim.world, stage.pull, "alice");
        stage.change({ author: "mallory" });
        merge(stage.sim.world, stage.pull, "alice");
      },
      "was changed or merged before alice reviewed its last commit",
    ],
    [
      "that came with another file",
      () => {
        const files = { "flows/metrics.yaml": "another flow" };
        stage.sim.world.git.push(stage.pull.headRef, { files, author: "mallory" });
        stage.approve("alice");
      },
      "changes flows/metrics.yaml too: an approval comes alone",
    ],
    [
      "that its reviewer wrote",
      () => {
        stage.instead("alice");
        stage.approve("alice");
      },
      "was approved by alice alone, who wrote it",
    ],
    [
      "that its reviewer wrote under another's name",
      () => {
        stage.change({ author: "mallory", pusher: "alice" });
        stage.approve("alice");
      },
      "was approved by alice alone, who wrote it",
    ],
    [
      "that its reviewer wrote, and somebody else pushed upon",
      () => {
        stage.change({ author: "mallory", pusher: "alice" });
        stage.change({ author: "mallory" });
        stage.approve("alice");
      },
      "was approved by alice alone, who wrote it",
    ],
    [
      "that its reviewer wrote for the tool's own commit to be followed by it",
      () => {
        stage.change({ author: "alice" });
        stage.approve("alice");
      },
      "was approved by alice alone, who wrote it",
    ],
    [
      "of which nobody knows who pushed it, and that is not signed",
      () => {
        stage.change({ author: "mallory" });
        stage.approve("alice");
        stage.sim.world.git.pushes.length = 0;
      },
      "cannot be told: it is not signed",
    ],
  ])("%s", async (_what, forge, says) => {
    forge();
    const { approvals, none } = await stage.read();
    expect(approvals).toEqual([]);
    expect(none).toContain(says);
  });
});
