// A purge in GitHub Actions: what must guard the delete token, what is asked of the API and when,
// and what an old run may still do.
import { afterEach, describe, expect, it } from "vitest";
import type { World } from "../../sim/world.ts";
import { type Hosted, hosted, POLICY } from "../support/github.ts";
import { GRACE_OVER, keysOf, purgeable, staged, verified } from "../support/stage.ts";

let world: World;
let place: Hosted;
afterEach(async () => {
  await Promise.all([place.close(), world.close()]);
  expect(place.github.violations).toEqual([]);
});

const flowBy = (way: string): string =>
  [
    "period: { first: 2025-11 }",
    `purge: { mode: approve, approve-by: ${way}, write-fence: { max-past: P45D } }`,
  ].join("\n");

/** A world whose flow purges automatically, in Actions, with its purge due. */
async function inActions(policy = POLICY): Promise<void> {
  world = await purgeable();
  place = await hosted(world, policy);
}

const purge = () => place.run("purge");
const PURGED = "1 of 1 batches purged";

describe("a purge in GitHub Actions", () => {
  it("goes where the delete token's environment is the default branch's alone", async () => {
    await inActions();
    expect((await purge()).stdout).toContain(PURGED);
    expect(world.hotPoints).toBe(0);
    const statuses = new Set(place.github.calls.map((call) => call.status));
    expect(statuses.difference(new Set([200, 304]))).toEqual(new Set());
    expect(place.github.calls.length).toBeLessThanOrEqual(12);
  });

  it.each<[string, Parameters<Hosted["github"]["world"]["addEnvironment"]>[1], string]>([
    ["any branch", { branches: "any" }, "is open to other branches, not to main alone"],
    ["protected branches", { branches: "protected" }, "is open to other branches"],
    ["another branch too", { branches: ["main", "dev"] }, "is open to main, dev"],
    ["a pattern", { branches: ["m*"] }, "is open to m*"],
    ["no branch", { branches: [] }, "is open to no branch"],
  ])("is refused where %s may use that environment", async (_what, said, says) => {
    await inActions();
    place.github.world.addEnvironment("cellarman-purge", said);
    const { code, stderr } = await purge();
    expect(code).toBe(1);
    expect(stderr).toContain(says);
    expect(stderr).toContain("Deployment branches");
    expect(world.hotPoints).toBe(60);
  });

  it("is left to others where there is no such environment, and the run stays green", async () => {
    await inActions();
    place.github.world.environments.clear();
    const { code, stdout } = await purge();
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /1 batch waits for `cellarman purge`, oldest since 2026-03-19: GitHub shows no environment/,
    );
    expect(world.hotPoints).toBe(60);
  });

  it("is left to others where the branch shows no rules, and reviews approve", async () => {
    world = await verified({ flow: flowBy("pull-request") });
    place = await hosted(world);
    world.moveClock(GRACE_OVER);
    place.github.world.hasRules = false;
    const { code, stdout } = await purge();
    expect(code).toBe(0);
    expect(stdout).toContain("1 batch waits for `cellarman purge`, oldest since 2026-03-19");
  });

  it("is refused without a token of the run, or with one that may read too little", async () => {
    await inActions();
    const only = ["contents: read"] as const;
    place.github.addToken("weak", { login: "github-actions[bot]", permissions: only });
    world.env.set("GITHUB_TOKEN", "weak");
    const weak = await purge();
    expect(weak.code).toBe(12);
    expect(weak.stderr).toContain("    permissions:\n      actions: read");
    world.env.delete("GITHUB_TOKEN");
    const { code, stderr } = await purge();
    expect([code, world.hotPoints]).toEqual([1, 60]);
    expect(stderr).toContain("GITHUB_TOKEN");
  });

  it("takes no word for the flows that a person must say by hand", async () => {
    await inActions();
    const { code, stderr } = await place.run("purge", "--flows-are-authoritative");
    expect([code, world.hotPoints]).toEqual([2, 60]);
    expect(stderr).toContain("never in CI");
  });

  it("on another ref is a dry run, whatever it was told", async () => {
    await inActions();
    world.env.set("GITHUB_REF", "refs/heads/topic");
    const { code, stdout, stderr } = await purge();
    expect([code, world.hotPoints]).toEqual([0, 60]);
    expect(stderr).toContain("a dry run");
    expect(stdout).toContain("0 of 1 batches purged");
    expect(keysOf(world, "intents/")).toEqual([]);
  });

  it("deletes nothing where GitHub gives no answer", async () => {
    await inActions();
    place.github.faults.push({ kind: "no-answer", path: /git\/ref/, times: 999 });
    const { code } = await purge();
    expect([code, world.hotPoints]).toEqual([1, 60]);
  });
});

describe("an old run that is started again", () => {
  it("purges only where the flow still is the plan's", async () => {
    await inActions();
    const text = place.github.world.git.head("main")?.files.get("flows/world.yaml") ?? "";
    const files = { "flows/world.yaml": text.replace("regex: '.*'", "regex: 'cpu.*'") };
    place.github.world.git.push("main", { files });
    expect((await purge()).stdout).toContain("the flow was changed");
    expect(world.hotPoints).toBe(60);
  });

  it("purges only where the tool is as new as the policy demands", async () => {
    await inActions(`${POLICY}min-version: 99.0.0\n`);
    expect((await purge()).stdout).toContain("version of this tool: 0.1.0");
    expect(world.hotPoints).toBe(60);
    const files = { "flows/policy.yaml": `${POLICY}min-version: 0.1.0\n` };
    place.github.world.git.push("main", { files });
    expect((await purge()).stdout).toContain(PURGED);
  });

  it("purges nothing where the flow now says never", async () => {
    await inActions();
    const text = place.github.world.git.head("main")?.files.get("flows/world.yaml") ?? "";
    const files = { "flows/world.yaml": text.replace("mode: automatic", "mode: never") };
    place.github.world.git.push("main", { files });
    expect((await purge()).stdout).toContain("never");
    expect(world.hotPoints).toBe(60);
  });
});

describe("archive and verify in GitHub Actions", () => {
  it("make no call of its API", async () => {
    world = await staged();
    place = await hosted(world);
    expect(await place.run("plan")).toMatchObject({ code: 0 });
    const before = place.github.calls.length;
    for (const step of ["archive", "verify"]) {
      expect(await place.run(step)).toMatchObject({ code: 0 });
    }
    expect(keysOf(world, "verified/")).toHaveLength(1);
    expect(place.github.calls).toHaveLength(before);
  });
});
