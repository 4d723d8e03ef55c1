// What makes a file on the default branch an approval.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { merge, review } from "../../../sim/github/people.ts";
import { APPROVAL, Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.proposed();
});
afterEach(async () => {
  await stage.close();
  expect(stage.sim.violations).toEqual([]);
});

describe("an approval by pull request", () => {
  it("counts, with the list that its digest names, since its merge", async () => {
    stage.later(5_000);
    stage.approve("alice");
    const { approvals, none } = await stage.read();
    const { digest, seals } = stage.list;
    expect([approvals, none]).toEqual([
      [
        {
          key: `${APPROVAL}@${digest}`,
          seals,
          atMs: Date.parse("2026-03-05T00:00:05Z"),
          isVoidedByOthers: true,
          refused: undefined,
        },
      ],
      undefined,
    ]);
  });

  it.each<[string, () => void]>([
    ["an approver whose name is written otherwise", () => stage.approve("Bob")],
    [
      "one approver, though another was the writer",
      () => {
        stage.instead("alice");
        stage.approve("Bob");
      },
    ],
    [
      "an approver, squashed",
      () => {
        review(stage.sim.world, stage.pull, "alice");
        merge(stage.sim.world, stage.pull, "alice", "squash");
      },
    ],
    [
      "an approver who asked for changes before",
      () => {
        review(stage.sim.world, stage.pull, "alice", "CHANGES_REQUESTED");
        stage.later(1_000);
        stage.approve("alice");
      },
    ],
    [
      "an approver who commented afterwards",
      () => {
        review(stage.sim.world, stage.pull, "alice");
        stage.later(1_000);
        review(stage.sim.world, stage.pull, "alice", "COMMENTED");
        merge(stage.sim.world, stage.pull, "alice");
      },
    ],
    [
      "an approver, where the activity is no longer known but every commit is signed",
      () => {
        stage.approve("alice");
        stage.sim.world.git.pushes.length = 0;
      },
    ],
    [
      "an approver, though others went on with the branch",
      () => {
        stage.approve("alice");
        stage.pushToMain({ "README.md": "x" });
      },
    ],
  ])("counts when reviewed by %s", async (_what, act) => {
    act();
    const { approvals, none } = await stage.read();
    expect([approvals.length, none]).toEqual([1, undefined]);
  });
});
