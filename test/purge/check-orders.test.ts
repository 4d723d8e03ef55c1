// The gate's checks that read no points: unit, clocks, age, bounds, the flow on the default branch
// now, the policy, the list (design §3, "The gate").
import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../src/flow/policy.ts";
import { purgeDigest } from "../../src/flow/digest.ts";
import type { Flow } from "../../src/flow/flow.ts";
import type { Forge } from "../../src/forge/forge.ts";
import type { CheckLine, GateCase, GatePorts } from "../../src/purge/check.ts";
import { checkFlowNow, checkHolds, checkList, checkTime } from "../../src/purge/check-orders.ts";
import { holdKey } from "../../src/ledger/keys.ts";
import type { TimeUnit } from "../../src/warp10/range.ts";
import { edited, flowOf, GOOD } from "../flow/flows.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { at, DAY_MS, hexId } from "../support/values.ts";
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

const yes = (check: string, seen: string, needed: string): CheckLine => ({
  check,
  ok: true,
  outcome: "go",
  seen,
  needed,
});

/** A default branch with these files. */
function branchOf(files: Readonly<Record<string, string>>): Forge {
  const fileNow = (path: string) => Promise.resolve(files[path]);
  return {
    branch: "main",
    pathInside: (file) => Promise.resolve(file),
    fileAsFetched: fileNow,
    fileNow,
  };
}

const FILE = "flows/metrics.yaml";
const POLICY = "flows/policy.yaml";
const onBranch = (files: Readonly<Record<string, string>>, said: Partial<GateCase> = {}) =>
  checkFlowNow(november(said), { forge: branchOf(files) } as unknown as GatePorts);
const alone = (said: Partial<GateCase> = {}) =>
  checkFlowNow(november(said), { forge: undefined } as unknown as GatePorts);

describe("the flow on the default branch", () => {
  test("that is the one that the plan was made from: yes, with its digest and mode", async () => {
    const line = await onBranch({ [FILE]: GOOD });
    const digest = purgeDigest(flowOf(GOOD)).slice(0, 12);
    expect(line).toEqual(
      yes(
        "flow on the default branch",
        `purge digest ${digest}, mode approve`,
        `purge digest ${digest}, mode not never`,
      ),
    );
  });

  test("written otherwise with the same meaning: yes", async () => {
    expect((await onBranch({ [FILE]: `# a word\n${GOOD}` })).ok).toBe(true);
  });

  test.each<[string, Readonly<Record<string, string>>, string | RegExp, string | undefined]>([
    ["is not there", {}, "main has no flows/metrics.yaml", undefined],
    ["is no flow", { [FILE]: "version: 2" }, /on main is not valid/, undefined],
    [
      "was changed while this ran",
      { [FILE]: edited("max-past: P45D", "max-past: P44D") },
      "changed while this ran",
      "run the same command again",
    ],
  ])("that %s: no", async (_, files, seen, next) => {
    const line = await onBranch(files);
    expect(line).toMatchObject({ ok: false, outcome: "wait" });
    expect(line.seen).toMatch(seen);
    expect(line.next).toBe(next);
  });

  test("whose selection differs from the plan's: no, and replan is the way", async () => {
    const flow = flowOf(edited("2025-11", "2025-11").replace('".*"', '"cpu"'));
    const base = november();
    const line = await checkFlowNow({ ...base, flow, flowsAreAuthoritative: true }, {
      forge: undefined,
    } as unknown as GatePorts);
    expect(line).toMatchObject({ ok: false, outcome: "wait" });
    expect(line.seen).toMatch(/: the flow was changed$/);
    expect(line.next).toBe('cellarman replan metrics 2025-11 --reason "..."');
  });

  test("with mode never: no", async () => {
    const flow: Flow = { ...flowOf(GOOD), purge: { ...flowOf(GOOD).purge, mode: "never" } };
    expect(await alone({ flow, flowsAreAuthoritative: true })).toMatchObject({
      ok: false,
      outcome: "wait",
      seen: "purge.mode is never",
    });
  });

  test("without a remote: no, unless the flows are said to be authoritative by hand", async () => {
    const line = await alone();
    expect(line).toMatchObject({ ok: false, seen: "the flows have no remote repository" });
    expect(line.next).toMatch(/--flows-are-authoritative/);
    expect((await alone({ flowsAreAuthoritative: true })).ok).toBe(true);
  });

  test("with a remote, authoritative flows are not compared; its policy counts", async () => {
    const said = { flowsAreAuthoritative: true };
    expect((await onBranch({}, said)).ok).toBe(true);
    const held = await onBranch({ [POLICY]: "version: 1\nhold: all\n" }, said);
    expect(held).toMatchObject({ ok: false, outcome: "wait", seen: "policy: hold: all" });
    expect(held.next).toBeUndefined();
  });

  test("beside a policy that holds all: no; beside one that does not: yes", async () => {
    const files = { [FILE]: GOOD, [POLICY]: "version: 1\nhold: all\n" };
    expect(await onBranch(files)).toMatchObject({ ok: false, seen: "policy: hold: all" });
    expect((await onBranch({ ...files, [POLICY]: "version: 1\nhold: none\n" })).ok).toBe(true);
  });

  test("without a remote the local policy holds, whatever is said by hand", async () => {
    const localPolicy = loadPolicy("version: 1\nhold: all\n");
    const line = await alone({ localPolicy, flowsAreAuthoritative: true });
    expect(line).toMatchObject({ ok: false, seen: "policy: hold: all" });
  });
});

describe("orders", () => {
  test("a hold says whose it is, why, and how it is lifted", async () => {
    const cold = memoryCold();
    const gate = november();
    const ports = { cold } as unknown as GatePorts;
    expect((await checkHolds(gate, ports)).line).toEqual(yes("no hold", "none", "none"));
    const key = holdKey({ kind: "flow", flow: gate.at.flow }, 1);
    cold.plant(key, {
      schema: "cellarman/hold/1",
      process: hexId(1),
      by: "person",
      reason: "an audit",
      finding: null,
    });
    expect((await checkHolds(gate, ports)).line).toMatchObject({
      ok: false,
      outcome: "wait",
      seen: `flow f: an audit (${key})`,
      needed: "none",
      next: `cellarman lift f ${key} --reason "..."`,
    });
  });

  test("the purge list names the batch, or plan has to", () => {
    expect(checkList(november())).toEqual(yes("on the purge list", "yes", "yes"));
    expect(checkList(november({ onList: false }))).toMatchObject({
      ok: false,
      outcome: "wait",
      seen: "no",
      next: "cellarman plan metrics",
    });
  });
});
