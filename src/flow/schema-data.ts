// The sections that say which points, cut how, go where.
import { z } from "zod";
import { parseStoreAddress } from "./address.ts";
import {
  addressBy,
  calendarDuration,
  fixedDuration,
  oneOf,
  secretIn,
  serverRegex,
  textBy,
  textUpTo,
  warp10Address,
  wholeNumber,
} from "./fields.ts";

const regexMatch = z
  .strictObject({ regex: serverRegex() })
  .describe("A Java regular expression that the whole text must match.");

const className = textUpTo(1_000, "a class name, or { regex: … }");
const labelName = textUpTo(200, "a label's name").refine((name) => name !== "__proto__");
const labelValue = z.string({ error: "a label's value, or { regex: … }" }).max(1_000);

/** One selector. */
export const selectSchema = z
  .strictObject({
    class: z
      .union([className, regexMatch], { error: "a class name, or { regex: … }" })
      .meta({ title: "class name, or { regex }" })
      .describe("The class: its exact name, or a regular expression for all of it."),
    labels: z
      .record(labelName, z.union([labelValue, regexMatch], { error: "a value, or { regex: … }" }))
      .default({})
      .meta({ title: "label name: value, or { regex }" })
      .describe(
        "Labels (or attributes) that a series must have; it may have more. Empty: an empty value.",
      ),
  })
  .describe("Series of one class pattern.");

export const source = z
  .strictObject({
    warp10: warp10Address().describe("The Warp 10 to read from and to delete in; without /api/v0."),
    "read-token": secretIn("WARP10_READ_TOKEN", "Variable with the token that lists and reads."),
    "delete-token": secretIn(
      "WARP10_DELETE_TOKEN",
      "Variable with the write token that deletes. Given to the purge job alone.",
    ),
    "probe-token": secretIn(
      "WARP10_PROBE_TOKEN",
      "Variable with the write token that probes the fence; of an application of its own.",
    ),
    "time-unit": oneOf(["ms", "us", "ns"])
      .optional()
      .describe(
        "The server's time unit, which must be what it answers. Left out: what it answers.",
      ),
    select: z
      .array(selectSchema, { error: "a list of selectors, each with a class" })
      .min(1, { error: "at least one selector" })
      .max(100, { error: "at most 100 selectors" })
      .describe("The series: all that one of these selects."),
  })
  .describe("Where the points are.");

export const period = z
  .strictObject({
    every: oneOf(["month", "week", "day"])
      .default("month")
      .describe("Length of a period, in UTC. Weeks begin on Mondays (ISO 8601)."),
    "keep-hot": calendarDuration()
      .default("P3M")
      .describe("How long a period stays hot after its end. At least one period."),
    first: textBy(
      /^\d{4}-(\d{2}|W\d{2}|\d{2}-\d{2})$/,
      "the first period's name: 2025-11 (month), 2025-W03 (week) or 2025-11-03 (day)",
    )
      .meta({ title: "period", examples: ["2025-11", "2025-W03", "2025-11-03"] })
      .describe(
        "The first: 2025-11 (month), 2025-W03 (ISO week), 2025-11-03 (day). Earlier ones stay hot.",
      ),
  })
  .describe("Which times are archived, and when.");

export const batches = z
  .strictObject({
    slice: fixedDuration("PT1H", "P31D")
      .optional()
      .describe("Longest time range of a batch. Left out: from the estimate."),
    "by-label": textUpTo(200, "a label's name")
      .optional()
      .describe("Label by whose values the series are cut into groups. Left out: by class name."),
    "max-series": wholeNumber(1, 10_000_000)
      .default(50_000)
      .describe("Most series of a group. What is more is cut by longer prefixes."),
    "max-hours": wholeNumber(1, 120)
      .default(6)
      .describe("hfile: longest generation of a batch, in hours. A slower one is split in two."),
  })
  .prefault({})
  .describe("How a period is cut into batches.");

export const archive = z
  .strictObject({
    s3: addressBy(
      parseStoreAddress,
      "an https address such as https://cellar-c2.services.clever-cloud.com",
    ).describe("The S3 endpoint, without bucket."),
    bucket: textBy(
      /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      "a bucket's name: 3 to 63 lower-case letters, digits, hyphens and dots",
    )
      .meta({ title: "bucket name" })
      .describe("The bucket. It must exist."),
    prefix: textBy(
      /^(?=.{0,200}$)([A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$/,
      "names of letters, digits, . - and _ with slashes between them, at most 200 characters",
    )
      .default("")
      .meta({ title: "key prefix" })
      .describe("Folder in the bucket under which everything lies. Empty: none."),
    "access-key-id": secretIn("CELLAR_ADDON_KEY_ID", "Variable with the access key's id."),
    "secret-access-key": secretIn("CELLAR_ADDON_KEY_SECRET", "Variable with the secret key."),
  })
  .describe("Where the archive goes.");
