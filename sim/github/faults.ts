// What may happen to a call at the stand-in; when it strikes is FaultWhen's (sim/faults.ts).
import type { FaultWhen } from "../faults.ts";

export type GitHubMishap =
  /** Refused, not carried out: any status and message. */
  | { readonly kind: "refuse"; readonly status: number; readonly message?: string }
  /** 403, as GitHub says that calls come too fast; `retryAfterS` in its header. */
  | { readonly kind: "secondary-limit"; readonly retryAfterS?: number }
  /** 403 with no call left until `resetS` seconds from now. */
  | { readonly kind: "rate-limit"; readonly resetS: number }
  /** The connection is cut; `carriedOut` first. */
  | { readonly kind: "no-answer"; readonly carriedOut?: boolean };

/** A mishap, and which calls it strikes, by the path of the URL or by route (operations.ts). */
export type GitHubFault = GitHubMishap & FaultWhen & { readonly route?: string };
