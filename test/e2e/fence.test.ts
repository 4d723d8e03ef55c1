// The write fence is probed, not believed: what is accepted, unknown, stale or missing refuses the
// purge.
import { afterEach, describe, expect, it } from "vitest";
import { WORLD_TOKENS, type World } from "../../sim/world.ts";
import { DAY } from "../support/november.ts";
import {
  expectConverges,
  expectRun,
  hotPoints,
  keysOf,
  purgeable,
  purgeSays,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const CANARY = "cellarman.canary";
const canaries = (): number => [...hotPoints(world)].filter((p) => p.includes(CANARY)).length;
const flowWith = (fence: string): string =>
  ["period: { first: 2025-11 }", `purge: { mode: automatic, write-fence: ${fence} }`].join("\n");

describe("a fence that is not in force", () => {
  it("takes the canary: no purge; the hint names the setting and the deletion", async () => {
    world = await purgeable({ maxPastMs: null });
    const points = world.hotPoints;
    const said = await purgeSays(world);
    expect(said).toMatchObject({ exit: 0, outcome: "wait", failed: "write fence" });
    expect(said.note).toContain("ingress.maxpast.override");
    expect(said.note).toContain(String(45 * DAY));
    expect(said.note).toContain("$PROBE_TOKEN");
    expect(keysOf(world, "fences/")).toEqual([]);
    expect(keysOf(world, "intents/")).toEqual([]);
    expect(canaries()).toBe(1);
    expect(world.hotPoints).toBe(points + 1);
    await deleteAsTold(said.note);
    expect(canaries()).toBe(0);
    expect(world.hotPoints).toBe(points);
    world.warp10.configure({ maxPastOverrideMs: 45 * DAY });
    await expectConverges(world);
  });

  it("is shorter than the server's: a point of the period's last instant would pass", async () => {
    world = await purgeable({ maxPastMs: 400 * DAY });
    expect(await purgeSays(world)).toMatchObject({ outcome: "wait", failed: "write fence" });
    expect(keysOf(world, "intents/")).toEqual([]);
  });

  it("is taken down between the two probes: refused at the second", async () => {
    world = await purgeable();
    await world.run("purge", "--dry-run");
    world.warp10.faults.push({
      kind: "call",
      path: "/api/v0/update",
      after: 1,
      run: () => world.warp10.configure({ maxPastOverrideMs: undefined }),
    });
    expect(await purgeSays(world)).toMatchObject({ outcome: "wait", failed: "write fence" });
    expect(keysOf(world, "fences/")).toHaveLength(1);
    expect(keysOf(world, "intents/")).toEqual([]);
    expect(world.hotPoints).toBe(61);
  });
});

/** Sends the call that the hint gives, as a shell would. */
async function deleteAsTold(note: string): Promise<void> {
  const call = /curl -H "X-Warp10-Token: \$(\w+)"((?: --data-urlencode '[^']*')+) (\S+)/.exec(note);
  const [, variable = "", data = "", url = ""] = call ?? [];
  const body = new URLSearchParams();
  for (const [, name = "", value = ""] of data.matchAll(/'(\w+)=([^']*)'/g))
    body.append(name, value);
  const headers = { "X-Warp10-Token": world.env.get(variable) ?? "" };
  const answer = await fetch(url, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain(CANARY);
}

describe("a fence that cannot be told", () => {
  it("no probe token: no purge, naming the variable", async () => {
    world = await purgeable();
    world.env.delete("PROBE_TOKEN");
    const { document } = await world.json("purge");
    expect(JSON.stringify(document)).toContain("set PROBE_TOKEN");
    expect(keysOf(world, "intents/")).toEqual([]);
  });

  it("a probe token that is unknown: no purge", async () => {
    world = await purgeable();
    world.env.set("PROBE_TOKEN", "no-such-token");
    expect(await purgeSays(world)).toMatchObject({ outcome: "wait", failed: "write fence" });
    expect(keysOf(world, "fences/")).toEqual([]);
  });

  it.each([503, 500, 403])("an ingress that answers %i: unknown is not refused", async (status) => {
    world = await purgeable();
    world.warp10.faults.push({
      kind: "status503",
      status,
      path: "/api/v0/update",
      times: Infinity,
    });
    expect(await purgeSays(world)).toMatchObject({ outcome: "wait", failed: "write fence" });
    expect(keysOf(world, "fences/")).toEqual([]);
    world.warp10.faults.clear();
    await expectConverges(world);
  });

  it("one of two ingress addresses does not answer: no purge, naming it", async () => {
    world = await purgeable();
    const fence = `{ max-past: P45D, probe: [${world.warp10.url}, "http://127.0.0.1:1"] }`;
    await world.writeFlow("world", flowWith(fence));
    const said = await purgeSays(world);
    expect(said).toMatchObject({ outcome: "wait", failed: "write fence" });
    expect(said.note).toContain("127.0.0.1:1");
    expect(keysOf(world, "fences/")).toEqual([]);
  });

  it("a 200 that dropped the point in silence speaks for nothing without a look", async () => {
    world = await purgeable();
    const { WORLD_PROBE } = WORLD_TOKENS;
    const attributes = { ...WORLD_PROBE.attributes, ".ignoor": "true" };
    world.warp10.tokens.set("WORLD_PROBE", { ...WORLD_PROBE, attributes });
    expect(await purgeSays(world)).toMatchObject({ outcome: "wait", failed: "write fence" });
    expect(keysOf(world, "intents/")).toEqual([]);
  });
});

describe("a fence in force", () => {
  it("is probed twice, a lag apart; the canary is in no store", async () => {
    world = await purgeable();
    await expectRun(world, 0, "purge");
    const probes = world.warp10.requests.filter((r) => r.path === "/api/v0/update");
    expect(probes.map((r) => r.status)).toEqual([400, 400]);
    expect((probes[1]?.atMs ?? 0) - (probes[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(600_000);
    expect(canaries()).toBe(0);
  });

  it("that was probed too long ago is probed twice again", async () => {
    world = await purgeable();
    world.warp10.faults.push({ kind: "status503", path: "/api/v0/fetch", times: Infinity });
    expect(await purgeSays(world)).toMatchObject({ outcome: "retry" });
    world.warp10.faults.clear();
    world.moveClock(2 * DAY);
    await expectRun(world, 0, "plan");
    world.warp10.requests.length = 0;
    expect(await purgeSays(world)).toMatchObject({ outcome: "purged" });
    expect(world.warp10.requests.filter((r) => r.path === "/api/v0/update")).toHaveLength(2);
  });

  it("with the risk accepted in writing nothing is probed", async () => {
    world = await purgeable({ flow: flowWith("{ accept-risk: nobody writes here any more }") });
    expect(await purgeSays(world)).toMatchObject({ outcome: "purged" });
    expect(world.warp10.requests.some((r) => r.path === "/api/v0/update")).toBe(false);
  });
});
