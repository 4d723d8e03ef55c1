// Trying again: only what says of itself that it may succeed later, and never for ever.
import type { Clock } from "./clock.ts";
import { asCellarmanError, CellarmanError } from "./errors.ts";

/** When to try again. Times in ms. */
export interface RetryPolicy {
  /**
   * Wait the same, twice as long each time, or a random part of twice as long each time (full
   * jitter).
   */
  readonly type: "constant" | "exponential" | "random";
  readonly intervalMs: number;
  /** No wait is longer. */
  readonly maxIntervalMs: number;
  /** Attempts in all, the first one included; at least 1. */
  readonly maxAttempts: number;
  /** No attempt begins later than this after the first one began. */
  readonly maxDurationMs: number;
}

/**
 * The wait after failed attempt number `attempt` (1, 2, …), ms. Pure.
 * @param fraction in [0, 1): the jitter of type `random`.
 */
export function waitAfter(policy: RetryPolicy, attempt: number, fraction: number): number {
  const constant = Math.min(policy.intervalMs, policy.maxIntervalMs);
  if (policy.type === "constant") return constant;
  const doubled = Math.min(policy.intervalMs * 2 ** (attempt - 1), policy.maxIntervalMs);
  return policy.type === "exponential" ? doubled : doubled * fraction;
}

/** Runs `work` until it succeeds; `attempt` is 1, 2, … */
export type Retrying = <T>(
  work: (attempt: number) => Promise<T>,
  signal?: AbortSignal,
) => Promise<T>;

/**
 * A retrier. What is not a retryable CellarmanError is thrown at once and unchanged when the first
 * attempt fails; after several attempts the error has the last one's code, is not retryable, and
 * its cause is an AggregateError of them all.
 * @param fraction gives the jitter, in [0, 1).
 */
export function retrying(policy: RetryPolicy, clock: Clock, fraction: () => number): Retrying {
  return async (work, signal) => {
    const beganMs = clock.now();
    const failures: CellarmanError[] = [];
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      try {
        return await work(attempt);
      } catch (thrown) {
        const failure = asCellarmanError(thrown);
        failures.push(failure);
        if (!failure.retryable) throw summary(failures);
        const waitMs = waitAfter(policy, attempt, fraction());
        const spentMs = clock.now() - beganMs;
        if (attempt >= policy.maxAttempts || spentMs + waitMs > policy.maxDurationMs) {
          throw summary(failures);
        }
        await clock.sleep(waitMs, signal);
      }
    }
  };
}

/** One error that keeps all of them. */
function summary(failures: readonly CellarmanError[]): CellarmanError {
  const last = failures.at(-1) ?? new CellarmanError("internal", "no attempt was made");
  if (failures.length <= 1) return last;
  return new CellarmanError(
    last.code,
    `gave up after ${failures.length} attempts: ${last.message}`,
    {
      cause: new AggregateError(failures, "all attempts, oldest first"),
      ...(last.hint === undefined ? {} : { hint: last.hint }),
      ...(last.where === undefined ? {} : { where: last.where }),
    },
  );
}
