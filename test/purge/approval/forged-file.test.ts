// A file that came another way than by its reviewed pull request, or that is another.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPull } from "../../../sim/github/pulls.ts";
import { APPROVAL, BOT, POLICY_FILE, Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.proposed();
});
afterEach(async () => {
  await stage.close();
  expect(stage.sim.violations).toEqual([]);
});

describe("a file that is no approval, for how it came or where it is", () => {
  it.each<[what: string, forge: () => void, says: string]>([
    [
      "that comes from a fork",
      () => {
        stage.instead("mallory", stage.text, { fork: "mallory/flows" });
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
      () => stage.pushToMain({ [APPROVAL]: stage.text }, BOT),
      "did not come by a merged pull request",
    ],
    [
      "that was edited on the default branch",
      () => {
        const { text } = stage;
        stage.approve("alice");
        stage.pushToMain({ [APPROVAL]: `${text}# so be it\n` });
      },
      "did not come by a merged pull request",
    ],
    [
      "that was edited and edited back",
      () => {
        const { text } = stage;
        stage.approve("alice");
        stage.pushToMain({ [APPROVAL]: `${text}#\n` });
        stage.pushToMain({ [APPROVAL]: text });
      },
      "did not come by a merged pull request",
    ],
    [
      "that was taken away",
      () => {
        stage.approve("alice");
        stage.pushToMain({ [APPROVAL]: null });
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
        stage.instead("mallory", stage.text.replace(/digest: ".{4}/, 'digest: "0000'));
        stage.approve("alice");
      },
      "the ledger has no list of the digest",
    ],
    [
      "that counts other seals than its list",
      () => {
        stage.instead("mallory", stage.text.replace("seals: 2", "seals: 1"));
        stage.approve("alice");
      },
      "counts other seals than its list",
    ],
    [
      "of another period",
      () => {
        stage.instead("mallory", stage.text.replace("2025-11", "2025-12"));
        stage.approve("alice");
      },
      "approves metrics 2025-12",
    ],
    [
      "with a key that nobody knows",
      () => {
        stage.instead("mallory", `${stage.text}force: true\n`);
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
        stage.pushToMain({ [POLICY_FILE]: "version: 1\n" });
      },
      "the policy names no approvers",
    ],
    [
      "where there is no policy",
      () => {
        stage.approve("alice");
        stage.pushToMain({ [POLICY_FILE]: null });
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
