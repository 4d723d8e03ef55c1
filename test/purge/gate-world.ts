// A batch that is archived and verified, and everything that a gate asks, call by call: tests
// change an answer and look at what the gate says.
import { archiveBatch } from "../../src/archive/attempt.ts";
import { parquetExporter } from "../../src/archive/parquet/export.ts";
import type { Point } from "../../src/archive/points.ts";
import { purgeDigest } from "../../src/flow/digest.ts";
import { fenceProbeKey } from "../../src/ledger/keys.ts";
import type { FenceAnswer, GateCase, GatePorts } from "../../src/purge/check.ts";
import { evaluateGate, type GateResult } from "../../src/purge/gate.ts";
import { silentLog } from "../../src/runtime/log.ts";
import { verifyBatch } from "../../src/verify/verify.ts";
import { fakeHot, type Held } from "../support/fake-hot.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { DAY_MS, hexId } from "../support/values.ts";
import { gateCase } from "./cases.ts";
import { listing, series } from "./series.ts";

const MINUTE_MS = 60_000;
const INGRESS = "https://warp10.example.net";

export const NOW_MS = 400 * DAY_MS;
export const point = (at: number, value = 1n): Point => ({ timestamp: BigInt(at), value });

/** What is asked, in order, and every answer to be changed. */
export interface GateWorld {
  readonly held: Held;
  readonly cold: MemoryCold;
  readonly asked: string[];
  gate: GateCase;
  ports: GatePorts;
  /** Evaluates the gate as a purge would, or as `status --why`. */
  judge(explain?: boolean): Promise<GateResult>;
}

/** Automatic mode, a fence that was refused a while ago, a batch that is old enough. */
function caseOf(): GateCase {
  const base = gateCase({ flowsAreAuthoritative: true });
  const flow = { ...base.flow, purge: { ...base.flow.purge, mode: "automatic" as const } };
  const value = { ...base.plan.value, unit: "ms" as const, purgeDigest: purgeDigest(flow) };
  return { ...base, flow, plan: { ...base.plan, value } };
}

/** A world in which the gate says go. */
export async function gateWorld(): Promise<GateWorld> {
  const held: Held = [
    { series: series("a"), points: [point(1), point(2)] },
    { series: series("b"), points: [] },
  ];
  const cold = memoryCold(NOW_MS - 30 * DAY_MS);
  const gate = caseOf();
  const { plan, batch, at } = gate;
  const hot = fakeHot(held);
  const run = { hot, cold, exporter: parquetExporter, plan, process: hexId(1), signal: undefined };
  const known = { knownSeals: () => [], otherIntents: () => [] };
  const { seal } = await archiveBatch({ ...run, ...known }, batch);
  await verifyBatch({ hot, cold, process: hexId(2) }, at, batch, seal);
  const asked: string[] = [];
  const world: GateWorld = {
    held,
    cold,
    asked,
    gate,
    ports: portsOf(held, cold, asked),
    judge: (explain = false) => evaluateGate(world.gate, world.ports, { explain }),
  };
  // The first of two probes.
  cold.clockMs = NOW_MS - 20 * MINUTE_MS;
  cold.plant(fenceProbeKey(at, hexId(7)), {
    schema: "cellarman/fence-probe/1",
    flow: at.flow,
    period: at.period,
    process: hexId(3),
    ingress: [INGRESS],
    timestamp: "99",
  });
  cold.clockMs = NOW_MS;
  asked.length = 0;
  cold.calls.length = 0;
  return world;
}

function portsOf(held: Held, cold: MemoryCold, asked: string[]): GatePorts {
  const bare = fakeHot(held);
  const noted = <T>(name: string, answer: T): T => {
    asked.push(name);
    return answer;
  };
  const hot = {
    ...bare,
    facts: () => noted("facts", Promise.resolve({ timeUnit: "ms" as const, dateMs: NOW_MS })),
    tokenFacts: () => noted("token", bare.tokenFacts()),
    find: (selector: string) => noted("find", bare.find(selector)),
    fetch: (...args: Parameters<typeof bare.fetch>) => noted("fetch", bare.fetch(...args)),
    count: (...args: Parameters<typeof bare.count>) => noted("count", bare.count(...args)),
  };
  const refused: FenceAnswer = { address: INGRESS, outcome: "refused", detail: "too old" };
  cold.hook = (call, key) => {
    if (call === "get" && key.endsWith(".parquet")) asked.push(`read ${key.split("/").at(-1)}`);
  };
  return {
    hot,
    cold,
    dryRunner: { dryRun: () => noted("dry run", listing(...held.map((h) => h.series))) },
    prober: { probe: () => noted("probe", Promise.resolve([refused])) },
    forge: undefined,
    clock: { now: () => NOW_MS, sleep: () => Promise.resolve() },
    log: silentLog,
  };
}
