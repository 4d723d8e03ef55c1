// What may happen to a request at the stand-in; when it strikes is FaultWhen's (sim/faults.ts).
import type { FaultWhen } from "../faults.ts";
import type { Operation } from "./protocol.ts";

/** What happens. `ms` is real time; `afterMs` and `staleMs` are by the stand-in's clock. */
export type CellarMishap =
  /** Carried out, then the connection is cut without an answer. */
  | { readonly kind: "lost-answer" }
  /** A put is acknowledged and not stored. */
  | { readonly kind: "dropped" }
  /** A put is acknowledged; one bit of what is stored differs: of byte `at`, else of the middle. */
  | { readonly kind: "corrupted"; readonly at?: number }
  /** HEAD and LIST go on finding what this put stores; GET answers 404 from `afterMs` on. */
  | { readonly kind: "vanish"; readonly afterMs?: number }
  /**
   * Silence for `ms` (for ever when left out); then it is carried out, if its client still waits.
   */
  | { readonly kind: "stall"; readonly ms?: number }
  /** Carried out at once, answered after `ms` (never when left out). */
  | { readonly kind: "late-answer"; readonly ms?: number }
  /** The connection is cut after that many bytes of the answer's body. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** A whole, well-formed answer that lacks the last `bytes` bytes of its body. */
  | { readonly kind: "short-body"; readonly bytes: number }
  /** Refused, not carried out: 503 SlowDown and the like. */
  | { readonly kind: "refuse"; readonly status: number; readonly code: string }
  /** 200 with an `<Error>` body, not carried out. */
  | { readonly kind: "error-in-200" }
  /**
   * A multipart upload's completion takes `ms`, and is open to an abort meanwhile (facts cellar-s3
   * §0.1).
   */
  | { readonly kind: "slow-complete"; readonly ms: number }
  /** A listing that says it goes on, without saying from where. */
  | { readonly kind: "list-without-token" }
  /** A listing that leaves out its second half and says that it is whole. */
  | { readonly kind: "list-short" }
  /** A listing that lacks what was put in the last `staleMs`. */
  | { readonly kind: "list-stale"; readonly staleMs: number };

/** A mishap, and which requests it strikes. `path` is `/bucket/key`, decoded. */
export type CellarFault = CellarMishap &
  FaultWhen & {
    /** Operations; absent: any. */
    readonly op?: Operation | readonly Operation[];
  };

/**
 * Everything that stores: what hangs when a store is full, deletes included (facts cellar-s3 §2).
 */
export const WRITES: readonly Operation[] = [
  "PutObject",
  "CreateMultipartUpload",
  "UploadPart",
  "CompleteMultipartUpload",
  "DeleteObject",
  "DeleteObjects",
];

/**
 * A store without space: writes hang, with no error; reads are well. In force until the faults are
 * cleared.
 */
export const STORE_FULL: CellarFault = { kind: "stall", op: WRITES, times: Infinity };
