// The sections that say how the work is done, and what may be purged.
import { z } from "zod";
import { fixedDuration, oneOf, textBy, textUpTo, warp10Address, wholeNumber } from "./fields.ts";

const retry = z
  .strictObject({
    type: oneOf(["constant", "exponential", "random"])
      .default("exponential")
      .describe(
        "constant: always `interval`. exponential: doubles. random: from 0 to exponential's.",
      ),
    interval: fixedDuration("PT1S", "P1D").default("PT30S").describe("The first wait."),
    "max-interval": fixedDuration("PT1S", "P1D").default("PT15M").describe("The longest wait."),
    "max-attempts": wholeNumber(1, 100).default(5).describe("Attempts of one batch in one run."),
    "max-duration": fixedDuration("PT1S", "P5D")
      .default("PT6H")
      .describe("Longest time for all attempts of one batch in one run."),
  })
  .prefault({})
  .describe("When a batch's attempt failed in a way that may pass.");

/** Labels of runners in CI. */
const runnerLabels = () =>
  z
    .array(
      textBy(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/, "a runner's label: letters, digits, _ . -"),
      { error: "a list of labels" },
    )
    .min(1, { error: "at least one label" })
    .max(10, { error: "at most 10 labels" });

export const run = z
  .strictObject({
    shards: wholeNumber(1, 256).default(1).describe("Jobs that share the batches."),
    parallel: wholeNumber(1, 1_024).default(4).describe("Batches in flight, over all shards."),
    order: oneOf(["parallel", "sequential"])
      .default("parallel")
      .describe("sequential: one batch after the other, in the plan's order, in one shard."),
    runners: runnerLabels()
      .optional()
      .describe("Labels of the CI runners that archive and verify. Left out: hosted ones."),
    environment: textBy(
      /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/,
      "a name of at most 50 lower-case letters, digits and hyphens",
    )
      .default("cellarman")
      .meta({ title: "name" })
      .describe(
        "CI environments with the secrets: this name with -archive, -verify, -approve, -purge.",
      ),
    retry,
    timeout: fixedDuration("PT1S", "P5D")
      .default("PT12H")
      .describe("Longest time of one job. Batches that it stops are left for the next run."),
  })
  .prefault({})
  .describe("How the work is done.");

const probedFence = z
  .strictObject({
    "max-past": fixedDuration("PT1S", "P3650D").describe(
      "Age from which the ingress refuses points: its own setting, or `.maxpast` of every token.",
    ),
    lag: fixedDuration("PT1S", "P7D")
      .default("PT10M")
      .describe("Longest time that an accepted point takes until a read shows it."),
    probe: z
      .array(warp10Address(), { error: "a list of addresses" })
      .min(1, { error: "at least one address" })
      .max(20, { error: "at most 20 addresses" })
      .optional()
      .describe("Every ingress to probe. Left out: `source.warp10`."),
  })
  .describe("A fence that is probed before every purge.");

const acceptedRisk = z
  .strictObject({
    "accept-risk": textUpTo(1_000, "the reason, in at least 10 characters")
      .min(10, { error: "the reason, in at least 10 characters" })
      .describe("Why no old point can be written, or why losing one is accepted."),
  })
  .describe("No fence: a written reason instead.");

const most = (limit: number) => wholeNumber(1, limit).optional();

const budget = z
  .strictObject({
    series: most(1e12).describe("Most series with points. Left out: from history."),
    points: most(1e15).describe("Most points. Left out: from history."),
    batches: most(1_000_000).describe("Most batches. Left out: from history."),
  })
  .prefault({})
  .describe("What one run may purge. A flow's first purge is one batch, whatever this says.");

export const purge = z
  .strictObject({
    mode: oneOf(["never", "approve", "automatic"])
      .default("never")
      .describe(
        "never: archive only. approve: a person must approve. automatic: after the grace alone.",
      ),
    "approve-by": oneOf(["command", "pull-request", "environment"])
      .default("command")
      .describe(
        "command: `cellarman approve FLOW PERIOD`. pull-request: a merged file in " +
          "flows/approvals. environment: a reviewer of the CI environment.",
      ),
    runners: runnerLabels()
      .optional()
      .describe(
        "Labels of the CI runners that purge: others than run.runners. Needed for a purge in CI " +
          "where those are self-hosted. Left out: hosted ones.",
      ),
    grace: fixedDuration("PT0S", "P365D")
      .default("P14D")
      .describe("Shortest time between a batch's verification and its purge."),
    "write-fence": z
      .union([probedFence, acceptedRisk], { error: "{ max-past: … } or { accept-risk: … }" })
      .optional()
      .meta({ title: "{ max-past, lag, probe } or { accept-risk }" })
      .describe("What keeps writers out of a period that is purged. Needed unless mode is never."),
    budget,
  })
  .prefault({})
  .describe("Whether and when what is archived and verified leaves the hot store.");
