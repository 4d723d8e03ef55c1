// SIGINT and SIGTERM as an abort: work stops where it stands, and nothing half-written is visible.
import { CellarmanError } from "./errors.ts";

/** Ends with `dispose`, after which signals do what they do by default. */
export interface Interruption {
  /** Aborts with a CellarmanError "interrupted" (exit 130). */
  readonly signal: AbortSignal;
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * A terminal signals the whole group, and the launcher passes its own on: repeats within this time
 * are one, ms.
 */
const ONE_SIGNAL_MS = 1_000;

/**
 * Watches for the first SIGINT or SIGTERM; a second one, a second later or more, ends the process
 * by default.
 */
export function untilInterrupted(): Interruption {
  const controller = new AbortController();
  const dispose = () => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) return;
    setTimeout(dispose, ONE_SIGNAL_MS).unref();
    controller.abort(
      new CellarmanError("interrupted", `stopped by ${name}`, {
        hint: "Run the same command again: it goes on from what is recorded.",
      }),
    );
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return { signal: controller.signal, dispose };
}
