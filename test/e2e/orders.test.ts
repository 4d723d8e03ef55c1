// Orders: what people and the tool have said. Holds at every scope, the purge list, the flow on the
// default branch.
import { readFile, writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { BUCKET, type World } from "../../sim/world.ts";
import { DAY } from "../support/november.ts";
import { type Remote, withRemote } from "../support/remote.ts";
import {
  expectConverges,
  expectRun,
  failure,
  hotPoints,
  keysOf,
  purgeable,
  purgeSays,
  recordOf,
  staged,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

/** The name of the only planned batch. */
const batchOf = (): string => keysOf(world, "seals/")[0]?.split("/")[3] ?? "";
const flowFile = (): string => `${world.flows}/world.yaml`;

async function editFlow(from: string, to: string): Promise<string> {
  const text = (await readFile(flowFile(), "utf8")).replace(from, to);
  await writeFile(flowFile(), text);
  return text;
}

describe("a hold", () => {
  const SCOPES: readonly [scope: string, key: RegExp, argv: () => string[]][] = [
    ["everything", /^holds\/all\/1$/, () => ["world", "--all"]],
    ["the server", /^holds\/server\/[0-9a-f]{32}\/1$/, () => ["world", "--server"]],
    ["the flow", /^holds\/flow\/world\/1$/, () => ["world"]],
    ["the period", /^holds\/period\/world\/2025-11\/1$/, () => ["world", "2025-11"]],
    ["the batch", /^holds\/batch\/world\/2025-11\/.*\/1$/, () => ["world", "2025-11", batchOf()]],
  ];

  it.each(SCOPES)("on %s stops the purge; lifted, it goes on", async (_scope, key, argv) => {
    world = await purgeable();
    const before = hotPoints(world);
    await expectRun(world, 0, "hold", ...argv(), "--reason", "a restore is under way");
    const [hold = ""] = keysOf(world, "holds/");
    expect(hold).toMatch(key);
    const said = await purgeSays(world);
    expect(said).toMatchObject({ exit: 0, outcome: "wait", failed: "no hold" });
    expect(said.note).toContain("a restore is under way");
    expect(hotPoints(world)).toEqual(before);
    await expectRun(world, 0, "lift", "world", hold, "--reason", "it is over");
    expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "purged" });
  });

  it("needs a reason, and a lift too", async () => {
    world = await purgeable();
    expect(await failure(world, "hold", "world")).toMatchObject({ exit: 2, code: "usage" });
    await expectRun(world, 0, "hold", "world", "--reason", "x");
    expect(await failure(world, "lift", "world", "holds/flow/world/1")).toMatchObject({ exit: 2 });
    expect(await purgeSays(world)).toMatchObject({ failed: "no hold" });
  });

  it("of two, the second still holds when the first is lifted", async () => {
    world = await purgeable();
    await expectRun(world, 0, "hold", "world", "--reason", "one");
    await expectRun(world, 0, "hold", "world", "--reason", "two");
    await expectRun(world, 0, "lift", "world", "holds/flow/world/1", "--reason", "x");
    expect((await purgeSays(world)).note).toContain("two");
  });

  it("on another period does not stop", async () => {
    world = await purgeable();
    await expectRun(world, 0, "hold", "world", "2025-12", "--reason", "another period");
    expect(await purgeSays(world)).toMatchObject({ outcome: "purged" });
  });
});

describe("the purge list", () => {
  it("missing: nothing is due", async () => {
    world = await purgeable();
    for (const key of keysOf(world, "lists/")) world.cellar.lose(BUCKET, key);
    expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "none" });
    expect(world.hotPoints).toBe(60);
    await expectConverges(world);
  });

  it("older than a day: nothing is due until plan writes a new one", async () => {
    world = await purgeable();
    world.moveClock(DAY + 60_000);
    expect(await purgeSays(world)).toMatchObject({ exit: 0, outcome: "none" });
    await expectRun(world, 0, "plan");
    expect(await purgeSays(world)).toMatchObject({ outcome: "purged" });
  });

  it("is cut to one batch for a flow's first purge, then to its history", async () => {
    world = await staged({
      flow: [
        "period: { first: 2025-11 }",
        "batches: { max-series: 1, by-label: host }",
        "purge: { mode: automatic, write-fence: { max-past: P45D } }",
      ].join("\n"),
    });
    const before = hotPoints(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(16 * DAY);
    await expectRun(world, 0, "plan");
    const first = recordOf(world, keysOf(world, "lists/")[0] ?? "");
    expect(first["leftOut"]).toBe(2);
    expect((await expectRun(world, 0, "purge")).stdout).toContain("20 points deleted");
    expect(world.hotPoints).toBe(40);
    await expectRun(world, 0, "plan");
    await expectRun(world, 0, "purge");
    expect(world.hotPoints).toBe(0);
    await expectConverges(world, before);
  });
});

describe("a local flow that was changed after the plan", () => {
  it.each([
    ["select", "regex: '.*'", "regex: 'cpu.*'"],
    ["unit", "source:", "source:\n  time-unit: us"],
  ])("its %s: the purge waits for a replan", async (_what, from, to) => {
    world = await purgeable();
    const before = hotPoints(world);
    await editFlow(from, to);
    const said = await purgeSays(world);
    expect(said).toMatchObject({ exit: 0, outcome: "wait", failed: "flow on the default branch" });
    expect(hotPoints(world)).toEqual(before);
    await expectRun(world, 0, "replan", "world", "2025-11", "--reason", "the flow was changed");
    await expectConverges(world, before);
  });

  it("its mode to never: nothing is purged", async () => {
    world = await purgeable();
    await editFlow("mode: automatic", "mode: never");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("never");
    expect(world.hotPoints).toBe(60);
  });

  it("its grace or keep-hot to longer: counts at once, in the gate itself", async () => {
    world = await purgeable();
    await editFlow("grace: P14D", "grace: P30D");
    expect(["none", "wait"]).toContain((await purgeSays(world)).outcome);
    await editFlow("grace: P30D", "grace: P14D");
    await editFlow("first: 2025-11", "first: 2025-11, keep-hot: P6M");
    expect(await purgeSays(world)).toMatchObject({ failed: "period is old enough" });
    expect(world.hotPoints).toBe(60);
  });
});

describe("the flow on the default branch", () => {
  let remote: Remote;
  async function cloned(): Promise<void> {
    world = await purgeable();
    remote = await withRemote(world);
  }
  /** The purge as CI runs it: nothing local is taken for the default branch's. */
  const purge = () => world.runPlainly("purge");

  it("without a remote: no purge, unless said by hand", async () => {
    world = await purgeable();
    const said = await purge();
    expect(said.code).toBe(0);
    expect(said.stdout).toContain("no remote");
    expect(world.hotPoints).toBe(60);
  });

  it("the same: purged", async () => {
    await cloned();
    expect((await purge()).stdout).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(0);
  });

  it("holds all by its policy: nothing is purged until it says otherwise", async () => {
    await cloned();
    await remote.push("policy.yaml", "version: 1\nhold: all\n");
    expect((await purge()).stdout).toContain("hold: all");
    expect(world.hotPoints).toBe(60);
    await remote.push("policy.yaml", "version: 1\n");
    expect((await purge()).stdout).toContain("1 of 1 batches purged");
  });

  it.each([
    ["a mode", "modes: [approve]", "purge.mode is automatic, which the policy does not allow"],
    ["a longer keep-hot", "keep-hot: P1Y", "period.keep-hot is less than the policy's least"],
    ["a selector", "forbid: [{ class: cpu.load }]", "source.select[0] may select series"],
    ["endpoints", "endpoints: []", "which the policy does not list"],
  ])("has a policy that demands %s: nothing is purged", async (_, demand, told) => {
    await cloned();
    await remote.push("policy.yaml", `version: 1\n${demand}\n`);
    expect((await purge()).stdout).toContain(told);
    expect(world.hotPoints).toBe(60);
    await remote.push("policy.yaml", "version: 1\n");
    expect((await purge()).stdout).toContain("1 of 1 batches purged");
  });

  it("has a policy that nobody can read: nothing is purged", async () => {
    await cloned();
    await remote.push("policy.yaml", "hold: [\n");
    expect((await purge()).stdout).toContain("policy.yaml");
    expect(world.hotPoints).toBe(60);
  });

  it("was taken away: refused, though the checkout still has it", async () => {
    await cloned();
    await remote.push("world.yaml", undefined);
    const said = await purge();
    expect(said.code).toBe(1);
    expect(said.stderr).toContain("has no valid flows/world.yaml");
    expect(world.hotPoints).toBe(60);
  });

  it("now says never: nothing is purged, though the checkout says automatic", async () => {
    await cloned();
    const text = await readFile(flowFile(), "utf8");
    await remote.push("world.yaml", text.replace("mode: automatic", "mode: never"));
    expect((await purge()).stdout).toContain("never");
    expect(world.hotPoints).toBe(60);
  });

  it("now selects something else: the plan's digest is not its digest any more", async () => {
    await cloned();
    const text = await readFile(flowFile(), "utf8");
    await remote.push("world.yaml", text.replace("regex: '.*'", "regex: 'cpu.*'"));
    expect((await purge()).stdout).toContain("the flow was changed");
    expect(world.hotPoints).toBe(60);
  });

  it("cannot be asked: no purge", async () => {
    await cloned();
    await remote.vanish();
    const said = await purge();
    expect(said.code).toBe(1);
    expect(said.stderr).toContain("git could not fetch");
    expect(world.hotPoints).toBe(60);
  });

  it("does not send the credentials where the local file sends them: nothing is sent", async () => {
    await cloned();
    await editFlow("read-token: { env: READ_TOKEN }", "read-token: { env: ELSEWHERE }");
    world.env.set("ELSEWHERE", "a-secret-of-something-else");
    const before = world.warp10.requests.length;
    const said = await world.runPlainly("plan");
    expect(said.code).toBe(1);
    expect(said.stderr).toContain("does not send ELSEWHERE");
    expect(world.warp10.requests).toHaveLength(before);
  });
});
