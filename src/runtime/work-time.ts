// How long one process may work: it begins nothing that would outlast its time, and leaves the rest
// to the next run.
import type { Clock } from "./clock.ts";

/** The time of one process. */
export interface WorkTime {
  /** Whether another piece of work may begin: it is taken to last as long as the longest so far. */
  mayBegin(): boolean;
  /** Measures one piece of work. */
  doing<T>(work: () => Promise<T>): Promise<T>;
  /** What is left, ms; never below 1 s, so that a limit made of it stays a limit. */
  leftMs(): number;
}

const LEAST_MS = 1_000;

/** Work that may last `lastsMs` from now on; undefined: for ever. */
export function startWorkTime(clock: Pick<Clock, "now">, lastsMs: number | undefined): WorkTime {
  const endMs = lastsMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + lastsMs;
  let longestMs = 0;
  return {
    mayBegin: () => clock.now() + longestMs < endMs,
    async doing(work) {
      const beganMs = clock.now();
      try {
        return await work();
      } finally {
        longestMs = Math.max(longestMs, clock.now() - beganMs);
      }
    },
    leftMs: () => Math.max(endMs - clock.now(), LEAST_MS),
  };
}
