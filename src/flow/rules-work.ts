// Rules on the work: waits and shards.
import type { Rule } from "./rule.ts";

export const retryWaitsGrow: Rule = {
  name: "retry-waits-grow",
  says: "`run.retry.interval` is at most `max-interval`.",
  reads: [["run", "retry"]],
  check({ run: { retry } }, written) {
    if (retry.type === "constant" || retry.intervalMs <= retry.maxIntervalMs) return [];
    const { interval, "max-interval": longest } = written.run.retry;
    return [
      {
        path: ["run", "retry", "interval"],
        reason: `is ${interval}, longer than max-interval (${longest})`,
        expected: "an interval of at most max-interval",
      },
    ];
  },
};

export const shardsHaveWork: Rule = {
  name: "shards-have-work",
  says: "`run.shards` is at most `run.parallel`; 1 where `order` is sequential.",
  reads: [
    ["run", "shards"],
    ["run", "parallel"],
    ["run", "order"],
  ],
  check({ run }) {
    const path = ["run", "shards"];
    if (run.order === "sequential" && run.shards > 1) {
      return [{ path, reason: `is ${run.shards}, but run.order is sequential`, expected: "1" }];
    }
    if (run.order === "sequential" || run.shards <= run.parallel) return [];
    const reason = `is ${run.shards}, more than run.parallel (${run.parallel}): some would be idle`;
    return [{ path, reason, expected: "at most run.parallel" }];
  },
};
