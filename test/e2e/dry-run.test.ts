// --dry-run of every verb: the bucket, the hot store and the ingress are left as they are.
import { afterEach, describe, expect, it } from "vitest";
import { BUCKET, type World } from "../../sim/world.ts";
import { DAY } from "../support/november.ts";
import { expectRun, hotPoints, keysOf, purgeable, staged, verified } from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

/** Runs a command with --dry-run, and expects that nothing was changed by it. */
async function expectDry(...argv: string[]): Promise<string> {
  const hot = hotPoints(world);
  const bucket = new Map(world.cellar.objects(BUCKET));
  const asked = world.warp10.requests.length;
  const puts = world.cellar.requests.count("PutObject");
  const { code, stdout, stderr } = await world.run(...argv, "--dry-run");
  expect({ argv, code, stderr }).toMatchObject({ argv, code: 0 });
  expect(hotPoints(world)).toEqual(hot);
  expect(world.cellar.objects(BUCKET)).toEqual(bucket);
  expect(world.cellar.requests.count("PutObject")).toBe(puts);
  const changing = world.warp10.requests
    .slice(asked)
    .filter(
      ({ path, params }) =>
        path.endsWith("/update") ||
        path.endsWith("/meta") ||
        (path.endsWith("/delete") && !("dryrun" in params)),
    );
  expect(changing).toEqual([]);
  return stdout;
}

describe("--dry-run", () => {
  it("plan: shows the plan it would write", async () => {
    world = await staged();
    expect(await expectDry("plan")).toContain("2025-11");
  });

  it("plan: shows the purge list it would cut", async () => {
    world = await verified();
    world.moveClock(16 * DAY);
    const { document } = await world.json("plan", "--dry-run");
    expect(JSON.stringify(document)).toContain('"purgeList":{"key":"lists/');
    expect(keysOf(world, "lists/")).toEqual([]);
  });

  it("archive: reads and writes for nobody", async () => {
    world = await staged();
    await expectRun(world, 0, "plan");
    expect(await expectDry("archive")).toContain("60 points");
    expect(keysOf(world, "seals/")).toEqual([]);
  });

  it("verify: compares, and writes no receipt", async () => {
    world = await staged();
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    expect(await expectDry("verify")).toContain("1 verified");
    expect(keysOf(world, "verified/")).toEqual([]);
  });

  it("purge: deletes nothing and writes no canary", async () => {
    world = await purgeable();
    await expectDry("purge");
  });

  it("purge, with no fence to probe: shows what it would delete", async () => {
    const flow = [
      "period: { first: 2025-11 }",
      "purge: { mode: automatic, write-fence: { accept-risk: nobody writes here } }",
    ].join("\n");
    world = await purgeable({ flow });
    expect(await expectDry("purge")).toContain("would delete 60 points");
    await expectRun(world, 0, "purge");
    expect(world.hotPoints).toBe(0);
  });

  it("approve, hold, lift, replan, withdraw: nothing is recorded", async () => {
    const flow = [
      "period: { first: 2025-11 }",
      "purge: { mode: approve, write-fence: { max-past: P45D } }",
    ].join("\n");
    world = await verified({ flow });
    const { stderr } = await world.run("approve", "world", "2025-11");
    const digest = /Digest: ([0-9a-f]{8})/.exec(stderr)?.[1] ?? "";
    await expectDry("approve", "world", "2025-11", "--digest", digest);
    await expectDry("hold", "world", "--reason", "x");
    await expectDry("replan", "world", "2025-11", "--reason", "x");
    await expectDry("withdraw", "world", keysOf(world, "seals/")[0] ?? "", "--reason", "x");
    await expectRun(world, 0, "hold", "world", "--reason", "x");
    await expectDry("lift", "world", "holds/flow/world/1", "--reason", "x");
  });

  it("status, status --why, list, report, doctor, validate: nothing is written", async () => {
    world = await purgeable();
    await expectDry("status");
    await expectDry("status", "world", "2025-11", "--why");
    await expectDry("list", "world");
    await expectDry("list", "world", "--emptied");
    await expectDry("report");
    await expectDry("doctor");
  });

  it("status --why without it deletes nothing and records nothing either", async () => {
    world = await purgeable();
    const hot = hotPoints(world);
    const keys = keysOf(world);
    await expectRun(world, 0, "status", "world", "2025-11", "--why");
    expect(hotPoints(world)).toEqual(hot);
    expect(keysOf(world)).toEqual(keys);
  });
});
