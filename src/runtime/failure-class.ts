// What a failure means for those who decide about trying again: a job's annotation carries it in
// its title, and `rerun` and `report` read it back. Pure.
import type { ErrorCode } from "./errors.ts";

/** Classes, the one that weighs most first. */
export const FAILURE_CLASSES = [
  "mismatch", // archive and hot store disagree: a person must look
  "deterministic", // the same call fails the same way until something is changed
  "interrupted", // a signal ended it
  "transient", // the same call may succeed later
  "superseded", // another run does this work
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/**
 * Codes that speak of the world at that moment, not of what was asked. An error that gave up after
 * several attempts is no longer `retryable`, but a later run may find the server well again.
 */
const OF_THE_MOMENT: ReadonlySet<ErrorCode> = new Set([
  "server",
  "network",
  "stalled",
  "incomplete-read",
  "disk",
]);

/** The class of one failure. */
export function classOfFailure(failure: { code: ErrorCode; retryable: boolean }): FailureClass {
  const { code, retryable } = failure;
  if (code === "mismatch") return "mismatch";
  if (code === "interrupted") return "interrupted";
  return retryable || OF_THE_MOMENT.has(code) ? "transient" : "deterministic";
}

/** Of several failures the one that weighs most; undefined where there is none. */
export function worstClass(classes: readonly FailureClass[]): FailureClass | undefined {
  return FAILURE_CLASSES.find((known) => classes.includes(known));
}

/** The title of an annotation that carries a class. */
export const classTitle = (failure: FailureClass): string => `cellarman ${failure}`;

/** The class that a title carries; undefined where it is not one of ours. */
export function classOfTitle(title: string | null | undefined): FailureClass | undefined {
  const [, name] = /^cellarman ([a-z]+)$/.exec(title ?? "") ?? [];
  return FAILURE_CLASSES.find((known) => known === name);
}
