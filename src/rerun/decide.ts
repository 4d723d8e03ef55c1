// Whether the failed jobs of a run are worth another try, and which (design §7). Pure.
import { type FailureClass, worstClass } from "../runtime/failure-class.ts";

/** A job of a run's latest attempt. */
export interface Job {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  /** GitHub's word; null: it has not ended. */
  readonly conclusion: string | null;
  /** Whether a runner ever took it. */
  readonly hadRunner: boolean;
  /** Between its creation and its end, ms. */
  readonly lastedMs: number;
  /** Classes that its annotations name; undefined: they were not read. */
  readonly classes: readonly FailureClass[] | undefined;
}

/** What a job's end means for trying again. */
export type Verdict =
  | "done" // success, or skipped: nothing to do
  | "retry" // it may go well next time
  | "hopeless" // it fails the same way until something is changed
  | "superseded" // another run does its work, or a person cancelled it
  | "follows"; // it only says that others failed

/** A job that did not succeed, and what that means. */
export interface Judged {
  readonly job: Job;
  readonly verdict: Verdict;
  readonly why: string;
}

/** What is done. */
export interface RerunDecision {
  readonly action:
    | { readonly kind: "none" }
    | { readonly kind: "failed-jobs" }
    | { readonly kind: "job"; readonly id: number };
  readonly why: string;
  readonly judged: readonly Judged[];
  /** Wait before the re-run, ms. */
  readonly waitMs: number;
}

/** What is decided about. */
export interface RerunInput {
  /** The run's conclusion; null: it has not ended (asked by one of its own jobs). */
  readonly conclusion: string | null;
  /** 1 on the first try. */
  readonly attempt: number;
  /** Re-runs allowed in all. */
  readonly maxReruns: number;
  readonly jobs: readonly Job[];
  /** Key of the job that only reports, as its name begins. */
  readonly reportJob: string;
}

/** GitHub's own bound on re-runs of one run (facts github-actions §1.1). */
export const RERUNS_MAX = 50;
/** A job that waited this long for a runner was ended by GitHub, ms (24 h, less what is lost). */
const NO_RUNNER_MS = 23 * 3_600_000;
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 900_000;

/** The wait before re-run number `attempt`, ms: one minute, then twice as long each time. */
export const backOffMs = (attempt: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);

/** Decides. */
export function decideRerun(input: RerunInput): RerunDecision {
  const { attempt, maxReruns, conclusion } = input;
  const judged = input.jobs
    .map((job) => judge(job, input.reportJob))
    .filter((j) => j.verdict !== "done");
  const retry = judged.filter((j) => j.verdict === "retry");
  const none = (why: string): RerunDecision => ({
    action: { kind: "none" },
    why,
    judged,
    waitMs: 0,
  });
  if (conclusion === "cancelled") return none("the run was cancelled: somebody wanted it to stop");
  if (conclusion === "success") return none("the run succeeded");
  if (retry.length === 0) return none("no failed job may go well next time");
  if (attempt > Math.min(maxReruns, RERUNS_MAX)) {
    return none(`the re-runs are used up: ${attempt - 1} of ${maxReruns}`);
  }
  const others = judged.filter((j) => j.verdict === "hopeless" || j.verdict === "superseded");
  const [first] = retry;
  const left = `re-run ${attempt} of ${maxReruns}`;
  const waitMs = backOffMs(attempt);
  if (others.length === 0 || !first) {
    const why = `${retry.length} failed, and each may go well next time: ${left}`;
    return { action: { kind: "failed-jobs" }, why, judged, waitMs };
  }
  // "Re-run failed jobs" takes all that failed or were cancelled: only a job alone spares them.
  const spared = `because ${others.length} others must not run again`;
  const why = `${first.job.name} alone, ${spared}: ${left}`;
  return { action: { kind: "job", id: first.job.id }, why, judged, waitMs };
}

/** What one job's end means. */
export function judge(job: Job, reportJob: string): Judged {
  const judged = (verdict: Verdict, why: string): Judged => ({ job, verdict, why });
  const { conclusion, hadRunner } = job;
  if (conclusion === null || conclusion === "success" || conclusion === "skipped") {
    return judged("done", conclusion ?? "it has not ended");
  }
  if (job.name === reportJob || job.name.startsWith(`${reportJob} `)) {
    return judged("follows", "it reports, and fails when others did");
  }
  if (conclusion === "cancelled") return cancelled(job, judged);
  if (conclusion === "timed_out") return judged("retry", "it ran out of time");
  if (conclusion !== "failure") return judged("hopeless", `GitHub says ${conclusion}`);
  if (!hadRunner) return judged("hopeless", "it was refused before a runner took it");
  if (!job.classes) return judged("hopeless", "its annotations were not read");
  const worst = worstClass(job.classes);
  switch (worst) {
    case undefined:
      return judged("retry", "no annotation of ours: the runner was lost, or never came to us");
    case "transient":
    case "interrupted":
      return judged("retry", worst);
    case "superseded":
      return judged("superseded", worst);
    case "deterministic":
    case "mismatch":
      return judged("hopeless", worst);
  }
}

function cancelled(job: Job, judged: (verdict: Verdict, why: string) => Judged): Judged {
  if (job.hadRunner) return judged("superseded", "it was cancelled while it ran, or out of time");
  if (job.lastedMs >= NO_RUNNER_MS) return judged("hopeless", "no runner took it for a day");
  return judged("superseded", "another run of the same leg took its place");
}
