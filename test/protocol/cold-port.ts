// The bucket as a runner meets it: answers get lost, puts are dropped, garbled or come late,
// listings are short. What it keeps to: a GET says 404 only where there is nothing.
import type { Cold, Found, Listed } from "../../src/cellar/cold.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import type { Life } from "./scheduler.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./settings.ts";
import type { World } from "./world.ts";

const failure = (what: string): CellarmanError =>
  new CellarmanError("network", `no answer: ${what}`, { retryable: true });

/** Opens the bucket for one runner. */
export function coldPort(world: World, life: Life): Cold {
  return {
    put: (key, bytes) => put(world, life, key, bytes),
    get: (key) => get(world, life, key),
    list: (prefix) => list(world, life, prefix),
    nowMs: async () => {
      const call = "store time";
      const step = await world.scheduler.step(life, call);
      if (world.fault(life, step, call, ["fails"])) throw world.failed(life, call, failure(call));
      life.watch.succeeded(call);
      return world.storeMs();
    },
  };
}

async function put(world: World, life: Life, key: string, bytes: Uint8Array): Promise<void> {
  const call = `put ${key}`;
  const step = await world.scheduler.step(life, call);
  // What has a computed key is small and goes with its Content-MD5 (facts cellar-s3 §0).
  const kinds = /\/\d+$/.test(key) ? NUMBERED_PUT_FAULTS : PUT_FAULTS;
  const fault = world.fault<PutFault>(life, step, call, kinds);
  const { bucket } = world;
  if (fault === "fails") throw world.failed(life, call, failure(call));
  if (fault === "arrives late") bucket.late.push({ key, bytes: Uint8Array.from(bytes) });
  const dropped = fault === "is dropped" || fault === "arrives late";
  const stored = dropped
    ? undefined
    : world.store(key, fault === "is garbled" ? garble(bytes) : bytes, life);
  if (stored && fault === "is repeated") bucket.late.push({ key, bytes: Uint8Array.from(bytes) });
  if (stored === "stored") world.tell(life.actor.name, `puts ${key}`);
  if (stored === "overwritten") world.tell(life.actor.name, `puts ${key} over what was there`);
  world.scheduler.answered(life, step, call);
  if (fault === "loses its answer" || fault === "arrives late") {
    throw world.failed(life, call, failure(call));
  }
  if (stored === "exists") {
    throw new CellarmanError("blocked", `the key ${key} exists already`, { where: key });
  }
}

const NUMBERED_PUT_FAULTS = [
  "fails",
  "loses its answer",
  "loses its answer",
  "is dropped",
  "arrives late",
  "is repeated",
] as const;
type PutFault = (typeof PUT_FAULTS)[number];
const PUT_FAULTS = [...NUMBERED_PUT_FAULTS, "is garbled"] as const;

function garble(bytes: Uint8Array): Uint8Array {
  const garbled = Uint8Array.from(bytes);
  const at = Math.floor(garbled.length / 2);
  garbled[at] = (garbled[at] ?? 0) ^ 1;
  return garbled;
}

const FAILS = ["fails"] as const;
const GET_FAULTS = ["fails", "is garbled"] as const;
type GetFault = (typeof GET_FAULTS)[number];

async function get(world: World, life: Life, key: string): Promise<Found | undefined> {
  const call = `get ${key}`;
  const step = await world.scheduler.step(life, call);
  life.watch.begins(call, world.effects, world.storeMs());
  // Records are small; what is large enough to be garbled on its way is named by its SHA-256.
  const kinds = key.startsWith("data/") ? GET_FAULTS : FAILS;
  const fault = world.fault<GetFault>(life, step, call, kinds);
  if (fault === "fails") throw world.failed(life, call, failure(call));
  const found = world.bucket.objects.get(key);
  life.watch.succeeded(call);
  if (!found || fault === undefined) return found;
  return { ...found, bytes: garble(found.bytes) };
}

const LIST_FAULTS = ["fails", "is short", "is short", "is empty", "is stale", "is stale"] as const;

async function* list(world: World, life: Life, prefix: string): AsyncGenerator<Listed> {
  const call = `list ${prefix}`;
  const step = await world.scheduler.step(life, call);
  const fault = world.fault(life, step, call, LIST_FAULTS);
  const keys = fault === "is empty" ? [] : world.bucket.keysUnder(prefix);
  const failsAt = fault === "fails" ? world.chance.below(`${step} at`, keys.length + 1) : -1;
  // As it was a while ago.
  const asOfMs =
    fault === "is stale"
      ? world.storeMs() - world.chance.oneOf(`${step} as of`, [MINUTE_MS, HOUR_MS, 2 * DAY_MS])
      : Number.POSITIVE_INFINITY;
  const fails = (): CellarmanError => world.failed(life, call, failure(call));
  // Whoever has found what it looks for leaves early: so far, the listing has not failed.
  if (failsAt < 0) life.watch.succeeded(call);
  for (const [i, key] of keys.entries()) {
    if (i === failsAt) throw fails();
    if (fault === "is short" && world.chance.fraction(`${step} skips ${i}`) < 0.5) continue;
    const found = world.bucket.objects.get(key);
    if (!found || found.lastModifiedMs > asOfMs) continue;
    yield { key, bytes: found.bytes.length, lastModifiedMs: found.lastModifiedMs };
  }
  if (failsAt >= 0) throw fails();
}
