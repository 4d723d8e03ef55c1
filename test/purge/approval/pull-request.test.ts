// What makes a file on the default branch an approval, and every way to forge one.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { merge, review } from "../../../sim/github/people.ts";
import { openPull, type Pull } from "../../../sim/github/pulls.ts";
import { APPROVAL, BOT, POLICY_FILE, Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.proposed();
});
afterEach(async () => {
  await stage.close();
  expect(stage.sim.violations).toEqual([]);
});

/** A change to the proposed file, on the branch that it comes from. */
function change(said: { author: string; pusher?: string; text?: string }): void {
  const { text = `${stage.text}#\n`, ...who } = said;
  stage.sim.world.git.push(stage.pull.headRef, { files: { [APPROVAL]: text }, ...who });
}

/** Another's pull request with a file of this text, in place of the tool's. */
function instead(by: string, text = stage.text, more: { fork?: string } = {}): Pull {
  stage.pull.state = "closed";
  stage.sim.world.git.push("mine", { files: { [APPROVAL]: text }, author: by });
  return openPull(stage.sim.world, { by, headRef: "mine", ...more });
}

const pushToMain = (files: Record<string, string | null>, author = "mallory") =>
  stage.sim.world.git.push("main", { files, author });

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
        instead("alice");
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
        pushToMain({ "README.md": "x" });
      },
    ],
  ])("counts when reviewed by %s", async (_what, act) => {
    act();
    const { approvals, none } = await stage.read();
    expect([approvals.length, none]).toEqual([1, undefined]);
  });
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
        pushToMain({ [POLICY_FILE]: "version: 1\napprovers: [robot]\n" });
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
        change({ author: "mallory" });
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
        instead("alice");
        stage.approve("alice");
      },
      "was approved by alice alone, who wrote it",
    ],
    [
      "that its reviewer wrote under another's name",
      () => {
        change({ author: "mallory", pusher: "alice" });
        stage.approve("alice");
      },
      "was approved by alice alone, who wrote it",
    ],
    [
      "that its reviewer wrote, and somebody else pushed upon",
      () => {
        change({ author: "mallory", pusher: "alice" });
        change({ author: "mallory" });
        stage.approve("alice");
      },
      "was approved by alice alone, who wrote it",
    ],
    [
      "that its reviewer wrote for the tool's own commit to be followed by it",
      () => {
        change({ author: "alice" });
        stage.approve("alice");
      },
      "was approved by alice alone, who wrote it",
    ],
    [
      "of which nobody knows who pushed it, and that is not signed",
      () => {
        change({ author: "mallory" });
        stage.approve("alice");
        stage.sim.world.git.pushes.length = 0;
      },
      "cannot be told: it is not signed",
    ],
    [
      "that comes from a fork",
      () => {
        instead("mallory", stage.text, { fork: "mallory/flows" });
        stage.approve("alice");
      },
      "comes from a fork",
    ],
    [
      "that was merged elsewhere, and pushed from there",
      () => {
        const { headRef } = stage.pull;
        stage.pull.state = "closed";
        openPull(stage.sim.world, { by: BOT, headRef, baseRef: "side" });
        stage.sim.world.git.push("side", { files: {} });
        stage.approve("alice");
        const { git } = stage.sim.world;
        git.move("main", git.heads.get("side") ?? "", "mallory");
      },
      "was merged into side",
    ],
    [
      "that a bot pushed",
      () => pushToMain({ [APPROVAL]: stage.text }, BOT),
      "did not come by a merged pull request",
    ],
    [
      "that was edited on the default branch",
      () => {
        const { text } = stage;
        stage.approve("alice");
        pushToMain({ [APPROVAL]: `${text}# so be it\n` });
      },
      "did not come by a merged pull request",
    ],
    [
      "that was edited and edited back",
      () => {
        const { text } = stage;
        stage.approve("alice");
        pushToMain({ [APPROVAL]: `${text}#\n` });
        pushToMain({ [APPROVAL]: text });
      },
      "did not come by a merged pull request",
    ],
    [
      "that was taken away",
      () => {
        stage.approve("alice");
        pushToMain({ [APPROVAL]: null });
      },
      `main has no ${APPROVAL}`,
    ],
    [
      "that a merge made another than was reviewed",
      () => {
        const { pull, text } = stage;
        stage.approve("alice");
        const { git } = stage.sim.world;
        const before = git.commits.get(pull.mergeCommit ?? "");
        const files = { [APPROVAL]: `${text}# and more\n` };
        const evil = git.push("main", { files, author: "mallory" }, before?.parents ?? []);
        pull.mergeCommit = evil.sha;
      },
      `brought another ${APPROVAL} than is there`,
    ],
    [
      "whose digest names no list",
      () => {
        instead("mallory", stage.text.replace(/digest: ".{4}/, 'digest: "0000'));
        stage.approve("alice");
      },
      "the ledger has no list of the digest",
    ],
    [
      "that counts other seals than its list",
      () => {
        instead("mallory", stage.text.replace("seals: 2", "seals: 1"));
        stage.approve("alice");
      },
      "counts other seals than its list",
    ],
    [
      "of another period",
      () => {
        instead("mallory", stage.text.replace("2025-11", "2025-12"));
        stage.approve("alice");
      },
      "approves metrics 2025-12",
    ],
    [
      "with a key that nobody knows",
      () => {
        instead("mallory", `${stage.text}force: true\n`);
        stage.approve("alice");
      },
      "force is not known here",
    ],
    [
      "on a branch whose rules demand no review",
      () => {
        stage.approve("alice");
        stage.sim.world.rules.set("main", { reviews: 0 });
      },
      "the rules of main demand no review",
    ],
    [
      "on a branch that has no rules",
      () => {
        stage.approve("alice");
        stage.sim.world.rules.clear();
      },
      "the rules of main demand no review",
    ],
    [
      "where GitHub shows no rules",
      () => {
        stage.approve("alice");
        stage.sim.world.hasRules = false;
      },
      "GitHub shows no rules of the branch main",
    ],
    [
      "where the policy names nobody",
      () => {
        stage.approve("alice");
        pushToMain({ [POLICY_FILE]: "version: 1\n" });
      },
      "the policy names no approvers",
    ],
    [
      "where there is no policy",
      () => {
        stage.approve("alice");
        pushToMain({ [POLICY_FILE]: null });
      },
      "the policy names no approvers",
    ],
  ])("%s", async (_what, forge, says) => {
    forge();
    const { approvals, none } = await stage.read();
    expect(approvals).toEqual([]);
    expect(none).toContain(says);
  });

  it("where the ledger's list was tampered with", async () => {
    stage.approve("alice");
    const [[key, found] = []] = stage.cold.objects;
    const text = Buffer.from(found?.bytes ?? [])
      .toString("utf8")
      .replace(/0{60}/, "1".repeat(60));
    stage.cold.objects.set(key ?? "", { bytes: Buffer.from(text), lastModifiedMs: 0 });
    const { approvals, none } = await stage.read();
    expect(approvals).toEqual([]);
    expect(none).toContain("the ledger has no list");
  });

  it.each(["refuse", "no-answer"] as const)(
    "is one neither, when GitHub fails: %s",
    async (kind) => {
      stage.approve("alice");
      const fault = kind === "refuse" ? { kind, status: 502 } : { kind };
      for (const path of [/activity/, /pulls/, /rules/, /trees/, /reviews/]) {
        stage.sim.faults.clear();
        stage.sim.faults.push({ ...fault, path, times: 99 });
        await expect(stage.read()).rejects.toMatchObject({ retryable: true });
      }
      stage.sim.faults.clear();
      expect((await stage.read()).approvals).toHaveLength(1);
    },
  );
});
