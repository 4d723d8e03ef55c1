// Rules on times: what is due, when a fence closes.
import { DAY_MS, shortestMs } from "./duration.ts";
import type { PeriodKind } from "./flow.ts";
import { isPeriodName } from "./period-name.ts";
import type { Rule } from "./rule.ts";

/** The longest that a period can be. */
const PERIOD_MS: Readonly<Record<PeriodKind, number>> = {
  month: 31 * DAY_MS,
  week: 7 * DAY_MS,
  day: DAY_MS,
};

const KEEP_HOT = ["period", "keep-hot"] as const;
const FENCE = ["purge", "write-fence"] as const;

export const keepHotCoversAPeriod: Rule = {
  name: "keep-hot-covers-a-period",
  says: "`period.keep-hot` is at least one period.",
  reads: [["period", "every"], KEEP_HOT],
  check({ period }, written) {
    // By the calendar, P1M is one month however long that is.
    if (period.every === "month" && period.keepHot.months > 0) return [];
    if (shortestMs(period.keepHot) >= PERIOD_MS[period.every]) return [];
    const reason = `is ${written.period["keep-hot"]}, which is shorter than one ${period.every}`;
    return [{ path: KEEP_HOT, reason, expected: `at least one ${period.every}` }];
  },
};

export const firstFitsEvery: Rule = {
  name: "first-fits-every",
  says: "`period.first` is a period of the kind that `period.every` says.",
  reads: [
    ["period", "every"],
    ["period", "first"],
  ],
  check({ period: { every, first } }) {
    if (isPeriodName(every, first)) return [];
    const example = { month: "2025-11", week: "2025-W03", day: "2025-11-03" }[every];
    const reason = `is ${first}, which names no ${every}`;
    return [
      {
        path: ["period", "first"],
        reason,
        expected: `a ${every} from 1970 to 2199, as ${example}`,
      },
    ];
  },
};

export const sliceFitsPeriod: Rule = {
  name: "slice-fits-period",
  says: "`batches.slice` is at most one period.",
  reads: [
    ["period", "every"],
    ["batches", "slice"],
  ],
  check({ period, batches }, written) {
    if (batches.sliceMs === null || batches.sliceMs <= PERIOD_MS[period.every]) return [];
    const reason = `is ${written.batches.slice}, which is longer than one ${period.every}`;
    return [{ path: ["batches", "slice"], reason, expected: `at most one ${period.every}` }];
  },
};

export const fenceClosesInTime: Rule = {
  name: "fence-closes-in-time",
  says: "`max-past` + `lag` is less than `period.keep-hot` at its shortest.",
  reads: [FENCE, KEEP_HOT],
  check({ purge, period }, written) {
    const fence = purge.writeFence;
    if (fence?.kind !== "probe" || fence.maxPastMs + fence.lagMs < shortestMs(period.keepHot))
      return [];
    const keepHot = written.period["keep-hot"];
    return [
      {
        path: [...FENCE, "max-past"],
        reason: `plus lag is not below period.keep-hot (${keepHot}): writers could still reach it`,
        expected: `max-past + lag below ${Math.floor(shortestMs(period.keepHot) / DAY_MS)} days`,
      },
    ];
  },
};

export const purgeNeedsAFence: Rule = {
  name: "purge-needs-a-fence",
  says: "`purge.write-fence` is there unless `purge.mode` is never.",
  reads: [["purge", "mode"], FENCE],
  check({ purge }) {
    if (purge.mode === "never" || purge.writeFence !== null) return [];
    return [
      {
        path: FENCE,
        reason: `is missing, and purge.mode is ${purge.mode}`,
        expected:
          "{ max-past: … }, the age at which the server refuses points, or { accept-risk: … }",
      },
    ];
  },
};
