// ISO 8601 durations as flow files write them: by the calendar (P3M), or of fixed length (P7D,
// PT12H).

/**
 * A length by the calendar. Years are 12 months, weeks are 7 days; time-of-day parts are
 * milliseconds.
 */
export interface CalendarDuration {
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

/** One UTC day, ms. */
export const DAY_MS = 86_400_000;

/** No duration in a flow file is longer than this, in years. */
const MAX_DURATION_YEARS = 100;

const DURATION =
  /^P(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/;

/** Days of the months of a year without leap day; what a lower bound may rest on. */
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Parses whole ISO 8601 durations (no sign, no fraction); undefined where the text is none, or over
 * 100 years.
 */
export function parseDuration(text: string): CalendarDuration | undefined {
  const match = DURATION.exec(text);
  if (match === null || text.endsWith("P") || text.endsWith("T")) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number(part ?? 0)) as [number, number, number, number, number, number, number];
  const duration = {
    months: years * 12 + months,
    days: weeks * 7 + days,
    ms: ((hours * 60 + minutes) * 60 + seconds) * 1000,
  };
  return shortestMs(duration) <= MAX_DURATION_YEARS * 365 * DAY_MS ? duration : undefined;
}

/** The length in ms of a duration without years and months; undefined where it has any. */
export function fixedMs(duration: CalendarDuration): number | undefined {
  if (duration.months !== 0) return undefined;
  return duration.days * DAY_MS + duration.ms;
}

/**
 * The shortest that a duration can be, in ms, wherever in the calendar it begins (leap days not
 * counted).
 */
export function shortestMs(duration: CalendarDuration): number {
  const starts = duration.months === 0 ? [0] : MONTH_DAYS.map((_, first) => first);
  const days = Math.min(...starts.map((first) => daysOfMonths(first, duration.months)));
  return (days + duration.days) * DAY_MS + duration.ms;
}

function daysOfMonths(first: number, months: number): number {
  let days = Math.floor(months / 12) * 365;
  for (let i = 0; i < months % 12; i++) days += MONTH_DAYS[(first + i) % 12] ?? 0;
  return days;
}
