// Tokens that are wrong, and selections that are not what they seem: a clear error or a hold, and
// nothing deleted.
import { afterEach, describe, expect, it } from "vitest";
import { WORLD_TOKENS, type World } from "../../sim/world.ts";
import { START } from "../support/november.ts";
import {
  expectConverges,
  expectNothingLost,
  expectRun,
  failure,
  hotPoints,
  keysOf,
  minutes,
  purgeable,
  purgeSays,
  recordOf,
  staged,
  STRANGER,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const { WORLD_READ, WORLD_DELETE } = WORLD_TOKENS;

describe("a read token that is wrong", () => {
  it("is unknown to the server: exit 12, nothing is written", async () => {
    world = await staged();
    world.env.set("READ_TOKEN", "no-such-token");
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 12, code: "not-authorised" });
    expect(said.hint).toContain("doctor");
    expect(keysOf(world)).toEqual([]);
  });

  it("is expired: exit 12 on every step that reads hot", async () => {
    world = await staged();
    await expectRun(world, 0, "plan");
    world.warp10.tokens.set("WORLD_READ", { ...WORLD_READ, expiry: START - 1 });
    expect(await failure(world, "plan", "--period", "2025-11")).toMatchObject({ exit: 0 });
    const archive = await world.json("archive");
    expect(archive.code).toBe(12);
    expect(JSON.stringify(archive.document)).toContain('"code":"not-authorised"');
    expect(keysOf(world, "seals/")).toEqual([]);
    world.warp10.tokens.set("WORLD_READ", WORLD_READ);
    await expectConverges(world);
  });

  it("is a write token: exit 12", async () => {
    world = await staged();
    world.env.set("READ_TOKEN", "WORLD_DELETE");
    expect(await failure(world, "plan")).toMatchObject({ exit: 12, code: "not-authorised" });
  });

  it("is not set: exit 12, naming the variable", async () => {
    world = await staged();
    world.env.delete("READ_TOKEN");
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 12, code: "not-authorised" });
    expect(said.message).toContain("READ_TOKEN");
  });

  it("is of a foreign owner: held, never a verified nothing that authorises", async () => {
    world = await staged();
    const before = hotPoints(world);
    world.warp10.tokens.set("STRANGERS", { ...WORLD_READ, owner: STRANGER, owners: [STRANGER] });
    world.env.set("READ_TOKEN", "STRANGERS");
    await expectRun(world, 0, "plan");
    const [hold = ""] = keysOf(world, "holds/");
    expect(recordOf(world, hold)).toMatchObject({ by: "tool" });
    expect(String(recordOf(world, hold)["reason"])).toContain("no series");
    for (const step of ["archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(16 * 86_400_000);
    await expectRun(world, 0, "plan");
    await expectRun(world, 0, "purge");
    expect(hotPoints(world)).toEqual(before);
    // With the right token the same plan has no group that holds them: a person replans.
    world.env.set("READ_TOKEN", "WORLD_READ");
    await expectRun(world, 0, "replan", "world", "2025-11", "--reason", "foreign token");
    await expectRun(world, 0, "lift", "world", hold, "--reason", "right token now");
    await expectConverges(world, before);
  });
});

describe("a delete token that is wrong", () => {
  it("is a read token: refused at the dry run, nothing is deleted", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.env.set("DELETE_TOKEN", "WORLD_READ");
    expect(await purgeSays(world)).toMatchObject({
      exit: 3,
      outcome: "retry",
      failed: "series of delete and read",
    });
    expect(hotPoints(world)).toEqual(before);
    expect(keysOf(world, "intents/")).toEqual([]);
    world.env.set("DELETE_TOKEN", "WORLD_DELETE");
    await expectConverges(world, before);
  });

  it("is expired or .nodelete: the server's refusal is shown, nothing is deleted", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.warp10.tokens.set("WORLD_DELETE", { ...WORLD_DELETE, expiry: START });
    expect((await purgeSays(world)).note).toContain("Token Expired");
    const attributes = { ".expose": "true", ".nodelete": "true" };
    world.warp10.tokens.set("WORLD_DELETE", { ...WORLD_DELETE, attributes });
    expect((await purgeSays(world)).note).toContain("cannot be used for deletions");
    expect(hotPoints(world)).toEqual(before);
  });

  it("is not set: exit 12, naming the variable", async () => {
    world = await purgeable();
    world.env.delete("DELETE_TOKEN");
    const said = await failure(world, "purge");
    expect(said).toMatchObject({ exit: 12, code: "not-authorised" });
    expect(said.message).toContain("DELETE_TOKEN");
  });

  it("sees another producer's series that the read token does not list: refused", async () => {
    world = await staged();
    world.warp10.tokens.set("WORLD_READ", { ...WORLD_READ, producers: [WORLD_READ.owner] });
    const name = { className: "cpu.load", labels: { host: "other" }, producer: STRANGER };
    const hidden = { ...name, owner: WORLD_READ.owner, application: "metrics" };
    world.warp10.store.load(hidden, minutes(5));
    const before = hotPoints(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(16 * 86_400_000);
    await expectRun(world, 0, "plan");
    const said = await purgeSays(world);
    expect(said).toMatchObject({ exit: 0, outcome: "wait", failed: "series of delete and read" });
    expect(said.note).toContain("which the read token does not list");
    expect(hotPoints(world)).toEqual(before);
  });

  it("does not expose what the read token exposes: refused", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.warp10.tokens.set("WORLD_DELETE", { ...WORLD_DELETE, attributes: {} });
    const said = await purgeSays(world);
    expect(said).toMatchObject({ exit: 0, outcome: "wait", failed: "series of delete and read" });
    expect(hotPoints(world)).toEqual(before);
  });
});

describe("a selection that is not what it seems", () => {
  it("matches nothing: the plan is held and says why", async () => {
    world = await staged();
    const none = ["period: { first: 2025-11 }", "purge: { mode: never }"].join("\n");
    await world.writeFlow("world", none);
    const { readFile, writeFile } = await import("node:fs/promises");
    const file = `${world.flows}/world.yaml`;
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("regex: '.*'", "regex: 'nothing\\..*'"));
    const said = await expectRun(world, 0, "plan");
    expect(said.stderr).toContain("is held: the plan has no series");
    expect(keysOf(world, "holds/period/world/2025-11/")).toHaveLength(1);
    await expectRun(world, 0, "archive");
    expect(world.hotPoints).toBe(60);
  });

  it("has another unit than the flow says: exit 4 and no plan", async () => {
    world = await staged();
    const { readFile, writeFile } = await import("node:fs/promises");
    const file = `${world.flows}/world.yaml`;
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("source:", "source:\n  time-unit: ns"));
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 4, code: "mismatch" });
    expect(said.message).toContain("counts in us");
    expect(keysOf(world, "plans/")).toEqual([]);
  });

  it("has another unit than the plan: no fetch is believed, no purge begins", async () => {
    world = await purgeable();
    const before = hotPoints(world);
    world.warp10.configure({ unit: "ms" });
    expect(await purgeSays(world)).toMatchObject({ outcome: "wait", failed: "time unit" });
    expect(hotPoints(world)).toEqual(before);
  });

  it("holds two producers' series that print alike: refused with the way out", async () => {
    world = await staged();
    const { ".expose": _, ...hiding } = WORLD_READ.attributes;
    world.warp10.tokens.set("WORLD_READ", { ...WORLD_READ, attributes: hiding });
    const twin = { className: "cpu.load", labels: { host: "h0" }, producer: STRANGER };
    world.warp10.store.load(
      { ...twin, owner: WORLD_READ.owner, application: "metrics" },
      minutes(5, 7, 40),
    );
    const before = hotPoints(world);
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 4, code: "mismatch" });
    expect(said.hint).toContain(".expose");
    expect(keysOf(world, "plans/")).toEqual([]);
    world.warp10.tokens.set("WORLD_READ", WORLD_READ);
    await expectConverges(world, before);
  });

  it("gets such a twin after the plan: the attempt fails, nothing is sealed", async () => {
    world = await staged();
    const { ".expose": _, ...hiding } = WORLD_READ.attributes;
    world.warp10.tokens.set("WORLD_READ", { ...WORLD_READ, attributes: hiding });
    await expectRun(world, 0, "plan");
    const twin = { className: "cpu.load", labels: { host: "h0" }, producer: STRANGER };
    world.warp10.store.load(
      { ...twin, owner: WORLD_READ.owner, application: "metrics" },
      minutes(5, 7, 40),
    );
    expect((await expectRun(world, 3, "archive")).stdout).toContain("are listed as the same");
    expect(keysOf(world, "seals/")).toEqual([]);
    await expectNothingLost(world, hotPoints(world));
  });
});
