// The one clock. Everything else takes a Clock, so that tests and the demo can move it.

/** Wall time and waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/**
 * The machine's clock, moved by some ms: for rehearsals on stand-ins whose clocks were moved as
 * well. A purge refuses clocks that disagree with the server's and the store's, so a moved clock
 * alone deletes nothing earlier. `pace` makes each wait that many times shorter, time-outs too.
 */
export function shiftedClock(shiftMs: string | undefined, pace?: string): Clock {
  const shift = Number(shiftMs ?? 0);
  const times = Number(pace ?? 1);
  const isShifted = Number.isSafeInteger(shift) && shift !== 0;
  const isHurried = Number.isSafeInteger(times) && times > 1;
  if (!isShifted && !isHurried) return systemClock;
  return {
    now: () => systemClock.now() + (isShifted ? shift : 0),
    sleep: (ms, signal) => systemClock.sleep(isHurried ? ms / times : ms, signal),
  };
}
