// The whole way of an HFile flow on the stand-ins: dumped, handed over, sealed, read back by
// HFFETCH, purged, reconciled, closed.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { DAY, MINUTE_US, NOVEMBER_US, fillNovember } from "../support/november.ts";
import { type HfileWorld, startHfileWorld } from "../support/hfile-world.ts";
import { expectRun, fill, keysOf, minutes, recordOf } from "../support/stage.ts";

let stage: HfileWorld;
afterEach(async () => stage.close());

describe("a month goes from hot to HFiles", () => {
  it("is purged only after grace, and closes", async () => {
    stage = await startHfileWorld();
    const { world } = stage;
    fillNovember(world, 2);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    expect(stage.dumped()).toEqual([]);
    const [manifest] = keysOf(world, "data/").filter((key) => key.endsWith("manifest.json"));
    expect(recordOf(world, manifest ?? "")).toMatchObject({
      format: "cellarman/hfile/1",
      hfile: { result: "answered", proof: "hffetch", infosField: "datapoints" },
    });
    world.moveClock(16 * DAY);
    await expectRun(world, 0, "plan");
    const why = await expectRun(world, 0, "status", "world", "2025-11", "--why");
    expect(why.stdout).toContain("HFFETCH of store archive");
    expect(why.stdout).toContain("all 17280 hot points are in the archive");
    const { stdout } = await expectRun(world, 0, "purge");
    expect(stdout).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(0);
    world.moveClock(DAY);
    expect((await expectRun(world, 0, "purge")).stdout).toContain("closed: 2025-11");
  });

  it("sends a late point and a rewritten value back to archive, deleting nothing", async () => {
    stage = await startHfileWorld();
    const { world } = stage;
    const november = fillNovember(world, 2);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(16 * DAY);
    const late = { timestamps: [NOVEMBER_US + 7n], longs: Float64Array.of(424_242) };
    world.load("cpu.load", { host: "h1" }, late);
    const rewritten = {
      timestamps: [NOVEMBER_US + 3n * MINUTE_US],
      longs: Float64Array.of(-1),
    };
    world.load("cpu.load", { host: "h0" }, rewritten);
    await expectRun(world, 0, "plan");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("late");
    expect(world.hotPoints).toBe(november + 1);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(16 * DAY);
    await expectRun(world, 0, "plan");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(0);
  });
});

describe("flows/c2-hfiles.yaml", () => {
  it("goes from plan to purge, approved by a person", async () => {
    stage = await startHfileWorld();
    const { world, dumps, served } = stage;
    for (const app of ["a1", "a2", "b1"]) {
      world.load("device.temp", { app_id: app }, minutes(50, 1));
      world.load("device.temp", { app_id: app }, minutes(50, 2, 15 * 1440));
    }
    const other = world.hotPoints;
    world.load("other.class", {}, minutes(7));
    const example = readFileSync(join(import.meta.dirname, "../../flows/c2-hfiles.yaml"), "utf8");
    const here = example
      .replace("https://warp10-c2.example.net:8443", world.warp10.url)
      .replace("https://cellar-c2.services.clever-cloud.com", world.cellar.url)
      .replace("/var/lib/warp10/hfdump", dumps)
      .replace("/srv/hfiles", served);
    rmSync(join(world.flows, "world.yaml"));
    writeFileSync(join(world.flows, "c2-hfiles.yaml"), here);
    for (const [name, value] of [
      ["C2_READ_TOKEN", "WORLD_READ"],
      ["C2_DELETE_TOKEN", "WORLD_DELETE"],
      ["C2_PROBE_TOKEN", "WORLD_PROBE"],
      ["C2_HFILES_TOKEN", "WORLD_HFILES"],
      ["CELLAR_ADDON_KEY_ID", world.env.get("KEY_ID") ?? ""],
      ["CELLAR_ADDON_KEY_SECRET", world.env.get("SECRET_KEY") ?? ""],
    ] as const) {
      world.env.set(name, value);
    }
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    expect(keysOf(world, "hfiles-c2/seals/").length).toBeGreaterThanOrEqual(3);
    world.moveClock(16 * DAY);
    const { stderr } = await world.run("approve", "c2-hfiles", "2025-11");
    const digest = /Digest: ([0-9a-f]{8})/.exec(stderr)?.[1] ?? "";
    await expectRun(world, 0, "approve", "c2-hfiles", "2025-11", "--digest", digest);
    // A flow's first purge is one batch.
    for (const step of ["plan", "purge", "plan", "purge"]) await expectRun(world, 0, step);
    expect(other).toBe(300);
    expect(world.hotPoints).toBe(7);
  });
});

describe("the token of the store", () => {
  it("is not needed to archive; without it nothing counts as verified", async () => {
    stage = await startHfileWorld();
    const { world } = stage;
    fill(world);
    world.env.delete("HFILES_TOKEN");
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    await expectRun(world, 12, "verify");
    expect(keysOf(world, "verified/")).toEqual([]);
    // A token that reads hot only: the store refuses it.
    world.env.set("HFILES_TOKEN", "WORLD_DELETE");
    expect((await world.run("verify")).code).not.toBe(0);
    expect(keysOf(world, "verified/")).toEqual([]);
  });
});
