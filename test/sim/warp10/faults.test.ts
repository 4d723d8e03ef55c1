import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { FaultPlan } from "../../../sim/faults.ts";
import type { FaultWhen } from "../../../sim/faults.ts";
import type { Warp10Sim } from "../../../sim/warp10/server.ts";
import { NAMED, ask, staged } from "./stage.ts";

const POINTS = 20_000;
const ALL = { selector: "c{}", start: "0", end: "99999999", showerrors: "true" };

function load(sim: Warp10Sim, series = 1): void {
  for (let i = 0; i < series; i++) {
    sim.store.load(
      { className: "c", labels: { i: String(i) }, ...NAMED },
      {
        base: 1n,
        offsets: Float64Array.from({ length: POINTS }, (_, k) => k),
        longs: new Float64Array(POINTS),
      },
    );
  }
}
const fetch = (sim: Warp10Sim, query: Record<string, string> = ALL) =>
  ask(sim, "fetch", { token: "READ", query });
const lines = (text: string): number => text.split("\n").length - 1;

test("a fault strikes when it is due, as often as it says, and is put on record", () => {
  const plan = new FaultPlan<FaultWhen & { name: string }>(7);
  plan.push({ name: "a", path: "/x", after: 1, times: 2 }, { name: "b", path: /y$/ });
  const struck = ["/x", "/z", "/x", "/x", "/x", "/y", "/y"].map((path) => plan.take(path)?.name);
  expect(struck).toEqual([undefined, undefined, "a", "a", undefined, "b", undefined]);
  expect(plan.struck.map((f) => f.name)).toEqual(["a", "a", "b"]);
});

test("chances are seeded", () => {
  const run = (seed: number): boolean[] => {
    const plan = new FaultPlan<FaultWhen>(seed);
    plan.push({ chance: 0.5, times: Infinity });
    return Array.from({ length: 64 }, () => plan.take("/") !== undefined);
  };
  expect(run(3)).toEqual(run(3));
  expect(run(3)).not.toEqual(run(4));
  expect(run(3).filter(Boolean).length).toBeGreaterThan(16);
});

test("cut and reset break the chunked body where they say", () =>
  staged(async (sim) => {
    load(sim);
    for (const kind of ["cut", "reset"] as const) {
      sim.faults.push({ path: "/api/v0/fetch", kind, bytes: 50_000 });
      const broken = await fetch(sim);
      expect(broken.status).toBe(200);
      expect(broken.broken).toBeDefined();
      expect(broken.bytes.length).toBeLessThanOrEqual(50_000);
      const whole = await fetch(sim);
      expect(whole.broken).toBeUndefined();
      expect(lines(whole.text)).toBe(POINTS);
    }
    sim.faults.push({ kind: "reset" });
    await expect(fetch(sim)).rejects.toThrow(/ECONNRESET|socket hang up/);
  }));

test("cleanEnd is a 200 with data missing; errorTrailer says so, if it was asked to", () =>
  staged(async (sim) => {
    load(sim);
    const { showerrors: _, ...quiet } = ALL;
    sim.faults.push(
      { kind: "cleanEnd", bytes: 60_000 },
      { kind: "errorTrailer", bytes: 60_000, times: 2 },
    );
    for (const [query, trailer] of [
      [ALL, false],
      [ALL, true],
      [quiet, false],
    ] as const) {
      const reply = await fetch(sim, query);
      expect([reply.status, reply.broken]).toEqual([200, undefined]);
      expect(lines(reply.text)).toBeLessThan(POINTS);
      expect(reply.text.endsWith("\n")).toBe(true);
      expect(/\n\n# ERROR: [^\n]+\n$/.test(reply.text)).toBe(trailer);
    }
    expect(sim.requests.map((r) => r.fault)).toEqual(["cleanEnd", "errorTrailer", "errorTrailer"]);
  }));

test("thin leaves out points and nothing else", () =>
  staged(async (sim) => {
    load(sim);
    sim.faults.push({ kind: "thin", every: 100 });
    const { text, status } = await fetch(sim);
    expect(status).toBe(200);
    expect(lines(text)).toBe(POINTS - POINTS / 100);
    expect(sim.counters.fetchPoints).toBe(POINTS);
  }));

test("listings lack series, or have more", () =>
  staged(async (sim) => {
    load(sim, 3);
    const find = () => ask(sim, "find", { token: "READ", query: { selector: "c{}" } });
    sim.faults.push(
      { path: "/api/v0/find", kind: "missingLines", count: 2 },
      { path: "/api/v0/find", kind: "shortList", count: 2 },
      { path: "/api/v0/find", kind: "extraLines", lines: ["ghost{}"] },
    );
    expect([lines((await find()).text), lines((await find()).text)]).toEqual([1, 2]);
    const more = await find();
    expect(more.text.split("\n").slice(3)).toEqual(["ghost{}", ""]);
    const query = { selector: "c{}", start: "0", end: "9" };
    sim.faults.push({ path: "/api/v0/delete", kind: "missingLines" });
    const deleted = await ask(sim, "delete", { token: "DELETE", query });
    expect(lines(deleted.text)).toBe(2);
    expect(sim.counters.deletedPoints).toBe(27);
  }));

test("a lost answer's effect stays", () =>
  staged(async (sim) => {
    load(sim);
    sim.faults.push({ path: "/api/v0/delete", kind: "lostAnswer" });
    const query = { selector: "c{}", start: "0", end: "5" };
    await expect(ask(sim, "delete", { token: "DELETE", query })).rejects.toThrow(
      /hang up|ECONNRESET/,
    );
    expect(sim.store.points).toBe(POINTS - 5);
  }));

test("503 does nothing; a stall is silent, then goes on; slow drips; call runs first", () =>
  staged(async (sim) => {
    load(sim);
    sim.faults.push({ kind: "status503" });
    const query = { selector: "c{}", start: "0", end: "5" };
    expect((await ask(sim, "delete", { token: "DELETE", query })).status).toBe(503);
    expect(sim.store.points).toBe(POINTS);

    sim.faults.push({ kind: "stall", bytes: 40_000, ms: 300 });
    const started = performance.now();
    expect(lines((await fetch(sim)).text)).toBe(POINTS);
    expect(performance.now() - started).toBeGreaterThan(280);

    sim.faults.push({ kind: "slow", bytesPerSecond: 1_000 });
    const slow = fetch(sim, { ...ALL, end: "30" });
    expect(await Promise.race([slow.then(() => "done"), sleep(100, "dripping")])).toBe("dripping");
    expect(lines((await slow).text)).toBe(30);

    sim.faults.push({ kind: "call", run: () => load(sim, 2) });
    expect(lines((await fetch(sim)).text)).toBe(2 * POINTS);
  }));

test("the log tells parameters, points and scripts, and no token", () =>
  staged(async (sim) => {
    load(sim);
    await ask(sim, "fetch", { query: { ...ALL, end: "100", token: "READ" } });
    const [entry] = sim.requests;
    expect(entry).toMatchObject({ path: "/api/v0/fetch", status: 200, points: 100 });
    expect(entry?.params).toEqual({ ...ALL, end: "100" });
    await ask(sim, "exec", {
      body: "1 2 +",
      headers: { "X-Any": "READ", "X-Warp10-Capabilities": "READ" },
    });
    expect(sim.requests[1]?.script).toBe("1 2 +");
    expect(JSON.stringify(sim.requests[1]?.headers)).not.toContain("READ");
  }));
