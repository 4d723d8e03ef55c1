// How long a verb waits for a Warp 10: none of its reads is without limits.
import type { ReadLimits } from "../warp10/hot.ts";
import { ordinaryLimits } from "../warp10/limited.ts";
import type { Invocation } from "./verb.ts";

/** Limits of reads that may take `timeoutMs` in all; an Io's own come first. */
export function readLimitsOf(
  { io }: Pick<Invocation, "io">,
  timeoutMs: number,
): ReadLimits & { readonly deadlineMs: number } {
  const { hotStallMs, hotDeadlineMs } = io.limits ?? {};
  const deadlineMs = hotDeadlineMs ?? timeoutMs;
  return {
    ...ordinaryLimits(deadlineMs, io.signal),
    deadlineMs,
    ...(hotStallMs === undefined ? {} : { stallMs: hotStallMs }),
  };
}
