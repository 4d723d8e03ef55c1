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

export const purgeRunsElsewhere: Rule = {
  name: "purge-runs-elsewhere",
  says: "no runner has the labels of both `run.runners` and `purge.runners`.",
  reads: [
    ["run", "runners"],
    ["purge", "runners"],
  ],
  check({ run, purge }) {
    if (run.runners === null || purge.runners === null) return [];
    const own = new Set(purge.runners.map((label) => label.toLowerCase()));
    const others = new Set(run.runners.map((label) => label.toLowerCase()));
    if (!own.isSubsetOf(others) && !others.isSubsetOf(own)) return [];
    return [
      {
        path: ["purge", "runners"],
        reason: "can be the runners that archive: one set of labels holds the other",
        expected: "labels that keep the delete token from runners that archive and verify",
      },
    ];
  },
};

export const slackBotNeedsAChannel: Rule = {
  name: "slack-bot-needs-a-channel",
  says: "`alerts.slack.bot-token` goes with `channel`.",
  reads: [["alerts", "slack"]],
  check(_, { alerts }) {
    const { slack } = alerts;
    if (!slack || slack.channel !== undefined) return [];
    if (slack["bot-token"].env === "SLACK_BOT_TOKEN") return [];
    return [
      {
        path: ["alerts", "slack", "bot-token"],
        reason: "is named, but no channel is",
        expected: "alerts.slack.channel, a channel's id such as C0123456789",
      },
    ];
  },
};
