// Two timers around one answer: silence, and duration. They live here because only runtime/ may use
// a timer.
import { CellarmanError } from "./errors.ts";

/** Longest delay that a timer takes (24.8 days); what is longer waits this long. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** What a watchdog watches for. */
export interface WatchdogLimits {
  /** Longest silence, ms; undefined: none. */
  readonly stallMs?: number | undefined;
  /** Longest duration, ms; undefined: none. */
  readonly deadlineMs?: number | undefined;
  /** The caller's own signal; its reason is passed on. */
  readonly signal?: AbortSignal | undefined;
  /** What is watched, for the error's sentence, e.g. `fetching points`. */
  readonly what: string;
  readonly where: string;
}

/** Watches one answer. `stop` must be called, whatever happens. */
export interface Watchdog {
  /** Aborts with a CellarmanError "stalled", or with the reason of the caller's signal. */
  readonly signal: AbortSignal;
  /** A byte came. */
  heard(): void;
  /** The consumer has the last bytes in hand: silence is its own, not the server's. */
  pause(): void;
  /** The consumer asks for more. */
  resume(): void;
  /** Longest time between `pause` and `resume`, ms. */
  longestPauseMs(): number;
  stop(): void;
}

/** Starts watching at once. */
export function startWatchdog(limits: WatchdogLimits): Watchdog {
  const controller = new AbortController();
  const duration = bark(controller, limits, limits.deadlineMs, "the deadline is over");
  const listen = () => bark(controller, limits, limits.stallMs, "no byte for too long");
  const release = follow(controller, limits.signal);
  let silence = listen();
  let pausedAt: number | undefined;
  let longestPauseMs = 0;
  return {
    signal: controller.signal,
    heard: () => {
      silence?.refresh();
    },
    pause: () => {
      clearTimeout(silence);
      silence = undefined;
      pausedAt = performance.now();
    },
    resume: () => {
      longestPauseMs = Math.max(longestPauseMs, performance.now() - (pausedAt ?? Infinity));
      silence = listen();
    },
    longestPauseMs: () => longestPauseMs,
    stop: () => {
      clearTimeout(silence);
      clearTimeout(duration);
      release();
    },
  };
}

/** Aborts after `ms`; no timer where there is no limit. */
function bark(
  controller: AbortController,
  limits: WatchdogLimits,
  ms: number | undefined,
  sentence: string,
): NodeJS.Timeout | undefined {
  if (ms === undefined) return undefined;
  const fire = () =>
    controller.abort(
      new CellarmanError("stalled", `${limits.what}: ${sentence} (${ms} ms)`, {
        where: limits.where,
        retryable: true,
      }),
    );
  return setTimeout(fire, Math.min(ms, LONGEST_TIMER_MS));
}

/** Aborts with the caller's reason when the caller aborts; returns what ends that. */
function follow(controller: AbortController, signal: AbortSignal | undefined): () => void {
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return () => signal?.removeEventListener("abort", onAbort);
}
