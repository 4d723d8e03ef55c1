// Approval by pull request, in GitHub Actions: proposed, reviewed, merged; and every way to forge
// one. A file on the default branch counts by the review that it came by, and by nothing else.
import { afterEach, describe, expect, it } from "vitest";
import { merge, review } from "../../sim/github/people.ts";
import { openPull } from "../../sim/github/pulls.ts";
import type { World } from "../../sim/world.ts";
import { ALICE, APPROVAL, BOB, type Hosted, hosted, MALLORY, POLICY } from "../support/github.ts";
import { DAY } from "../support/november.ts";
import { GRACE_OVER, keysOf, minutes, verified } from "../support/stage.ts";

let world: World;
let place: Hosted;
afterEach(async () => {
  await Promise.all([place.close(), world.close()]);
  expect(place.github.violations).toEqual([]);
});

const FLOW = [
  "period: { first: 2025-11 }",
  "purge: { mode: approve, approve-by: pull-request, write-fence: { max-past: P45D } }",
].join("\n");

/** A verified period, proposed. */
async function proposed(policy = POLICY): Promise<void> {
  world = await verified({ flow: FLOW });
  place = await hosted(world, policy);
  const said = await place.run("approve", "--propose");
  expect(said).toMatchObject({ code: 0 });
}

/** The text of the approval that the open pull request brings. */
const proposedText = (): string =>
  place.github.world.git.head(place.pull.headRef)?.files.get(APPROVAL) ?? "";

/** Grace goes by, the checkout is fresh, plan and purge run; what the purge said. */
async function purge(waitMs = GRACE_OVER): Promise<string> {
  world.moveClock(waitMs);
  await place.checkout();
  expect(await place.run("plan")).toMatchObject({ code: 0 });
  const { code, stdout, stderr } = await place.run("purge");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

const PURGED = "1 of 1 batches purged";

describe("an approval by pull request", () => {
  it("is proposed once, reviewed, merged, and then the purge goes", async () => {
    await proposed();
    const { pull, github } = place;
    expect(pull).toMatchObject({ headRef: "cellarman/approve/world/2025-11", baseRef: "main" });
    expect(proposedText()).toMatch(/^digest: "[0-9a-f]{64}"$/m);
    expect(proposedText()).toMatch(/^seals: 1\npoints: 60\nbytes: \d+\nfirst: "2025-11-01T/m);
    expect(github.world.dispatches).toEqual([
      { workflow: "review.yml", ref: pull.headRef, inputs: {} },
    ]);
    expect((await place.run("approve", "--propose")).stdout).toContain("unchanged");
    expect(github.world.pulls.size).toBe(1);
    expect(keysOf(world, "proposals/")).toHaveLength(1);
    place.approve(ALICE, MALLORY);
    expect(await purge()).toContain(PURGED);
    expect(world.hotPoints).toBe(0);
    expect(keysOf(world, "approved/")).toEqual([]);
  });

  it("with an App's token starts no review of its own: GitHub does", async () => {
    world = await verified({ flow: FLOW });
    place = await hosted(world);
    const { github } = place;
    github.world.addUser("flows-app[bot]", "Bot");
    github.addToken("ghs_app", { login: "flows-app[bot]", permissions: "all" });
    world.env.set("CELLARMAN_APP_TOKEN", "ghs_app");
    expect((await place.run("approve", "--propose")).stdout).toContain("opened");
    expect([place.pull.by, github.world.dispatches]).toEqual(["flows-app[bot]", []]);
    place.approve(BOB);
    expect(await purge()).toContain(PURGED);
  });

  it("that the organisation forbids is shown as a file, to be proposed by a person", async () => {
    world = await verified({ flow: FLOW });
    place = await hosted(world);
    place.github.world.allowsPulls = false;
    const said = await place.run("approve", "--propose");
    expect(said.code).toBe(0);
    expect(said.stdout).toContain("forbidden");
    expect(said.stdout).toContain(`Propose this file yourself, ${APPROVAL}:`);
    const { stdout } = await place.run("approve", "world", "2025-11");
    expect(stdout).toContain("approvals/world/2025-11.yaml");
  });

  it("written by a person counts after another person's review", async () => {
    await proposed();
    const text = proposedText();
    const { world: site } = place.github;
    place.pull.state = "closed";
    site.git.push("mine", { files: { [APPROVAL]: text }, author: ALICE, pusher: ALICE });
    openPull(site, { by: ALICE, headRef: "mine" });
    place.approve(BOB);
    expect(await purge()).toContain(PURGED);
  });

  it("squashed counts as well", async () => {
    await proposed();
    const { pull } = place;
    review(place.github.world, pull, BOB);
    merge(place.github.world, pull, BOB, "squash");
    expect(await purge()).toContain(PURGED);
  });

  it("expires thirty days after the merge", async () => {
    await proposed();
    place.approve(ALICE);
    expect(await purge(31 * DAY)).toContain("expired");
    expect(world.hotPoints).toBe(60);
    expect((await place.run("approve", "--propose")).stdout).toContain("opened");
  });

  it("is void where a new seal came after it", async () => {
    await proposed();
    place.approve(ALICE);
    world.load("cpu.load", { host: "h0" }, minutes(2, 5, 300));
    expect(await purge()).toContain("points that the archive lacks");
    for (const step of ["archive", "verify"]) await place.run(step);
    await purge();
    expect(world.hotPoints).toBe(62);
    expect((await place.run("approve", "--propose")).stdout).toContain("opened");
    place.approve(BOB);
    expect(await purge(0)).toContain(PURGED);
  });
});

describe("an approval that does not count", () => {
  it("for a bot pushed it past every pull request: nothing is deleted", async () => {
    await proposed();
    const files = { [APPROVAL]: proposedText() };
    place.github.world.git.push("main", { files, author: "github-actions[bot]" });
    expect(await purge()).toContain("did not come by a merged pull request");
    expect(world.hotPoints).toBe(60);
    expect(keysOf(world, "intents/")).toEqual([]);
  });

  it("for it is a record in the bucket, put there by a command", async () => {
    await proposed();
    world.env.delete("GITHUB_ACTIONS");
    await world.writeFlow("world", FLOW.replace("approve-by: pull-request, ", ""));
    const asked = await world.run("approve", "world", "2025-11");
    const digest = /Digest: ([0-9a-f]{64})/.exec(asked.stderr)?.[1] ?? "";
    expect((await world.run("approve", "world", "2025-11", "--digest", digest)).code).toBe(0);
    expect(keysOf(world, "approved/")).toHaveLength(1);
    world.env.set("GITHUB_ACTIONS", "true");
    await purge();
    const why = await place.run("status", "world", "2025-11", "--why");
    expect(why.stdout).toContain(`main has no ${APPROVAL}`);
    expect(world.hotPoints).toBe(60);
  });
});
