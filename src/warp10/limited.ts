// A decorator of the port: no read without limits. Who passes limits of their own means them.
import type { Hot, ReadLimits } from "./hot.ts";

/** Reads with these limits wherever a call brings none. */
export function limited(hot: Hot, defaults: ReadLimits): Hot {
  return {
    facts: (limits = defaults) => hot.facts(limits),
    version: (limits = defaults) => hot.version(limits),
    find: (selector, limits = defaults) => hot.find(selector, limits),
    fetch: (selector, range, limits = defaults) => hot.fetch(selector, range, limits),
    count: (selector, range, limits = defaults) => hot.count(selector, range, limits),
    tokenFacts: (limits = defaults) => hot.tokenFacts(limits),
  };
}

/** Limits of an ordinary read: two minutes of silence, and as long in all as a command may work. */
export function ordinaryLimits(timeoutMs: number, signal: AbortSignal | undefined): ReadLimits {
  return { stallMs: STALL_MS, deadlineMs: timeoutMs, ...(signal ? { signal } : {}) };
}

/** Longest silence of the server while something is read, ms. */
export const STALL_MS = 120_000;

/**
 * Deadline of a read where something was purged: silent for minutes, so without a stall limit, ms.
 */
export const CRAWL_MS = 6 * 3_600_000;
