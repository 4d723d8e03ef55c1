// What is left after a delete is counted until it is zero or time is out; no answer is no zero, and
// a recount that did not end stops the server for all (design §3, "The delete and after").
import { describe, expect, test } from "vitest";
import { recordRecount, recount, recountOnce, stalledRecount } from "../../src/purge/recount.ts";
import type { GateCase, GatePorts } from "../../src/purge/check.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { fakeHot, type Held } from "../support/fake-hot.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { gateCase } from "./cases.ts";
import { series } from "./series.ts";

const WAIT_MS = 60_000;

/** A hot store of which each sleep takes `perSleep` points away; the clock moves by sleeping. */
function leaving(points: number, perSleep: number) {
  const held: Held = [
    {
      series: series("a"),
      points: Array.from({ length: points }, (_, i) => ({ timestamp: BigInt(i), value: 1n })),
    },
  ];
  const slept: number[] = [];
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    sleep: (ms: number) => {
      slept.push(ms);
      nowMs += ms;
      held[0]?.points.splice(0, perSleep);
      return Promise.resolve();
    },
  };
  return { slept, ports: { hot: fakeHot(held), clock } as unknown as GatePorts };
}

const gate = gateCase();
const range = gate.range;
const counted = (ports: GatePorts, said: Partial<GateCase> = {}) =>
  recount({ ...gate, ...said }, ports, range);

describe("a recount", () => {
  test("is zero at once where nothing is left", async () => {
    const { ports, slept } = leaving(0, 0);
    expect(await counted(ports)).toEqual({ outcome: "zero" });
    expect(slept).toEqual([]);
  });

  test("is repeated until zero: some servers delete later", async () => {
    const { ports, slept } = leaving(3, 1);
    expect(await counted(ports)).toEqual({ outcome: "zero" });
    expect(slept).toEqual([5_000, 5_000, 5_000]);
  });

  test("says what is left when its time is over", async () => {
    const { ports, slept } = leaving(3, 0);
    expect(await counted(ports)).toEqual({ outcome: "left", points: 3n });
    expect(slept).toHaveLength(WAIT_MS / 5_000);
  });

  test("counts what lies in the range alone", async () => {
    const { ports } = leaving(5, 0);
    expect(await recountOnce(gate, ports, { start: 3n, end: 3n })).toEqual({
      outcome: "left",
      points: 1n,
    });
  });

  test("that fails is no answer, not zero, and is not repeated", async () => {
    const { ports, slept } = leaving(0, 0);
    const fails = (): never => {
      throw new CellarmanError("stalled", "it crawls");
    };
    const failing = { ...ports, hot: { ...ports.hot, fetch: fails } };
    expect(await counted(failing)).toEqual({ outcome: "no-answer", reason: "it crawls" });
    expect(slept).toEqual([]);
    const reason = new Error("stop");
    await expect(counted(failing, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test("is asked for within its own deadline", async () => {
    const { ports } = leaving(0, 0);
    const asked: unknown[] = [];
    const fetch: typeof ports.hot.fetch = (selector, at, limits) => {
      asked.push(limits?.deadlineMs);
      return ports.hot.fetch(selector, at, limits);
    };
    await counted({ ...ports, hot: { ...ports.hot, fetch } });
    expect(asked).toEqual([gate.limits.recountMs]);
  });
});

describe("a recount that did not end in time", () => {
  test("stops the server until one ends, whatever it counts; the newest counts", async () => {
    const cold = memoryCold();
    const { server } = gate.plan.value;
    expect(await stalledRecount(cold, server)).toBeUndefined();
    await recordRecount(gate, cold, false);
    expect(await stalledRecount(cold, server)).toMatchObject({ batch: gate.at.batch });
    expect(await stalledRecount(cold, "https://other.example.net")).toBeUndefined();
    await recordRecount(gate, cold, true);
    expect(await stalledRecount(cold, server)).toBeUndefined();
    await recordRecount(gate, cold, false);
    expect(await stalledRecount(cold, server)).toMatchObject({ inTime: false });
  });
});
