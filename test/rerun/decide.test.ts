// Which jobs may run again: judged one by one, and never more often than allowed.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backOffMs,
  decideRerun,
  type Job,
  judge,
  type RerunInput,
} from "../../src/rerun/decide.ts";
import { FAILURE_CLASSES } from "../../src/runtime/failure-class.ts";

fc.configureGlobal({ seed: 5, numRuns: 300 });

const DAY_MS = 86_400_000;
const JOB: Job = {
  id: 1,
  name: "archive (metrics-1)",
  url: "https://github.com/acme/flows/actions/runs/1/job/1",
  conclusion: "failure",
  hadRunner: true,
  lastedMs: 60_000,
  classes: [],
};

const jobs = fc.array(
  fc.record({
    id: fc.nat({ max: 1_000_000 }),
    name: fc.constantFrom("plan", "archive (m-1)", "verify (m-2)", "purge (m-1)", "report"),
    url: fc.constant(""),
    conclusion: fc.constantFrom(
      null,
      "success",
      "failure",
      "cancelled",
      "skipped",
      "timed_out",
      "neutral",
      "action_required",
      "a word of tomorrow",
    ),
    hadRunner: fc.boolean(),
    lastedMs: fc.nat({ max: 2 * DAY_MS }),
    classes: fc.option(fc.array(fc.constantFrom(...FAILURE_CLASSES), { maxLength: 3 }), {
      nil: undefined,
    }),
  }),
  { maxLength: 8 },
);
const inputs: fc.Arbitrary<RerunInput> = fc.record({
  conclusion: fc.constantFrom(null, "failure", "cancelled", "success", "timed_out"),
  attempt: fc.integer({ min: 1, max: 60 }),
  maxReruns: fc.integer({ min: 0, max: 60 }),
  jobs,
  reportJob: fc.constant("report"),
});

describe("what is decided", () => {
  it("never passes the bound, nor a cancelled run", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { action } = decideRerun(input);
        if (action.kind === "none") return;
        expect(input.attempt).toBeLessThanOrEqual(Math.min(input.maxReruns, 50));
        expect(input.conclusion).not.toBe("cancelled");
      }),
    );
  });

  it("takes all failed jobs only where each may run again, else one that may", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { action, judged } = decideRerun(input);
        const verdicts = new Set(judged.map((j) => j.verdict));
        if (action.kind === "failed-jobs") {
          expect(verdicts.has("retry")).toBe(true);
          expect(verdicts.has("hopeless") || verdicts.has("superseded")).toBe(false);
        }
        if (action.kind === "job") {
          const chosen = judged.filter((j) => j.job.id === action.id).map((j) => j.verdict);
          expect(chosen).toContain("retry");
        }
      }),
    );
  });

  it("never follows from the report alone", () => {
    const decision = decideRerun({
      conclusion: "failure",
      attempt: 1,
      maxReruns: 9,
      jobs: [{ ...JOB, name: "report" }],
      reportJob: "report",
    });
    expect(decision.action.kind).toBe("none");
  });
});

describe("a job", () => {
  it.each<[string, Partial<Job>, string]>([
    ["lost its runner", {}, "retry"],
    ["ran out of time", { conclusion: "timed_out" }, "retry"],
    ["was refused by a reviewer", { hadRunner: false }, "hopeless"],
    ["was not looked into", { classes: undefined }, "hopeless"],
    ["was superseded while it waited", { conclusion: "cancelled", hadRunner: false }, "superseded"],
    [
      "found no runner for a day",
      { conclusion: "cancelled", hadRunner: false, lastedMs: DAY_MS },
      "hopeless",
    ],
    ["was cancelled while it ran", { conclusion: "cancelled" }, "superseded"],
    ["failed in two ways", { classes: ["transient", "mismatch"] }, "hopeless"],
    ["ended in a way that nobody knows", { conclusion: "stale" }, "hopeless"],
    ["was skipped", { conclusion: "skipped" }, "done"],
    ["only says that others failed", { name: "report (1)" }, "follows"],
  ])("that %s", (_what, said, verdict) => {
    expect(judge({ ...JOB, ...said }, "report").verdict).toBe(verdict);
  });

  it("waits twice as long each time, a quarter of an hour at the most", () => {
    const minutes = [1, 2, 3, 4, 5, 6].map((attempt) => backOffMs(attempt) / 60_000);
    expect(minutes).toEqual([1, 2, 4, 8, 15, 15]);
  });
});
