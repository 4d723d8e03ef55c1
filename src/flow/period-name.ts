// Names of periods: 2025-11 (month), 2025-W03 (ISO week), 2025-11-03 (day).
import { Temporal } from "temporal-polyfill";
import type { PeriodKind } from "./flow.ts";

/** Whether a text names a period: `2025-11`, `2025-W03` or `2025-11-03`, from 1970 to 2199. */
export function isPeriodName(every: PeriodKind, name: string): boolean {
  const year = Number(name.slice(0, 4));
  if (year < 1970 || year > 2199) return false;
  if (every === "month") return /^\d{4}-(0[1-9]|1[0-2])$/.test(name);
  if (every === "day") return /^\d{4}-\d{2}-\d{2}$/.test(name) && isDate(name);
  const week = Number(/^\d{4}-W(\d{2})$/.exec(name)?.[1]);
  // The 28th of December always lies in its year's last ISO week.
  const last = new Temporal.PlainDate(year, 12, 28).weekOfYear ?? 52;
  return week >= 1 && week <= last;
}

function isDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= new Temporal.PlainDate(year, month, 1).daysInMonth;
}
