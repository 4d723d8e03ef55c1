// Fills the stand-in with four months of the fleet's data.
import { setImmediate as breathe } from "node:timers/promises";
import type { World } from "../world.ts";
import { FLEET, type Family } from "./fleet.ts";
import { Noise } from "./noise.ts";

/** The months that the demo's server holds, oldest first, and the instant after the last one. */
export const MONTHS = ["2025-11", "2025-12", "2026-01", "2026-02"] as const;
export const DUE = MONTHS[0];
const START_MS = Date.parse("2025-11-01T00:00:00Z");
const END_MS = Date.parse("2026-03-01T00:00:00Z");

/** How much data the demo makes. */
export interface Size {
  /** Share of the fleet's series; at least two of each family remain. */
  readonly share: number;
  /** Steps are this many times as long. */
  readonly slower: number;
  /** The flow's batches.max-series: three groups of two sites each. */
  readonly maxSeries: number;
}

export const SIZES: Readonly<Record<"full" | "small", Size>> = {
  full: { share: 1, slower: 1, maxSeries: 900 },
  small: { share: 0.04, slower: 4, maxSeries: 36 },
};

/** How many series and points were loaded. */
export interface Filled {
  readonly series: number;
  readonly points: number;
}

const US_PER_S = 1_000_000;

/** Share of a family's series that have been there from the start: the company grows. */
const OLD_SHARE = 0.68;
const DAY_S = 86_400;
const MONTH_DAYS = 30;

/** Loads the fleet, past every fence. Lets signals through every few series. */
export async function fill(
  world: World,
  size: Size,
  signal: AbortSignal | undefined,
  shown: (filled: Filled) => void,
): Promise<Filled> {
  const noise = new Noise(20_251_101);
  let [series, points] = [0, 0];
  for (const family of FLEET) {
    const count = Math.max(2, Math.round(family.series * size.share));
    for (let i = 0; i < count; i++) {
      const offsets = offsetsOf(family, size, i / count > OLD_SHARE, noise);
      const base = BigInt(START_MS) * 1000n;
      const values = family.values(noise, offsets.length);
      world.load(family.className, family.labels(i), { base, offsets, ...values });
      series += 1;
      points += offsets.length;
      if (series % 50 !== 0) continue;
      shown({ series, points });
      await breathe();
      signal?.throwIfAborted();
    }
  }
  return { series, points };
}

/** Timestamps of one series, µs after the start of the first month. */
function offsetsOf(family: Family, size: Size, isNew: boolean, noise: Noise): Float64Array {
  const stepS = family.stepS * size.slower;
  const bornS = isNew ? (MONTH_DAYS + noise.below(MONTH_DAYS)) * DAY_S : 0;
  const born = Math.ceil(bornS / stepS);
  const room = Math.floor((END_MS - START_MS) / 1000 / stepS) - born;
  const rows = family.life === undefined ? room : Math.min(room, family.life);
  const first = born + (family.life === undefined ? 0 : noise.below(room - rows + 1));
  const offsets = new Float64Array(rows);
  const jitterS = family.jitterS ?? 0;
  for (let row = 0; row < rows; row++) {
    const lateS = jitterS === 0 ? 0 : noise.below(jitterS);
    offsets[row] = ((first + row) * stepS + lateS) * US_PER_S;
  }
  return offsets;
}
