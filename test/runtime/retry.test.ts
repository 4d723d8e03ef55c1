import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/runtime/clock.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { type RetryPolicy, retrying, waitAfter } from "../../src/runtime/retry.ts";

const POLICY: RetryPolicy = {
  type: "exponential",
  intervalMs: 100,
  maxIntervalMs: 1_000,
  maxAttempts: 5,
  maxDurationMs: 60_000,
};

/** A clock that a test moves: sleeping takes no time. */
function stepClock(): Clock & { waits: number[] } {
  let nowMs = 1_000;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
    },
  };
}

const later = (n: number) => new CellarmanError("network", `no answer ${n}`, { retryable: true });

describe("the wait after an attempt", () => {
  it("is constant, or doubles up to its limit", () => {
    const waits = (policy: RetryPolicy) => [1, 2, 3, 4, 5, 6].map((n) => waitAfter(policy, n, 0.5));
    expect(waits({ ...POLICY, type: "constant" })).toEqual([100, 100, 100, 100, 100, 100]);
    expect(waits(POLICY)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(waits({ ...POLICY, type: "random" })).toEqual([50, 100, 200, 400, 500, 500]);
    expect(waits({ ...POLICY, type: "constant", maxIntervalMs: 7 })[0]).toBe(7);
  });

  it("is never negative, never above its limit, for any attempt", () => {
    const types = fc.constantFrom<RetryPolicy["type"]>("constant", "exponential", "random");
    const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(types, fc.integer({ min: 1, max: 10_000 }), fraction, (type, attempt, f) => {
        const wait = waitAfter({ ...POLICY, type }, attempt, f);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(POLICY.maxIntervalMs);
      }),
    );
  });
});

describe("retrying", () => {
  it("returns the first success", async () => {
    const clock = stepClock();
    const result = await retrying(
      POLICY,
      clock,
      () => 0,
    )(async (attempt) => {
      if (attempt < 3) throw later(attempt);
      return `done in ${attempt}`;
    });
    expect(result).toBe("done in 3");
    expect(clock.waits).toEqual([100, 200]);
  });

  it("throws at once, and unchanged, what is not worth another attempt", async () => {
    const clock = stepClock();
    for (const failure of [new CellarmanError("not-authorised", "no"), new TypeError("a bug")]) {
      const work = async () => {
        throw failure;
      };
      await expect(retrying(POLICY, clock, () => 0)(work)).rejects.toThrow(failure.message);
    }
    expect(clock.waits).toEqual([]);
  });

  it("gives up after so many attempts, and keeps every cause", async () => {
    const work = async (attempt: number) => {
      throw later(attempt);
    };
    const failure: unknown = await retrying(
      POLICY,
      stepClock(),
      () => 0,
    )(work).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "network", retryable: false });
    expect(String(failure)).toContain("after 5 attempts: no answer 5");
    const { cause } = failure as { cause: AggregateError };
    expect(cause.errors.map(String)).toEqual(
      [1, 2, 3, 4, 5].map((n) => `CellarmanError: no answer ${n}`),
    );
  });

  it("keeps the causes when a later attempt fails for good", async () => {
    const work = async (attempt: number) => {
      throw attempt < 2 ? later(1) : new CellarmanError("mismatch", "differs");
    };
    await expect(retrying(POLICY, stepClock(), () => 0)(work)).rejects.toMatchObject({
      code: "mismatch",
      cause: { errors: [{ code: "network" }, { code: "mismatch" }] },
    });
  });

  it("begins no attempt after the longest duration", async () => {
    const clock = stepClock();
    const policy = { ...POLICY, maxAttempts: 1_000, maxDurationMs: 1_000 };
    const work = async (attempt: number) => {
      throw later(attempt);
    };
    await expect(retrying(policy, clock, () => 0)(work)).rejects.toThrow("after 4 attempts");
    expect(clock.waits).toEqual([100, 200, 400]);
  });

  it("stops when it is aborted, before work and while it waits", async () => {
    const reason = new CellarmanError("interrupted", "stopped by SIGTERM");
    const run = retrying(POLICY, stepClock(), () => 0);
    let worked = 0;
    const work = async () => {
      worked += 1;
      throw later(worked);
    };
    await expect(run(work, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(worked).toBe(0);
    const controller = new AbortController();
    const interrupted = async () => {
      controller.abort(reason);
      throw later(1);
    };
    await expect(run(interrupted, controller.signal)).rejects.toBe(reason);
  });
});
