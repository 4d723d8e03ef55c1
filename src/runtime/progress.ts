// Progress: a bar redrawn on a terminal, a line a minute in a log. Nothing for work of under two
// seconds.
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

/** Where a bar can be redrawn. */
export interface Terminal {
  readonly isTty: boolean;
  write(text: string): void;
}

/** A running count of work items and what they moved. */
export interface Progress {
  /** One item is done; `points` it moved. */
  done(points: bigint, item?: string): void;
  /** How far an item is that is not done. */
  moving(item: string, moved: Moved): void;
  end(): void;
}

/** What an item moved so far. */
export interface Moved {
  readonly points: bigint;
  readonly series: bigint;
  /** Points that it was estimated to have; undefined: nobody knows. */
  readonly expected?: bigint | undefined;
}

const FIRST_MS = 2_000;
const TTY_EVERY_MS = 200;
const LOG_EVERY_MS = 60_000;
const BAR_WIDTH = 24;

/**
 * Starts showing progress of `total` items under a verb, e.g. "archive". A batch may take hours:
 * the line comes by the clock, not only when one is done. `end` must be called.
 */
export function startProgress(
  verb: string,
  total: number,
  clock: Clock,
  log: Log,
  terminal: Terminal | undefined,
): Progress {
  const beganMs = clock.now();
  let finished = 0;
  let points = 0n;
  let shownMs = 0;
  const moving = new Map<string, Moved & { readonly sinceMs: number }>();
  const tty = terminal?.isTty ? terminal : undefined;
  const line = (nowMs: number): string => {
    const seconds = Math.max((nowMs - beganMs) / 1000, 0.001);
    const left =
      finished === 0 ? "" : `, ${duration((seconds / finished) * (total - finished))} left`;
    const sum = moving.values().reduce((n, m) => n + m.points, points);
    const rate = sum === 0n ? "" : `, ${compact(Number(sum) / seconds)} points/s`;
    const moved = `${compact(Number(sum))} points${rate}${left}`;
    return `${verb} ${finished}/${total} batches, ${moved}${runningText(moving, nowMs)}`;
  };
  const show = (): void => {
    const nowMs = clock.now();
    const everyMs = tty ? TTY_EVERY_MS : LOG_EVERY_MS;
    const sinceMs = nowMs - (shownMs || beganMs);
    if (sinceMs < (shownMs === 0 && tty ? FIRST_MS : everyMs)) return;
    shownMs = nowMs;
    if (!tty) return log.info(line(nowMs));
    const filled = Math.round((finished / Math.max(total, 1)) * BAR_WIDTH);
    tty.write(`\r\x1b[K[${"#".repeat(filled).padEnd(BAR_WIDTH, ".")}] ${line(nowMs)}`);
  };
  const ticking = setInterval(show, tty ? TTY_EVERY_MS : LOG_EVERY_MS);
  // What shows work must not be what keeps the process.
  ticking.unref();
  return {
    done(moved, item) {
      finished++;
      points += moved;
      if (item !== undefined) moving.delete(item);
      show();
    },
    moving(item, moved) {
      const sinceMs = moving.get(item)?.sinceMs ?? clock.now();
      moving.set(item, { ...moved, sinceMs });
      show();
    },
    end() {
      clearInterval(ticking);
      if (tty && shownMs > 0) tty.write("\r\x1b[K");
    },
  };
}

/** Items that are told of one by one. */
const TOLD_ITEMS = 4;

/** How far the running items are: points, series, and time left where an estimate tells. */
function runningText(
  moving: ReadonlyMap<string, Moved & { readonly sinceMs: number }>,
  nowMs: number,
): string {
  const told = [...moving].slice(0, TOLD_ITEMS).map(([item, moved]) => {
    const { points, series, expected, sinceMs } = moved;
    const seconds = (nowMs - sinceMs) / 1000;
    const part = expected !== undefined && expected > points && points > 0n && seconds > 0;
    const left = part
      ? `, ${duration((seconds / Number(points)) * Number(expected - points))} left`
      : "";
    const of = expected === undefined ? "" : ` of ~${compact(Number(expected))}`;
    const told = `${compact(Number(points))}${of} points, ${compact(Number(series))} series`;
    return `; ${item} ${told}${left}`;
  });
  const more = moving.size > TOLD_ITEMS ? `; and ${moving.size - TOLD_ITEMS} more` : "";
  return told.join("") + more;
}

/** Seconds in words: `42 s`, `3 min`, `2.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} d`;
}

/** A count in three digits and a letter: `1.23 M`. */
export function compact(count: number): string {
  const units = ["", " k", " M", " G", " T"];
  let value = count;
  let at = 0;
  while (Math.abs(value) >= 1000 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  const digits = at === 0 ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)}${units[at]}`;
}

/** Bytes in three digits and an IEC unit: `1.23 MiB`. */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes;
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at++;
  }
  return `${at === 0 ? value : value.toPrecision(3)} ${units[at]}`;
}
