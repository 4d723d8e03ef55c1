// How the gate reads hot: its limits, and when a count does not confirm what was read.
import { beforeEach, expect, test } from "vitest";
import type { ReadLimits } from "../../src/warp10/hot.ts";
import { gateWorld, type GateWorld } from "./gate-world.ts";

let world: GateWorld;
beforeEach(async () => {
  world = await gateWorld();
});

test("reads of hot have the gate's deadline, no stall limit, and the caller's signal", async () => {
  const asked: (ReadLimits | undefined)[] = [];
  const { hot } = world.ports;
  const fetch: typeof hot.fetch = (selector, range, limits) => {
    asked.push(limits);
    return hot.fetch(selector, range, limits);
  };
  const count: typeof hot.count = (selector, range, limits) => {
    asked.push(limits);
    return hot.count(selector, range, limits);
  };
  world.ports = { ...world.ports, hot: { ...hot, fetch, count } };
  await world.judge();
  expect(asked).toEqual([{ deadlineMs: 840_000 }, { deadlineMs: 840_000 }]);
  const { signal } = new AbortController();
  world.gate = { ...world.gate, signal };
  await world.judge();
  expect(asked.slice(2)).toEqual([
    { deadlineMs: 840_000, signal },
    { deadlineMs: 840_000, signal },
  ]);
});

test("a hot read that is not confirmed says both counts", async () => {
  const { hot } = world.ports;
  const counted = { series: 1n, points: 3n };
  world.ports = { ...world.ports, hot: { ...hot, count: () => Promise.resolve(counted) } };
  const { lines } = await world.judge();
  expect(lines.at(-1)).toEqual({
    check: "hot read is complete",
    ok: false,
    outcome: "retry",
    seen: "read 2 points of 1 series, counted 3 of 1",
    needed: "the same by both ways",
  });
});
