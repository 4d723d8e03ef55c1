// What a review compares: the flows, the policy and the approvals of two states of a repository.
import type { Flow } from "../flow/flow.ts";
import type { Policy } from "../flow/policy.ts";
import type { Problem } from "../flow/problems.ts";

/** A flow, its file, and the file's bytes (for places in it). */
export interface ReviewedFlow {
  /** Path as people know it: `flows/metrics.yaml`. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly flow: Flow;
}

/** An approval that a pull request put on the branch. */
export interface ApprovalFile {
  readonly flow: string;
  readonly period: string;
  readonly text: string;
}

/** One state of the repository. */
export interface FlowSet {
  readonly flows: readonly ReviewedFlow[];
  /** Undefined: there is none, or it has problems. */
  readonly policy: Policy | undefined;
  readonly hasPolicyFile: boolean;
  readonly approvals: readonly ApprovalFile[];
  /** Of every file that is not valid. */
  readonly problems: readonly Problem[];
  /** Names of the flows whose files are not valid are not known: their files. */
  readonly invalidFiles: readonly string[];
}
