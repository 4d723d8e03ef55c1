// Periods by the calendar, in UTC: half-open in thought, inclusive integers on the wire (design
// §1). Pure.
import { Temporal } from "temporal-polyfill";
import type { CalendarDuration } from "../flow/duration.ts";
import type { PeriodKind } from "../flow/flow.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { type Range, type TimeUnit, UNITS_PER_MS } from "../warp10/range.ts";

/** One period: its name, and where it begins and ends (exclusive), ms since the epoch. */
export interface Period {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Periods that one flow may have before something is plainly wrong: 27 years of days. */
export const PERIODS_MAX = 10_000;

const STEP: Readonly<Record<PeriodKind, Temporal.DurationLike>> = {
  month: { months: 1 },
  week: { weeks: 1 },
  day: { days: 1 },
};

/**
 * The period of a name: `2025-11`, `2025-W03` (ISO week) or `2025-11-03`. Throws "usage" on another
 * form.
 */
export function periodOf(every: PeriodKind, name: string): Period {
  const first = firstDay(every, name);
  if (!first || nameOf(every, first) !== name) {
    throw new CellarmanError("usage", `"${name}" names no ${every}`, {
      hint: `Write a ${every} as ${EXAMPLE[every]}.`,
    });
  }
  return spanning(every, first);
}

const EXAMPLE: Readonly<Record<PeriodKind, string>> = {
  month: "2025-11",
  week: "2025-W03",
  day: "2025-11-03",
};

function firstDay(every: PeriodKind, name: string): Temporal.PlainDate | undefined {
  try {
    if (every === "day") return Temporal.PlainDate.from(name);
    if (every === "month") return Temporal.PlainYearMonth.from(name).toPlainDate({ day: 1 });
    const [year, week] = name.split("-W");
    const inWeekOne = Temporal.PlainDate.from(`${year}-01-04`);
    const monday = inWeekOne.subtract({ days: inWeekOne.dayOfWeek - 1 });
    return monday.add({ weeks: Number(week) - 1 });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function nameOf(every: PeriodKind, day: Temporal.PlainDate): string {
  if (every === "month") return day.toPlainYearMonth().toString();
  if (every === "day") return day.toString();
  return `${day.yearOfWeek}-W${String(day.weekOfYear).padStart(2, "0")}`;
}

const startMs = (day: Temporal.PlainDate): number =>
  day.toZonedDateTime("UTC").toInstant().epochMilliseconds;

function spanning(every: PeriodKind, first: Temporal.PlainDate): Period {
  const next = first.add(STEP[every]);
  return { name: nameOf(every, first), fromMs: startMs(first), toMs: startMs(next) };
}

/** A moment plus (or minus) a calendar duration, in UTC, ms. */
export function addDuration(atMs: number, duration: CalendarDuration, sign: 1 | -1 = 1): number {
  const at = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO("UTC");
  const { months, days, ms } = duration;
  const moved = sign === 1 ? at.add({ months, days }) : at.subtract({ months, days });
  return moved.epochMilliseconds + sign * ms;
}

/** When a period becomes due: `keep-hot` after its end, ms. */
export const dueAtMs = (period: Period, keepHot: CalendarDuration): number =>
  addDuration(period.toMs, keepHot);

/**
 * The periods that are due at `nowMs`, oldest first, from the flow's first on. Throws "limit" over
 * PERIODS_MAX.
 */
export function duePeriods(
  every: PeriodKind,
  first: string,
  keepHot: CalendarDuration,
  nowMs: number,
): Period[] {
  const due: Period[] = [];
  let period = periodOf(every, first);
  while (dueAtMs(period, keepHot) <= nowMs) {
    due.push(period);
    if (due.length > PERIODS_MAX) {
      throw new CellarmanError("limit", `more than ${PERIODS_MAX} periods since ${first}`, {
        hint: "Set period.first to a later period.",
      });
    }
    period = nextPeriod(every, period);
  }
  return due;
}

/** The period that a moment lies in. */
export function periodAt(every: PeriodKind, atMs: number): Period {
  const instant = Temporal.Instant.fromEpochMilliseconds(atMs);
  const day = instant.toZonedDateTimeISO("UTC").toPlainDate();
  if (every === "day") return spanning(every, day);
  if (every === "month") return spanning(every, day.with({ day: 1 }));
  return spanning(every, day.subtract({ days: day.dayOfWeek - 1 }));
}

/** The period after one. */
export function nextPeriod(every: PeriodKind, period: Period): Period {
  const day = Temporal.Instant.fromEpochMilliseconds(period.toMs)
    .toZonedDateTimeISO("UTC")
    .toPlainDate();
  return spanning(every, day);
}

/** The period before one. */
export function previousPeriod(every: PeriodKind, period: Period): Period {
  const day = Temporal.Instant.fromEpochMilliseconds(period.fromMs)
    .toZonedDateTimeISO("UTC")
    .toPlainDate();
  return spanning(every, day.subtract(STEP[every]));
}

/** A half-open span in ms as inclusive bounds in the server's unit. */
export function rangeOf(fromMs: number, toMs: number, unit: TimeUnit): Range {
  const scale = UNITS_PER_MS[unit];
  return { start: BigInt(fromMs) * scale, end: BigInt(toMs) * scale - 1n };
}
