// Small things that many tests say.
import { CellarmanError } from "../../src/runtime/errors.ts";

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** A moment in ms. */
export const at = (text: string): number => Date.parse(text);

/** An id of 32 hex digits, different for each number. */
export const hexId = (n: number): string => n.toString(16).padStart(32, "0");

/** A SHA-256 as text, different for each number. */
export const hexHash = (n: number): string => n.toString(16).padStart(64, "0");

/** The CellarmanError that a call throws; fails when it throws none. */
export function caught(work: () => unknown): CellarmanError {
  try {
    work();
  } catch (error) {
    if (error instanceof CellarmanError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** The CellarmanError that a promise rejects with; fails when it does not. */
export async function rejected(work: Promise<unknown>): Promise<CellarmanError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CellarmanError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
