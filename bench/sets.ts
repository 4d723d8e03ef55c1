// Monitoring data for the stand-in: what a month of TSBS's or telegraf's looks like.
import type { Store } from "../sim/warp10/store/store.ts";
import type { BulkPoints } from "../sim/warp10/store/bulk.ts";
import { WORLD_TOKENS } from "../sim/world.ts";

/** A set of data: `hosts` of FIELDS.length series each. */
export interface SetSpec {
  /**
   * `tsbs`: integer percentages at an exact step. `telegraf`: long doubles, few of them distinct,
   * the timestamps of a host's series shifted by the same random microseconds. `tiny`: one series
   * a host, a few integers an hour apart.
   */
  readonly kind: "tsbs" | "telegraf" | "tiny";
  readonly hosts: number;
  /** Points of one series. */
  readonly points: number;
}

/** The period that all sets fill, and its first instant. */
export const PERIOD = "2025-11";
const START_US = BigInt(Date.parse("2025-11-01T00:00:00Z")) * 1000n;
const STEP_US = 10_000_000;
const HOUR_US = 3_600_000_000;
/** Points that a month at the sets' step has. */
export const MONTH_POINTS = (30 * 86_400_000_000) / STEP_US;

const FIELDS = [
  "user",
  "system",
  "idle",
  "nice",
  "iowait",
  "irq",
  "softirq",
  "steal",
  "guest",
  "guest_nice",
];

/** Series and points of a set. */
export function sizeOf({ kind, hosts, points }: SetSpec): { series: number; points: number } {
  const series = kind === "tiny" ? hosts : hosts * FIELDS.length;
  return { series, points: series * points };
}

/** Loads a set past every fence. */
export function loadSet(store: Store, { kind, hosts, points }: SetSpec): void {
  const random = randomNumbers(hosts * 1_000_003 + points);
  for (let host = 0; host < hosts; host++) {
    if (kind === "tiny") {
      load(store, "tiny.value", host, evenly(points, HOUR_US, random));
      continue;
    }
    const offsets = offsetsOf(kind, points, random);
    for (const field of FIELDS) {
      const values = walk(points, random);
      const column =
        kind === "tsbs" ? { longs: values.map(Math.trunc) } : { doubles: values.map(odd) };
      load(store, `cpu.usage_${field}`, host, { base: START_US, offsets, ...column });
    }
  }
}

function load(store: Store, className: string, host: number, points: BulkPoints): void {
  const { owner, producer, application } = WORLD_TOKENS.WORLD_DELETE;
  const labels = {
    hostname: `host_${String(host).padStart(5, "0")}`,
    region: "eu-west-1",
    datacenter: "eu-west-1b",
    rack: String(host % 100),
    os: "Ubuntu24.04LTS",
    arch: "x64",
    team: "NYC",
    service: String(host % 20),
  };
  store.load({ className, labels, owner, producer, application }, points);
}

const evenly = (points: number, stepUs: number, random: () => number): BulkPoints => ({
  base: START_US,
  offsets: Float64Array.from({ length: points }, (_, i) => i * stepUs),
  longs: Float64Array.from({ length: points }, () => Math.trunc(random() * 100)),
});

function offsetsOf(kind: SetSpec["kind"], points: number, random: () => number): Float64Array {
  const jitter = kind === "telegraf" ? 1_000_000 : 0;
  return Float64Array.from(
    { length: points },
    (_, i) => i * STEP_US + Math.trunc(random() * jitter),
  );
}

/** A walk between 0 and 100 with steps of about one. */
function walk(points: number, random: () => number): Float64Array {
  let value = random() * 100;
  return Float64Array.from({ length: points }, () => {
    // Three uniform numbers make a bell that is good enough, and cost no logarithm.
    value += (random() + random() + random() - 1.5) * 2;
    value = Math.min(100, Math.max(0, value));
    return value;
  });
}

/** One of 400 values, most of which need 16 or 17 digits. */
const odd = (value: number): number => Math.round(value * 4) / 4.004;

/** Random numbers in [0, 1), the same ones each time. */
function randomNumbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}
