// The period that a moment lies in, how many there may be, and what is said of a bad name.
import { describe, expect, test } from "vitest";
import type { PeriodKind } from "../../src/flow/flow.ts";
import {
  addDuration,
  duePeriods,
  periodAt,
  periodOf,
  PERIODS_MAX,
  previousPeriod,
} from "../../src/plan/period.ts";
import { at, caught, DAY_MS } from "../support/values.ts";

describe("the period of a moment", () => {
  test.each<[PeriodKind, string, string]>([
    ["month", "2025-11-01T00:00:00.000Z", "2025-11"],
    ["month", "2025-11-30T23:59:59.999Z", "2025-11"],
    ["month", "2025-12-01T00:00:00.000Z", "2025-12"],
    ["month", "1969-12-31T23:59:59.999Z", "1969-12"],
    ["week", "2024-12-30T00:00:00.000Z", "2025-W01"],
    ["week", "2025-01-05T23:59:59.999Z", "2025-W01"],
    ["week", "2025-01-06T00:00:00.000Z", "2025-W02"],
    ["week", "2027-01-03T12:00:00.000Z", "2026-W53"],
    ["day", "2024-02-29T23:59:59.999Z", "2024-02-29"],
    ["day", "2024-03-01T00:00:00.000Z", "2024-03-01"],
  ])("%s of %s is %s", (every, moment, name) => {
    expect(periodAt(every, at(moment))).toEqual(periodOf(every, name));
  });

  test("before one is the one before it, across a year", () => {
    expect(previousPeriod("month", periodOf("month", "2025-01")).name).toBe("2024-12");
    expect(previousPeriod("week", periodOf("week", "2027-W01")).name).toBe("2026-W53");
    expect(previousPeriod("day", periodOf("day", "2024-03-01")).name).toBe("2024-02-29");
  });
});

test.each<[PeriodKind, string]>([
  ["month", "2025-11"],
  ["week", "2025-W03"],
  ["day", "2025-11-03"],
])("what names no %s says how one is written: %s", (every, example) => {
  expect(caught(() => periodOf(every, "soon"))).toMatchObject({
    code: "usage",
    message: `"soon" names no ${every}`,
    hint: `Write a ${every} as ${example}.`,
  });
  expect(periodOf(every, example).name).toBe(example);
});

test("a duration is taken back whole: days and milliseconds too", () => {
  const duration = { months: 1, days: 2, ms: 3_600_000 };
  expect(addDuration(at("2024-03-31T12:00:00Z"), duration, -1)).toBe(at("2024-02-27T11:00:00Z"));
});

test("ten thousand periods are due one by one; one more is a mistake", () => {
  const none = { months: 0, days: 0, ms: 0 };
  const due = duePeriods("day", "1970-01-01", none, PERIODS_MAX * DAY_MS);
  expect(due).toHaveLength(PERIODS_MAX);
  const ask = () => duePeriods("day", "1970-01-01", none, (PERIODS_MAX + 1) * DAY_MS);
  expect(caught(ask)).toMatchObject({
    code: "limit",
    message: "more than 10000 periods since 1970-01-01",
    hint: "Set period.first to a later period.",
  });
});
