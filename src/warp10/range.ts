// Time as the server counts it: integers in platform units, bounds inclusive (facts warp10 §1.2,
// §1.4).

/** A Warp 10 platform's time unit. */
export type TimeUnit = "ms" | "us" | "ns";

/** Platform units in one millisecond. */
export const UNITS_PER_MS: Readonly<Record<TimeUnit, bigint>> = {
  ms: 1n,
  us: 1_000n,
  ns: 1_000_000n,
};

/** The unit that an `X-Warp10-Timeunit` header names (units per second), or undefined. */
export function timeUnitOfHeader(value: string | undefined): TimeUnit | undefined {
  if (value === "1000") return "ms";
  if (value === "1000000") return "us";
  if (value === "1000000000") return "ns";
  return undefined;
}

/** A range of timestamps in platform units, both ends inclusive; `start <= end`. */
export interface Range {
  readonly start: bigint;
  readonly end: bigint;
}
