// The whole way with a fault proxy before both servers: every act of the proxy at every kind of
// request, then scripts drawn from seeds. Nothing is lost meanwhile; when the faults end, the
// period closes. What no HTTP client can see is caught above HTTP.
import { afterEach, describe, expect, it } from "vitest";
import type { FaultProxy } from "../../sim/proxy/proxy.ts";
import { type Act, drawScript } from "../../sim/proxy/script.ts";
import type { World } from "../../sim/world.ts";
import { type Proxied, startProxied } from "../support/proxied.ts";
import { START } from "../support/november.ts";
import {
  expectCloses,
  expectNothingLost,
  expectRun,
  fill,
  GRACE_OVER,
  hotPoints,
  keysOf,
} from "../support/stage.ts";

let proxied: Proxied;
afterEach(async () => proxied.close());

async function begin(series = 2): Promise<{ world: World; before: Set<string> }> {
  proxied = await startProxied({ startMs: START });
  const { world } = proxied;
  fill(world, series);
  return { world, before: hotPoints(world) };
}

/** The steps of one period, its grace between; whatever they say, nothing may be lost. */
async function stepThrough(world: World, before: ReadonlySet<string>): Promise<void> {
  for (const step of ["plan", "archive", "verify"]) await world.run(step);
  world.moveClock(GRACE_OVER);
  for (const step of ["plan", "purge"]) await world.run(step);
  await expectNothingLost(world, before);
}

const ACTS: readonly Act[] = [
  { kind: "cut", at: "head", by: "fin" },
  { kind: "cut", at: "chunk-size", by: "rst" },
  { kind: "cut", at: "last-chunk", by: "fin" },
  { kind: "stall", at: "chunk" },
  { kind: "drip", bytes: 400, everyMs: 1 },
  { kind: "slice", bytes: 5 },
  { kind: "swallow", by: "rst" },
  { kind: "forget", by: "fin" },
  { kind: "cut-request", at: 10 },
  { kind: "twice" },
  { kind: "redirect", to: "http://127.0.0.1:9/elsewhere" },
  { kind: "answer", status: 200, type: "text/plain", body: "# ERROR: broken\n", arrives: true },
  { kind: "answer", status: 200, type: "application/xml", body: "<Error><Code>X</Code></Error>" },
  { kind: "close-idle", by: "fin" },
];

/** A kind of request, and the acts that strike it; all of them where nothing is said. */
interface Where {
  readonly of: "hot" | "store";
  readonly path: RegExp;
  readonly method?: string;
  readonly after?: number;
  readonly acts?: readonly Act[];
}

/** A probe and a delete are silent for as long as the server works: too long for a test. */
const SPEAKING = ACTS.filter((act) => act.kind !== "stall");

const PLACES: readonly Where[] = [
  { of: "hot", path: /find/ },
  { of: "hot", path: /fetch/ },
  { of: "hot", path: /exec/, after: 1 },
  { of: "hot", path: /update/, acts: SPEAKING },
  { of: "hot", path: /delete/, acts: SPEAKING },
  { of: "store", method: "PUT", path: /points-/ },
  { of: "store", method: "PUT", path: /\/seals\// },
  { of: "store", method: "PUT", path: /\/intents\// },
  { of: "store", method: "GET", path: /points-/ },
  { of: "store", method: "GET", path: /^\/metrics-cold\/?$/, after: 5 },
];

describe.each(PLACES)("$of $method $path", ({ of, acts = ACTS, ...when }) => {
  it("every act of the proxy: nothing is lost, and it goes on", async () => {
    const { world, before } = await begin(acts.length);
    const proxy: FaultProxy = proxied[of];
    proxy.faults.push(...acts.map((act) => ({ ...when, act })));
    for (let i = 0; i < 12 && proxy.faults.struck.length < acts.length; i++) {
      await stepThrough(world, before);
    }
    expect(proxy.faults.struck.map((f) => f.act)).toEqual(acts);
    await expectCloses(world, before);
  });
});

/** Faults that a plain connection may do to any message, and that TLS does not turn into others. */
const DRAWN: readonly Act["kind"][] = [
  "cut",
  "stall",
  "drip",
  "slice",
  "swallow",
  "forget",
  "cut-request",
  "twice",
  "redirect",
  "answer",
  "close-idle",
];

describe("scripts drawn from seeds", () => {
  it.each([1, 2, 3])("seed %i: nothing is lost, and the period closes", async (seed) => {
    const { world, before } = await begin(3);
    proxied.hot.faults.push(
      ...drawScript(
        seed,
        12,
        60,
        DRAWN.filter((kind) => kind !== "stall"),
      ),
    );
    proxied.store.faults.push(...drawScript(seed + 1_000, 12, 150, DRAWN));
    for (let i = 0; i < 3; i++) await stepThrough(world, before);
    expect(proxied.hot.faults.struck.length + proxied.store.faults.struck.length).toBeGreaterThan(
      5,
    );
    proxied.calm();
    await expectCloses(world, before);
  });
});

describe("what no HTTP client can see", () => {
  it("an export that lacks lines: verify finds them in hot, and they are archived", async () => {
    const { world, before } = await begin(1);
    proxied.hot.faults.push({ path: "/api/v0/fetch", act: { kind: "thin", lines: 4 } });
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    expect(proxied.hot.faults.struck).toHaveLength(1);
    expect((await world.run("verify")).stdout).toContain("late");
    world.moveClock(GRACE_OVER);
    for (const step of ["plan", "purge"]) await world.run(step);
    expect(hotPoints(world)).toEqual(before);
    await expectCloses(world, before);
  });

  it("an export that ends within a line: its reader refuses it", async () => {
    const { world, before } = await begin(1);
    const act = { kind: "shorten", bytes: 3 } as const;
    proxied.hot.faults.push({ path: "/api/v0/fetch", times: 3, act });
    await expectRun(world, 0, "plan");
    const { code, stdout } = await world.run("archive");
    expect({ code, stdout }).toMatchObject({ code: 3, stdout: expect.stringMatching(/line 20/) });
    expect(keysOf(world, "seals/")).toEqual([]);
    await expectCloses(world, before);
  });

  it("a gate's read that lacks lines: the count over the other path differs", async () => {
    const { world, before } = await begin(1);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    proxied.hot.faults.push({ path: "/api/v0/fetch", act: { kind: "thin", lines: 4 } });
    const { document } = await world.json("purge");
    expect(JSON.stringify(document)).toMatch(/hot read is complete.*"outcome":"retry"/);
    expect(hotPoints(world)).toEqual(before);
    await expectCloses(world, before);
  });

  it("a turned bit in an object that is read back: its SHA-256 is another", async () => {
    const { world, before } = await begin(1);
    proxied.store.faults.push({
      method: "GET",
      path: /points-/,
      act: { kind: "flip", of: "answer", at: 100 },
    });
    await expectRun(world, 0, "plan");
    await world.run("archive");
    expect(proxied.store.faults.struck).toHaveLength(1);
    await expectCloses(world, before);
  });

  it("a turned bit in an object on its way up: the store refuses what was not signed", async () => {
    const { world, before } = await begin(1);
    const act = { kind: "flip", of: "request", at: 100 } as const;
    proxied.store.faults.push({ method: "PUT", path: /points-/, act });
    await expectRun(world, 0, "plan");
    await expectRun(world, 0, "archive");
    expect(proxied.store.faults.struck).toHaveLength(1);
    await expectCloses(world, before);
  });
});
