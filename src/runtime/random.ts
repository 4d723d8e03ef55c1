// The one source of randomness.
import { randomBytes } from "node:crypto";

/** 128 random bits as 32 lower-case hex digits: attempt ids, keys, probes. Unguessable. */
export function randomId(): string {
  return randomBytes(16).toString("hex");
}

/** A number in [0, 1), for jitter. */
export function randomFraction(): number {
  return Math.random();
}
