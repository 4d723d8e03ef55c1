// SIGINT and SIGTERM as an abort: work stops where it stands, and nothing half-written is visible.
import { CellarmanError } from "./errors.ts";

/** Ends with `dispose`, after which signals do what they do by default. */
export interface Interruption {
  /** Aborts with a CellarmanError "interrupted" (exit 130). */
  readonly signal: AbortSignal;
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Watches for the first SIGINT or SIGTERM; a second one ends the process by default. */
export function untilInterrupted(): Interruption {
  const controller = new AbortController();
  const dispose = () => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  const onSignal = (name: NodeJS.Signals) => {
    dispose();
    controller.abort(
      new CellarmanError("interrupted", `stopped by ${name}`, {
        hint: "Run the same command again: it goes on from what is recorded.",
      }),
    );
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return { signal: controller.signal, dispose };
}
