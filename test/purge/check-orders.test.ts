// The gate's checks of time: unit, clocks, age, bounds (design §3, "The gate").
import { describe, expect, test } from "vitest";
import { purgeDigest } from "../../src/flow/digest.ts";
import type { Flow } from "../../src/flow/flow.ts";
import { type CheckLine, type GateCase, type GatePorts, yes } from "../../src/purge/check.ts";
import { checkTime } from "../../src/purge/check-orders.ts";
import type { TimeUnit } from "../../src/warp10/range.ts";
import { at, DAY_MS } from "../support/values.ts";
import { gateCase } from "./cases.ts";

const FROM_MS = at("2025-11-01T00:00:00Z");
const TO_MS = at("2025-12-01T00:00:00Z");
/** Three months after the period's end. */
const DUE_MS = at("2026-03-01T00:00:00Z");
const LAG_MS = 600_000;
const range = { start: BigInt(FROM_MS), end: BigInt(TO_MS - 1) };
const asText = { start: String(range.start), end: String(range.end) };

/** A case of November in ms, as the flow's plan has it. */
function november(said: Partial<GateCase> = {}, unit: TimeUnit = "ms"): GateCase {
  const base = gateCase();
  const { flow = base.flow } = said;
  const value = { ...base.plan.value, unit, range: asText, purgeDigest: purgeDigest(flow) };
  const batch = { ...base.batch, range: asText };
  return { ...base, plan: { ...base.plan, value }, batch, range, ...said };
}

interface Times {
  readonly unit?: TimeUnit;
  readonly hotMs?: number;
  readonly storeMs?: number;
  readonly nowMs?: number;
}

async function timeLines(gate: GateCase, said: Times = {}): Promise<Record<string, CheckLine>> {
  const { unit = "ms", nowMs = DUE_MS, hotMs = nowMs, storeMs = nowMs } = said;
  const ports = {
    hot: { facts: () => Promise.resolve({ timeUnit: unit, dateMs: hotMs }) },
    cold: { nowMs: () => Promise.resolve(storeMs) },
    clock: { now: () => nowMs },
  } as unknown as GatePorts;
  return Object.fromEntries((await checkTime(gate, ports)).map((line) => [line.check, line]));
}

const failing = async (gate: GateCase, said: Times = {}): Promise<string[]> =>
  Object.values(await timeLines(gate, said))
    .filter((line) => !line.ok)
    .map((line) => line.check);

describe("time", () => {
  test("three months after November's end all is well, each line with what it saw", async () => {
    expect(await timeLines(november())).toEqual({
      "time unit": yes("time unit", "ms", "ms"),
      "clocks agree": yes("clocks agree", "0 s apart", "at most 300 s apart"),
      "period is old enough": yes(
        "period is old enough",
        "2026-03-01T00:00:00.000Z",
        "closed for keep-hot, until 2026-03-01T00:00:00.000Z",
      ),
      bounds: yes(
        "bounds",
        `[${range.start}, ${range.end}]`,
        `within [${range.start}, ${range.end}], at most 32 days, past by the lag`,
      ),
    });
  });

  test("another unit than the plan's: no, with both", async () => {
    const lines = await timeLines(november(), { unit: "us" });
    expect(lines["time unit"]).toEqual({
      check: "time unit",
      ok: false,
      outcome: "wait",
      seen: "us",
      needed: "ms",
    });
  });

  test.each([
    ["hot behind", { hotMs: DUE_MS - 300_001 }],
    ["hot ahead", { hotMs: DUE_MS + 300_001 }],
    ["store behind", { storeMs: DUE_MS - 300_001 }],
    ["store ahead", { storeMs: DUE_MS + 300_001 }],
  ])("clocks over five minutes apart: no (%s), and what to do", async (_, said) => {
    const line = (await timeLines(november(), said))["clocks agree"];
    expect(line).toMatchObject({ ok: false, outcome: "wait", seen: "300 s apart" });
    expect(line?.next).toMatch(/set the clock/);
  });

  test("five minutes apart is near enough, whichever way", async () => {
    for (const offMs of [-300_000, 300_000]) {
      expect(await failing(november(), { hotMs: DUE_MS + offMs, storeMs: DUE_MS - offMs })).toEqual(
        [],
      );
    }
  });

  test("a millisecond before keep-hot is over: no, with the date", async () => {
    const line = (await timeLines(november(), { nowMs: DUE_MS - 1 }))["period is old enough"];
    expect(line).toMatchObject({ ok: false, outcome: "wait", earliestMs: DUE_MS });
  });

  test.each<[string, GateCase["range"]]>([
    ["begins before the batch", { start: range.start - 1n, end: range.end }],
    ["ends after the batch", { start: range.start, end: range.end + 1n }],
    ["is reversed", { start: range.end, end: range.start }],
  ])("a range that %s: no", async (_, wrong) => {
    expect(await failing(november({ range: wrong }))).toEqual(["bounds"]);
  });

  test("a range may be one instant, and lie anywhere inside the batch", async () => {
    for (const one of [range.start, range.start + 5n, range.end]) {
      expect(await failing(november({ range: { start: one, end: one } }))).toEqual([]);
    }
  });

  test.each([
    [32, []],
    [33, ["bounds"]],
  ])("a range of %i days", async (days, expected) => {
    const end = range.start + BigInt(days * DAY_MS) - 1n;
    const wide = { start: range.start, end };
    const base = november({ range: wide });
    const batch = { ...base.batch, range: { start: String(wide.start), end: String(end) } };
    const nowMs = DUE_MS + 40 * DAY_MS;
    expect(await failing({ ...base, batch }, { nowMs })).toEqual(expected);
  });

  test("a range that ended less than the ingestion lag ago: no", async () => {
    const keepHot = { months: 0, days: 0, ms: 0 };
    const base = november();
    const flow = { ...base.flow, period: { ...base.flow.period, keepHot } };
    const young = { ...base, flow };
    expect(await failing(young, { nowMs: TO_MS + LAG_MS })).toEqual([]);
    expect(await failing(young, { nowMs: TO_MS + LAG_MS - 1 })).toEqual(["bounds"]);
  });

  test("an accepted risk has no lag; the range lies in the past all the same", async () => {
    const base = november();
    const writeFence = { kind: "accept-risk", reason: "a test" } as const;
    const keepHot = { months: 0, days: 0, ms: 0 };
    const period = { ...base.flow.period, keepHot };
    const flow: Flow = { ...base.flow, period, purge: { ...base.flow.purge, writeFence } };
    expect(await failing({ ...base, flow }, { nowMs: TO_MS })).toEqual([]);
    const early = await failing({ ...base, flow }, { nowMs: TO_MS - 1 });
    expect(early).toContain("bounds");
  });

  test("in microseconds the same month has a thousand times the units", async () => {
    const us = { start: range.start * 1000n, end: (range.end + 1n) * 1000n - 1n };
    const text = { start: String(us.start), end: String(us.end) };
    const base = november({}, "us");
    const plan = { ...base.plan, value: { ...base.plan.value, range: text } };
    const gate = { ...base, plan, batch: { ...base.batch, range: text }, range: us };
    expect(await failing(gate, { unit: "us" })).toEqual([]);
    expect(await failing(gate, { unit: "us", nowMs: DUE_MS - 1 })).toEqual([
      "period is old enough",
    ]);
  });
});
