// A batch that is archived and verified, and everything that a gate asks, call by call: tests
// change an answer and look at what the gate says.
import { archiveBatch } from "../../src/archive/attempt.ts";
import { parquetExporter } from "../../src/archive/parquet/export.ts";
import type { Point } from "../../src/archive/points.ts";
import { purgeDigest } from "../../src/flow/digest.ts";
import { fenceProbeKey, intentKey } from "../../src/ledger/keys.ts";
import type { FenceAnswer, GateCase, GatePorts } from "../../src/purge/check.ts";
import { evaluateGate, type GateResult } from "../../src/purge/gate.ts";
import { silentLog } from "../../src/runtime/log.ts";
import { verifyBatch } from "../../src/verify/verify.ts";
import { fakeHot, type Held } from "../support/fake-hot.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { DAY_MS, hexHash, hexId } from "../support/values.ts";
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
  /** Makes a further attempt of what hot holds, verified; returns its seal's key. */
  seal(said?: Sealing): Promise<string>;
  /** Evaluates the gate as a purge would, or as `status --why`. */
  judge(explain?: boolean): Promise<GateResult>;
}

/** What a further attempt is of; left out: the batch itself, its plan, and nothing seen. */
export interface Sealing {
  readonly batch?: string;
  /** Digest of its plan. */
  readonly plan?: string;
  readonly held?: Held;
  readonly saw?: readonly string[];
  readonly verifies?: boolean;
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
  const { at } = gate;
  const asked: string[] = [];
  const world: GateWorld = {
    held,
    cold,
    asked,
    gate,
    ports: portsOf(held, cold, asked),
    seal: (said = {}) => sealOf(world, said),
    judge: (explain = false) => evaluateGate(world.gate, world.ports, { explain }),
  };
  await world.seal();
  // The first of two probes.
  cold.clockMs = NOW_MS - 20 * MINUTE_MS;
  cold.plant(fenceProbeKey(at, hexId(7)), {
    schema: "cellarman/fence-probe/1",
    flow: at.flow,
    period: at.period,
    process: hexId(3),
    ingress: [INGRESS],
    timestamp: "99",
    clockMs: cold.clockMs,
  });
  cold.clockMs = NOW_MS;
  asked.length = 0;
  cold.calls.length = 0;
  return world;
}

async function sealOf({ held, cold, gate }: GateWorld, said: Sealing): Promise<string> {
  const hot = fakeHot(said.held ?? held);
  const plan = { ...gate.plan, sha256: said.plan ?? gate.plan.sha256 };
  const batch = { ...gate.batch, id: said.batch ?? gate.batch.id };
  const run = { hot, cold, exporter: parquetExporter, plan, process: hexId(1), signal: undefined };
  const known = { knownSeals: () => said.saw ?? [], otherIntents: () => [] };
  const { seal } = await archiveBatch({ ...run, ...known }, batch);
  if (said.verifies === false) return seal;
  const at = { ...gate.at, batch: batch.id };
  await verifyBatch({ hot, cold, process: hexId(2) }, at, batch, seal);
  return seal;
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

/** A purge intent of a batch that rests on these seals. */
export function plantIntent(
  { cold, gate }: GateWorld,
  view: readonly string[],
  batch = gate.at.batch,
  n = 1,
): string {
  const { plan, range } = gate;
  return cold.plant(intentKey({ ...gate.at, batch }, n), {
    schema: "cellarman/intent/1",
    ...gate.at,
    batch,
    process: hexId(3),
    range: { start: String(range.start), end: String(range.end) },
    parents: [],
    selector: gate.batch.selector,
    server: plan.value.server,
    view: view.map((key) => ({ key, sha256: hexHash(1) })),
    approvals: [],
    readBeganMs: cold.clockMs,
  }).key;
}
