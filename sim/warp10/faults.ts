// What can go wrong with one answer of the stand-in.
import type { FaultWhen } from "../faults.ts";
import type { Params } from "./http/params.ts";

/** A request as a fault may look at it before it decides to strike. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  readonly params: Params;
}

/**
 * One fault. `kind` says what happens:
 * - `status503`: refused with `status` (default 503), nothing is done
 * - `reset`: the connection is reset (RST) after `bytes` of the body (default: before any answer)
 * - `cut`: the connection is closed (FIN) after `bytes` (default 0) of the body, without the
 *   terminating chunk
 * - `cleanEnd`: a well-formed 200 that ends at the last line break within `bytes` (default 0): data
 *   missing, nothing said
 * - `errorTrailer`: like cleanEnd, and with `showerrors` an `# ERROR:` line, as the real server's
 *   late errors
 * - `stall`: silence after `bytes` of the body (default: before any answer) for `ms` (default: for
 *   ever), then the rest
 * - `slow`: the body drips at `bytesPerSecond` (default 1000)
 * - `lostAnswer`: everything is done, the answer is swallowed and the connection closed
 * - `thin`: every `every`-th point (line, default 10) of a well-formed 200 is missing
 * - `missingLines` / `extraLines` / `shortList`: the first `count` (default 1) lines of the body
 *   are missing / `lines` are added / only the first `count` are there; a delete still deletes all
 *   that it matched
 * - `wrongBytes`: the byte at `bytes` (default 0) of the body is another one, the size is the same
 * - `call`: `run` is awaited before the request is handled, which then succeeds: for races
 */
export interface Warp10Fault extends FaultWhen {
  readonly kind:
    | "status503"
    | "reset"
    | "cut"
    | "cleanEnd"
    | "errorTrailer"
    | "stall"
    | "slow"
    | "lostAnswer"
    | "thin"
    | "missingLines"
    | "extraLines"
    | "shortList"
    | "wrongBytes"
    | "call";
  readonly status?: number;
  readonly bytes?: number;
  readonly ms?: number;
  readonly bytesPerSecond?: number;
  readonly every?: number;
  readonly count?: number;
  readonly lines?: readonly string[];
  readonly run?: () => void | Promise<void>;
  /** Strikes only requests that this accepts. */
  readonly match?: (request: FaultTarget) => boolean;
}
