// What the world does by itself between two calls of a runner: writers, queued deletes, the store's
// garbage collector, clocks, tokens.
import type { Value } from "../../src/archive/points.ts";
import { type ModelSeries, valueName } from "./model-series.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, OUTSIDE, PLACES, RANGE } from "./settings.ts";
import type { World } from "./world.ts";

/** Something that may happen; says whether it did. */
type Move = (world: World, name: string) => boolean;

const VALUES: readonly [Value, ...Value[]] = [0n, 1n, 2n, 1];

/** One point of one series, or a new series, as far as the fence lets it in. */
function write(world: World, name: string): boolean {
  const { chance, hot } = world;
  const isLate = world.takesOldPoints() && chance.fraction(`${name} late`) < 0.85;
  const isNew = hot.series.length < 6 && chance.fraction(`${name} new`) < 0.2;
  const series = isNew ? newSeries(world, name) : anySeries(world, name);
  if (!series) return false;
  const places = isLate ? PLACES : [RANGE.end + 7n];
  const timestamp = places[chance.below(`${name} place`, places.length)] ?? 0n;
  const value = chance.oneOf(`${name} value`, VALUES);
  const waits = chance.fraction(`${name} waits`);
  // An acknowledged point can be read within the lag at the latest.
  const delayMs = waits < 0.5 ? 0 : Math.floor((waits - 0.5) * 2 * world.lagMs);
  const text = `${series.identity} ${timestamp} = ${valueName(value)}`;
  world.tell("a writer", `writes ${text}${delayMs > 0 ? `, seen ${delayMs} ms later` : ""}`);
  hot.pending.push({ series, timestamp, value, visibleAtMs: world.nowMs + delayMs });
  world.settleWrites();
  return true;
}

const CLASSES = ["cpu", "disk"] as const;

/** A series that nobody wrote before, registered as every write registers its own. */
export function newSeries(world: World, name: string): ModelSeries {
  const className = world.chance.oneOf(`${name} class`, CLASSES);
  return world.hot.add(className, { host: `h${world.hot.series.length}` });
}

function anySeries(world: World, name: string): ModelSeries | undefined {
  const known = world.hot.series.filter((s) => s.registered);
  return known[world.chance.below(`${name} of`, known.length)];
}

function moveFence(world: World, name: string): boolean {
  if (world.place.flow.purge.writeFence?.kind !== "probe") return false;
  const gate = world.ingress[world.chance.below(`${name} which`, world.ingress.length)];
  if (!gate) return false;
  if (!gate.isFenced || world.wantsFence) {
    const open = world.ingress.find((one) => !one.isFenced);
    if (!open) return false;
    open.isFenced = true;
    world.wantsFence = false;
    world.tell("the operator", `sets the fence of ${open.address}`);
    return true;
  }
  return liftFence(world, gate);
}

/**
 * A fence is in force from the gate until the last queued delete is applied: it is lifted only when
 * the last refused probe is too old for any gate to rest on it, and nothing is queued.
 */
function liftFence(world: World, gate: World["ingress"][number]): boolean {
  const restsMs = world.lastRefusedMs + world.lagMs + DAY_MS;
  if (world.nowMs <= restsMs || world.hot.queued.length > 0) return false;
  gate.isFenced = false;
  world.tell("the operator", `lifts the fence of ${gate.address}`);
  return true;
}

function applyQueued(world: World, name: string): boolean {
  const { queued } = world.hot;
  const order = queued[world.chance.below(name, queued.length)];
  if (!order) return false;
  world.applyDelete(order);
  return true;
}

function arriveLate(world: World, name: string): boolean {
  const { late } = world.bucket;
  const [put] = late.splice(world.chance.below(name, late.length), 1);
  if (!put) return false;
  world.tell("the store", `takes a put that was under way: ${put.key}`);
  world.store(put.key, put.bytes);
  return true;
}

/**
 * Only within the store's wait for garbage collection, and only what is large enough to have tails.
 * A put that is repeated belongs to the wait of the first: its signature lives 15 minutes, which
 * `--gc-wait` has room for (facts cellar-s3 §6).
 */
function vanish(world: World, name: string): boolean {
  const youngMs = world.storeMs() - world.place.limits.gcWaitMs;
  const young = world.bucket
    .keysUnder("data/")
    .filter((key) => world.bucket.cameMs(key) > youngMs)
    .filter((key) => key.endsWith(".parquet"));
  const key = young[world.chance.below(name, young.length)];
  if (key === undefined || world.chance.fraction(`${name} spares`) < 0.6) return false;
  world.tell("the store", `loses ${key}`);
  world.remove(key);
  return true;
}

function waitLong(world: World, name: string): boolean {
  const waits = [1_000, MINUTE_MS, 6 * MINUTE_MS, 20 * MINUTE_MS, HOUR_MS, DAY_MS] as const;
  const ms = world.chance.oneOf(name, waits);
  world.pass(ms, `${ms / 1000} s pass`);
  return true;
}

/** Tokens change what they see; never while a gate reads: who changes tokens stops purges first. */
function changeToken(world: World, name: string): boolean {
  if (world.someGateReads()) return false;
  const blind = world.hot.series.find((s) => !s.readable || !s.deletable);
  const series = blind ?? anySeries(world, name);
  if (!series) return false;
  if (blind) {
    blind.readable = true;
    blind.deletable = true;
    world.tell("the operator", `gives both tokens the sight of ${series.identity} again`);
    return true;
  }
  const view = world.chance.oneOf(`${name} view`, ["readable", "deletable"] as const);
  series[view] = false;
  world.tell("the operator", `makes a token under which ${series.identity} is not ${view}`);
  return true;
}

/** Somebody sets a clock, or it was wrong for a while. */
function setClock(world: World, name: string): boolean {
  const clock = world.chance.oneOf(`${name} clock`, ["runner", "hot", "store"] as const);
  const offs = [0, 0, 1, -1, 2, -2, 10] as const;
  const ms = world.chance.oneOf(`${name} off`, offs) * MINUTE_MS;
  if (world.skewMs[clock] === ms) return false;
  world.skewMs[clock] = ms;
  world.tell("somebody", `sets the clock of ${clock} ${ms / MINUTE_MS} min off`);
  return true;
}

/** A change of the flow is merged. */
function changeFlow(world: World, name: string): boolean {
  if (world.place.isAuthoritative) return false;
  world.tell("the default branch", world.branch.change(world.chance, name, world.effects + 1));
  return true;
}

/**
 * A crashed /update left points of a series that no listing knows; a fresh write registers it. Not
 * between the last dry run and the delete: that is the risk that the design leaves (design §3).
 */
function revive(world: World, name: string): boolean {
  if (world.someDeleteIsNear()) return false;
  const hidden = world.hot.series.filter((s) => !s.registered);
  const series = hidden[world.chance.below(name, hidden.length)];
  if (!series) return false;
  series.registered = true;
  series.points.set(RANGE.end + 9n, 0n);
  world.tell("a writer", `writes afresh to ${series.identity}, and old points come back`);
  return true;
}

/** A runner is stopped for days, and the world believes that nothing is under way. */
function pause(world: World, name: string): boolean {
  world.pass(world.chance.oneOf(name, [16 * MINUTE_MS, 3 * DAY_MS, 40 * DAY_MS]), "passes");
  if (!world.chance.happens(`${name} lifts`, 0.7)) return true;
  for (const one of world.ingress) if (one.isFenced) liftFence(world, one);
  lateWrites(world, name, 3);
  if (world.chance.fraction(`${name} fences`) < 0.5) setFences(world);
  return true;
}

/** Some writes into the period, where the fence lets them in. */
export function lateWrites(world: World, name: string, most: number): void {
  for (let i = 0; i < most; i++) {
    const one = `${name} late ${i}`;
    if (world.takesOldPoints() && world.chance.happens(one, 0.5)) write(world, one);
  }
}

/** Every ingress has its fence. */
export function setFences(world: World): void {
  for (const one of world.ingress) one.isFenced = true;
  world.wantsFence = false;
  world.tell("the operator", "sets every fence");
}

const CRITICAL_MOVES: readonly [Move, ...Move[]] = [
  pause,
  pause,
  revive,
  revive,
  write,
  applyQueued,
  waitLong,
  changeFlow,
  setClock,
];

const MOVES: readonly [Move, ...Move[]] = [
  write,
  write,
  write,
  write,
  moveFence,
  applyQueued,
  applyQueued,
  arriveLate,
  vanish,
  waitLong,
  waitLong,
  changeToken,
  revive,
  setClock,
  changeFlow,
];

/** Lets something happen, if chance and the world allow it. */
export function moveWorld(world: World, step: string, isCritical: boolean): void {
  const { moves, criticalMoves } = world.rates;
  const name = `${step} move`;
  if (!world.chance.happens(name, isCritical ? criticalMoves : moves)) return;
  // Further draws have names of their own: what happens at all was drawn small.
  const of = `${name} of`;
  const kinds = isCritical ? CRITICAL_MOVES : MOVES;
  const hurries = world.wantsFence && world.chance.fraction(`${of} hurry`) < 0.5;
  const move = hurries ? moveFence : world.chance.oneOf(`${of} kind`, kinds);
  if (move(world, of)) world.effects++;
}

/** Points of the beginning: inside the period, and just outside. */
export function fillHot(world: World): void {
  const { chance, hot, place } = world;
  for (let s = 0; s < place.series; s++) {
    const className = CLASSES[s % 2] ?? "cpu";
    const hidden = s > 0 && chance.fraction(`fill hidden ${s}`) < 0.35;
    const series = hot.add(className, { host: `h${s}` }, !hidden);
    for (const [i, timestamp] of [...PLACES, ...OUTSIDE].entries()) {
      if (chance.fraction(`fill ${s} ${i}`) >= place.density) continue;
      const value = chance.oneOf(`fill value ${s} ${i}`, VALUES);
      series.points.set(timestamp, value);
    }
  }
}
