// What `doctor` finds: one line a check, and what to do where it is not fine.
import { asCellarmanError, type ErrorCode } from "../runtime/errors.ts";

/** `weak`: works, with a protection less. `bad`: does not work, or is dangerous. */
export type Level = "ok" | "weak" | "bad";

/** One check. */
export interface Finding {
  readonly check: string;
  readonly level: Level;
  readonly seen: string;
  /** What to do; only where it is not ok. */
  readonly advice?: string;
  /** Where the check itself failed. */
  readonly code?: ErrorCode;
}

export const ok = (check: string, seen: string): Finding => ({ check, level: "ok", seen });

export const weak = (check: string, seen: string, advice: string): Finding => ({
  check,
  level: "weak",
  seen,
  advice,
});

export const bad = (check: string, seen: string, advice: string): Finding => ({
  check,
  level: "bad",
  seen,
  advice,
});

/** The findings of a check; a check that throws is bad. An abort goes through. */
export async function examine(
  check: string,
  signal: AbortSignal | undefined,
  work: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (thrown) {
    signal?.throwIfAborted();
    const { code, message, hint } = asCellarmanError(thrown);
    return [{ check, level: "bad", seen: message, advice: hint ?? "See the message.", code }];
  }
}
