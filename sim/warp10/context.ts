// What every endpoint of one stand-in works with.
import { UNITS_PER_MS } from "../../src/warp10/range.ts";
import type { Config } from "./config.ts";
import type { LineCache } from "./store/render.ts";
import type { Store } from "./store/store.ts";
import type { Tokens } from "./tokens.ts";

/** What a server has done, for tests that count. */
export interface Counters {
  /** Points that left by /fetch, and that scripts fetched. */
  fetchPoints: number;
  scriptPoints: number;
  /** Points taken by /update, and points that deletes removed. */
  updatePoints: number;
  deletedPoints: number;
  /** Requests by path. */
  readonly requests: Record<string, number>;
}

/** A script that runs, as sessions see it. */
export interface RunningScript {
  readonly uuid: string;
  readonly session: string | undefined;
  readonly startedMs: number;
  readonly stackName: string | undefined;
  readonly section: string | undefined;
  readonly fetched: number;
  readonly seriesFound: number;
  signal(kind: "kill" | "stop"): void;
  abandon(): void;
}

/** One stand-in. */
export interface Context {
  readonly config: Config;
  readonly store: Store;
  readonly tokens: Tokens;
  readonly cache: LineCache;
  readonly counters: Counters;
  readonly scripts: Set<RunningScript>;
  /** The server's clock, ms since the epoch. */
  readonly now: () => number;
}

/** The server's clock in platform units. */
export function nowUnits(context: Context): bigint {
  return BigInt(Math.floor(context.now())) * UNITS_PER_MS[context.config.unit];
}
