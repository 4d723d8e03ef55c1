// One stand-in in a process of its own, started by stage.ts, which asks it by messages.
import { isMain } from "../scripts/main-module.ts";
import { type CellarSim, startCellar } from "../sim/cellar/server.ts";
import { startWarp10, type Warp10Sim } from "../sim/warp10/server.ts";
import { BUCKET, WORLD_TOKENS } from "../sim/world.ts";
import { setPace } from "./pace.ts";
import { loadSet, type SetSpec } from "./sets.ts";

/** What a server is to be; travels as JSON in the variable BENCH_SERVER. */
export type ServerSpec =
  | { readonly kind: "warp10"; readonly set: SetSpec; readonly textCacheBytes: number }
  | { readonly kind: "cellar"; readonly accessKeyId: string; readonly secretAccessKey: string };

/** What a server is asked. */
export type Order =
  | { readonly ask: "counters" }
  | { readonly ask: "pace"; readonly bytesPerCpuS: number | null }
  | { readonly ask: "shift"; readonly ms: number }
  | { readonly ask: "forget"; readonly prefix: string };

/** What it answers; figures that the server has not are 0. */
export interface Counters {
  readonly requests: number;
  readonly byName: Readonly<Record<string, number>>;
  readonly fetchPoints: number;
  readonly scriptPoints: number;
}

/** A day's fence behind the set's period: nothing old is written in a benchmark. */
const FENCE_MS = 45 * 86_400_000;

const clock = { shiftMs: 0 };
const now = (): number => Date.now() + clock.shiftMs;

async function serveWarp10(spec: ServerSpec & { kind: "warp10" }): Promise<void> {
  const sim = await startWarp10({
    tokens: WORLD_TOKENS,
    now,
    maxPastOverrideMs: FENCE_MS,
    textCacheBytes: spec.textCacheBytes,
  });
  loadSet(sim.store, spec.set);
  listen(sim.url, (order) => {
    if (order.ask === "pace") setPace(order.bytesPerCpuS ?? Number.POSITIVE_INFINITY);
    return warp10Counters(sim);
  });
}

function warp10Counters({ counters, requests }: Warp10Sim): Counters {
  // The log of requests is for tests; a benchmark makes too many to keep.
  requests.length = 0;
  const { fetchPoints, scriptPoints } = counters;
  const byName = { ...counters.requests };
  return { requests: sum(Object.values(byName)), byName, fetchPoints, scriptPoints };
}

async function serveCellar(spec: ServerSpec & { kind: "cellar" }): Promise<void> {
  const { accessKeyId, secretAccessKey } = spec;
  const sim = await startCellar({ buckets: [BUCKET], accessKeyId, secretAccessKey, now });
  listen(sim.url, (order) => {
    if (order.ask === "forget") forget(sim, order.prefix);
    const byName = Object.fromEntries(sim.requests.byOperation);
    return { requests: sim.requests.total, byName, fetchPoints: 0, scriptPoints: 0 };
  });
}

function forget(sim: CellarSim, prefix: string): void {
  for (const key of sim.objects(BUCKET).keys()) if (key.startsWith(prefix)) sim.lose(BUCKET, key);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((n, one) => n + one, 0);

/** Answers messages, one at a time, until the parent goes away. */
function listen(url: string, answer: (order: Order) => Counters): void {
  process.on("message", (order: Order) => {
    if (order.ask === "shift") clock.shiftMs = order.ms;
    process.send?.(answer(order));
  });
  process.on("disconnect", () => process.exit());
  process.send?.({ url });
}

if (isMain(import.meta.url)) {
  const spec: ServerSpec = JSON.parse(process.env["BENCH_SERVER"] ?? "");
  await (spec.kind === "warp10" ? serveWarp10(spec) : serveCellar(spec));
}
