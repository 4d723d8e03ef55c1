// What a review says in one word, and the exit code that goes with it. Pure.
import { EXIT } from "../runtime/errors.ts";
import type { ReviewDiff } from "./diff.ts";
import type { Finding } from "./findings.ts";

/** `invalid`: a file is broken. `refused`: a rule is. `changes` and `none`: nothing is. */
export type Verdict = "invalid" | "refused" | "changes" | "none";

/** The verdict on a change. */
export function verdictOf(diff: ReviewDiff, findings: readonly Finding[]): Verdict {
  const errors = findings.filter(({ level }) => level === "error");
  if (errors.some(({ kind }) => kind === "invalid")) return "invalid";
  if (errors.length > 0) return "refused";
  const isSame =
    diff.flows.length === 0 && diff.approvals.length === 0 && diff.policy.kind === "same";
  return isSame ? "none" : "changes";
}

/** The exit code: 5 for changes only where `--detailed-exitcode` is said. */
export function exitCodeOfVerdict(verdict: Verdict, isDetailed: boolean): number {
  if (verdict === "invalid") return EXIT.usage;
  if (verdict === "refused") return EXIT.failed;
  return verdict === "changes" && isDetailed ? EXIT.changes : EXIT.done;
}
