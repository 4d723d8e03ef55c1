// Periods by the calendar in UTC: they tile time, have one name each, and do not know the host's
// zone (design §1, §3).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PeriodKind } from "../../src/flow/flow.ts";
import {
  addDuration,
  dueAtMs,
  duePeriods,
  nextPeriod,
  type Period,
  periodOf,
  previousPeriod,
  rangeOf,
} from "../../src/plan/period.ts";
import type { TimeUnit } from "../../src/warp10/range.ts";
import { at, caught, DAY_MS } from "../support/values.ts";

fc.configureGlobal({ seed: 4 });

const FIRST: Readonly<Record<PeriodKind, string>> = {
  month: "1970-01",
  week: "1970-W01",
  day: "1970-01-01",
};
const KINDS: readonly PeriodKind[] = ["month", "week", "day"];
const UNITS: readonly TimeUnit[] = ["ms", "us", "ns"];
const months = (n: number) => ({ months: n, days: 0, ms: 0 });

/** Every period of a kind from a first one until a moment. */
function chainOf(every: PeriodKind, first: string, until: string): Period[] {
  const all = [periodOf(every, first)];
  for (let last = all[0]; last && last.toMs < at(until);) {
    last = nextPeriod(every, last);
    all.push(last);
  }
  return all;
}

/** 1970 to 2100; of the days, eight years around leap days and a century's end. */
const CENTURY: Readonly<Record<PeriodKind, readonly Period[]>> = {
  month: chainOf("month", FIRST.month, "2100-01-01T00:00:00Z"),
  week: chainOf("week", FIRST.week, "2100-01-01T00:00:00Z"),
  day: chainOf("day", "1996-01-01", "2004-04-01T00:00:00Z"),
};
const century = (every: PeriodKind): readonly Period[] => CENTURY[every];
const spanOf = (every: PeriodKind): { min: number; max: number } => ({
  min: century(every)[0]?.fromMs ?? 0,
  max: (century(every).at(-1)?.toMs ?? 0) - 1,
});

describe("periods tile 1970 to 2100", () => {
  test.each(KINDS)("%s by %s: each ends where the next begins, never empty", (every) => {
    const all = century(every);
    expect(all.length).toBeGreaterThan(1_500);
    const gaps = all.slice(1).filter((period, i) => period.fromMs !== all[i]?.toMs);
    expect(gaps).toEqual([]);
    expect(all.filter((p) => p.toMs <= p.fromMs)).toEqual([]);
  });

  test.each(KINDS.flatMap((every) => UNITS.map((unit) => [every, unit] as const)))(
    "%ss in %s: inclusive ranges leave a gap of exactly one unit",
    (every, unit) => {
      const ranges = century(every).map((p) => rangeOf(p.fromMs, p.toMs, unit));
      const gaps = ranges.slice(1).map((range, i) => range.start - (ranges[i]?.end ?? 0n));
      expect(new Set(gaps)).toEqual(new Set([1n]));
    },
  );

  test.each(KINDS)("%s names round-trip and are all different", (every) => {
    const all = century(every);
    expect(new Set(all.map((p) => p.name)).size).toBe(all.length);
    const broken = all.filter((p) => {
      const again = periodOf(every, p.name);
      return again.fromMs !== p.fromMs || again.toMs !== p.toMs;
    });
    expect(broken).toEqual([]);
  });

  test.each(KINDS)("the %s before the next is the same one again", (every) => {
    for (const period of century(every).filter((_, i) => i % 17 === 0)) {
      expect(previousPeriod(every, nextPeriod(every, period))).toEqual(period);
    }
  });

  test.each(KINDS)("every moment is in exactly one %s", (every) => {
    const all = century(every);
    fc.assert(
      fc.property(fc.integer(spanOf(every)), (ms) => {
        expect(all.filter((p) => p.fromMs <= ms && ms < p.toMs)).toHaveLength(1);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a month", () => {
  test("begins at midnight UTC of its first day and ends where the next begins", () => {
    expect(periodOf("month", "2025-11")).toEqual({
      name: "2025-11",
      fromMs: at("2025-11-01T00:00:00Z"),
      toMs: at("2025-12-01T00:00:00Z"),
    });
  });

  test.each([
    ["2024-02", 29],
    ["2025-02", 28],
    ["2000-02", 29],
    ["2100-02", 28],
    ["2025-12", 31],
  ])("%s has %i days", (name, days) => {
    const { fromMs, toMs } = periodOf("month", name);
    expect((toMs - fromMs) / DAY_MS).toBe(days);
  });

  test("on the wire its bounds are its first unit and its last, not the next month's first", () => {
    const { fromMs, toMs } = periodOf("month", "2025-11");
    expect(rangeOf(fromMs, toMs, "us")).toEqual({
      start: 1_761_955_200_000_000n,
      end: 1_764_547_199_999_999n,
    });
  });
});

describe("an ISO week", () => {
  test.each([
    ["2025-W01", "2024-12-30"],
    ["2020-W53", "2020-12-28"],
    ["2021-W01", "2021-01-04"],
    ["2026-W53", "2026-12-28"],
    ["2027-W01", "2027-01-04"],
  ])("%s begins on %s", (name, day) => {
    expect(periodOf("week", name).fromMs).toBe(at(`${day}T00:00:00Z`));
  });

  test("years have a week 53 where ISO 8601 says so, and no other year has one", () => {
    const named = century("week")
      .filter((p) => p.name.endsWith("-W53"))
      .map((p) => Number(p.name.slice(0, 4)));
    const expected = Array.from({ length: 130 }, (_, i) => 1970 + i).filter((year) => {
      const weekday = new Date(Date.UTC(year, 0, 1)).getUTCDay();
      const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
      return weekday === 4 || (isLeap && weekday === 3);
    });
    expect(named.filter((year) => year < 2100)).toEqual(expected);
  });
});

describe("what is no name of a period", () => {
  test.each([
    ["month", "2025-13"],
    ["month", "2025-1"],
    ["month", "2025-11-03"],
    ["month", "November"],
    ["month", ""],
    ["week", "2025-W53"],
    ["week", "2025-W00"],
    ["week", "2025-W1"],
    ["week", "2025-11"],
    ["day", "2025-02-29"],
    ["day", "2025-11"],
    ["day", "20251103"],
    ["day", "2025-11-03T00:00"],
  ] as const)("no %s is named %j", (every, name) => {
    expect(caught(() => periodOf(every, name))).toMatchObject({ code: "usage" });
  });
});

describe("keep-hot by the calendar", () => {
  test("November is due with P3M on the first of March, whatever February has of days", () => {
    expect(dueAtMs(periodOf("month", "2025-11"), months(3))).toBe(at("2026-03-01T00:00:00Z"));
    expect(dueAtMs(periodOf("month", "2023-11"), months(3))).toBe(at("2024-03-01T00:00:00Z"));
  });

  test("a month after the 31st is the last day of a shorter month", () => {
    expect(addDuration(at("2025-01-31T00:00:00Z"), months(1))).toBe(at("2025-02-28T00:00:00Z"));
  });

  test("days and milliseconds come after months", () => {
    const moved = addDuration(at("2024-01-31T12:00:00Z"), { months: 1, days: 1, ms: 3_600_000 });
    expect(moved).toBe(at("2024-03-01T13:00:00Z"));
  });

  test("subtracting goes back by the calendar", () => {
    expect(addDuration(at("2024-03-31T00:00:00Z"), months(1), -1)).toBe(at("2024-02-29T00:00:00Z"));
  });
});

describe("due periods", () => {
  const nowAt = (text: string): string[] =>
    duePeriods("month", "2025-11", months(3), at(text)).map((p) => p.name);

  test("none a millisecond before the first is old enough, that one a millisecond later", () => {
    expect(nowAt("2026-02-28T23:59:59.999Z")).toEqual([]);
    expect(nowAt("2026-03-01T00:00:00.000Z")).toEqual(["2025-11"]);
  });

  test("all since the first, oldest first, when nobody looked for months", () => {
    expect(nowAt("2026-06-01T00:00:00Z")).toEqual(["2025-11", "2025-12", "2026-01", "2026-02"]);
  });

  test("a running period is never due: keep-hot counts from its end", () => {
    for (const every of KINDS) {
      const due = duePeriods(
        every,
        FIRST[every],
        { months: 0, days: 1, ms: 0 },
        at("1970-03-10T00:00:00Z"),
      );
      expect(due.filter((p) => p.toMs + DAY_MS > at("1970-03-10T00:00:00Z"))).toEqual([]);
    }
  });

  test("days since 1970 are plainly a mistake", () => {
    const ask = () => duePeriods("day", "1970-01-01", months(1), at("2026-01-01T00:00:00Z"));
    expect(caught(ask)).toMatchObject({
      code: "limit",
      hint: expect.stringContaining("period.first"),
    });
  });
});
