// A small November 2025 for end-to-end tests.
import type { World } from "../../sim/world.ts";

export const DAY = 86_400_000;
/** When November 2025 is due with keep-hot P3M. */
export const START = Date.parse("2026-03-05T00:00:00Z");
export const NOVEMBER_US = BigInt(Date.parse("2025-11-01T00:00:00Z")) * 1000n;
export const MINUTE_US = 60_000_000n;

/**
 * Fills two classes of ten series with one point a minute for three days; returns how many points.
 */
export function fillNovember(world: World, series = 10): number {
  const points = 3 * 24 * 60;
  const offsets = Float64Array.from({ length: points }, (_, i) => i * Number(MINUTE_US));
  for (let s = 0; s < series; s++) {
    const longs = Float64Array.from({ length: points }, (_, i) => (i * (s + 1)) % 101);
    const doubles = Float64Array.from({ length: points }, (_, i) => ((i * (s + 3)) % 997) / 10);
    world.load("cpu.load", { host: `h${s}` }, { base: NOVEMBER_US, offsets, longs });
    world.load("disk.used", { host: `h${s}` }, { base: NOVEMBER_US, offsets, doubles });
  }
  return 2 * series * points;
}
