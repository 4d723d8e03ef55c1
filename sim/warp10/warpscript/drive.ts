// What moves a script on: its steps, one after the other, and others in between.
import type { Steps } from "./items.ts";

/** Runs steps to their end, giving way to others whenever they ask. */
export async function drive(steps: Steps): Promise<void> {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return;
    if (next.value === undefined) await new Promise<void>((resolve) => setImmediate(resolve));
    else await waited(steps, next.value);
  }
}

async function waited(steps: Steps, promise: Promise<void>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    // The word that waits gets the failure, so that a script's TRY can catch it.
    const next = steps.throw(error);
    if (next.done !== true && next.value !== undefined) await next.value;
  }
}
