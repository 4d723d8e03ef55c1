// A whole review as a value: what changes, what is wrong, what is not known. Rendered elsewhere.
import type { ReviewDiff } from "./diff.ts";
import type { Finding } from "./findings.ts";
import type { Verdict } from "./verdict.ts";

export interface Review {
  /** The base as it was asked for, for messages: `main`. */
  readonly base: string;
  readonly verdict: Verdict;
  readonly diff: ReviewDiff;
  readonly findings: readonly Finding[];
  /** What a reviewer must know that is neither a change nor a problem. */
  readonly notices: readonly string[];
}
