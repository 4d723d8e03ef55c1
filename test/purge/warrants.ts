// Facts that a gate could issue a warrant for.
import type { WarrantFacts } from "../../src/purge/warrant.ts";

const DAY_US = 86_400_000_000n;

/** October 2026 in µs. */
export const OCTOBER = { start: 1_790_812_800_000_000n, end: 1_793_491_199_999_999n };
/** A day later, ms. */
export const NOW_MS = 1_793_577_600_000;

/** Good facts, with changes. */
export function warrantFacts(changes: Partial<WarrantFacts> = {}): WarrantFacts {
  return {
    server: "http://127.0.0.1:1",
    selector: "conf.a{k=v}",
    range: OCTOBER,
    unit: "us",
    expectedSeries: new Set(['["conf.a",{"k":"v"}]']),
    readBeganMs: NOW_MS,
    batch: "p2026-10.g1",
    ...changes,
  };
}

/** A range of so many days that begins in October 2026, µs. */
export function days(count: bigint): { start: bigint; end: bigint } {
  return { start: OCTOBER.start, end: OCTOBER.start + count * DAY_US - 1n };
}
