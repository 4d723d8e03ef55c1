import { describe, expect, it } from "vitest";
import { RULES } from "../../src/flow/rules.ts";
import { edited, flowOf, GOOD, placesOf } from "./flows.ts";

const period = (lines: string) => edited("  first: 2025-11", lines);
const fenced = (keepHot: string, maxPast: string, lag = "PT10M") =>
  period(`  first: 2025-11\n  keep-hot: ${keepHot}`).replace(
    "max-past: P45D",
    `max-past: ${maxPast}\n    lag: ${lag}`,
  );

describe("rules", () => {
  it("have names of their own", () => {
    expect(new Set(RULES.map((rule) => rule.name)).size).toBe(RULES.length);
  });

  it.each(["P1M", "P31D", "P5W", "P1Y", "P1M1D", "PT744H"])(
    "keep-hot %s covers a month",
    (text) => {
      const flow = flowOf(fenced(text, "P20D"));
      expect(flow.period.every).toBe("month");
    },
  );

  it.each(["P30D", "P4W", "PT743H", "P0M", "PT0S"])("keep-hot %s covers no month", (text) => {
    expect(placesOf(fenced(text, "PT1H", "PT1S"))[0]).toBe("9:13 period.keep-hot");
  });

  it.each([
    ["week", "2025-W45", "P7D", []],
    ["week", "2025-W45", "P6D", ["9:13 period.keep-hot"]],
    ["week", "2025-W45", "P1M", []],
    ["day", "2025-11-03", "PT24H", []],
    ["day", "2025-11-03", "PT23H", ["9:13 period.keep-hot"]],
  ])("keep-hot of a %s from %s: %s", (every, first, keepHot, places) => {
    const text = period(`  every: ${every}\n  keep-hot: ${keepHot}\n  first: ${first}`);
    expect(placesOf(text.replace("P45D", "PT1H"))).toEqual(places);
  });

  // The shortest three months are February to April, 89 days; the fence must have closed by then.
  it.each([
    ["P3M", "P88D", "PT23H59M59S", true],
    ["P3M", "P88D", "P1D", false],
    ["P3M", "P89D", "PT1S", false],
    ["P1M", "P27D", "PT23H59M59S", true],
    ["P1M", "P28D", "PT1S", false],
    ["P90D", "P89D", "PT23H", true],
    ["P1Y", "P364D", "PT1H", true],
    ["P1Y", "P365D", "PT1S", false],
  ])(
    "a fence with keep-hot %s, max-past %s, lag %s closes in time: %s",
    (keep, past, lag, valid) => {
      expect(placesOf(fenced(keep, past, lag))).toEqual(
        valid ? [] : ["16:15 purge.write-fence.max-past"],
      );
    },
  );

  it("want a fence for every purge, and none for an archive alone", () => {
    const bare = (mode: string) =>
      `${GOOD.slice(0, GOOD.indexOf("purge:"))}purge: { mode: ${mode} }\n`;
    expect(placesOf(bare("automatic"))).toEqual(["12:1 purge.write-fence"]);
    expect(placesOf(bare("approve"))).toEqual(["12:1 purge.write-fence"]);
    expect(placesOf(bare("never"))).toEqual([]);
  });

  it("take an accepted risk as a fence", () => {
    const flow = flowOf(edited("max-past: P45D", "accept-risk: the ingress is switched off"));
    expect(flow.purge.writeFence).toEqual({
      kind: "accept-risk",
      reason: "the ingress is switched off",
    });
  });

  it("want shards that have work, and one where order is sequential", () => {
    expect(placesOf(`${GOOD}run: { shards: 4 }\n`)).toEqual([]);
    expect(placesOf(`${GOOD}run: { shards: 5 }\n`)).toEqual(["16:16 run.shards"]);
    expect(placesOf(`${GOOD}run: { order: sequential }\n`)).toEqual([]);
    expect(placesOf(`${GOOD}run: { order: sequential, shards: 2 }\n`)).toEqual([
      "16:35 run.shards",
    ]);
  });

  it("want waits that grow, except constant ones", () => {
    const retry = (type: string) => `${GOOD}run: { retry: { type: ${type}, interval: PT1H } }\n`;
    expect(placesOf(retry("random"))).toEqual(["16:41 run.retry.interval"]);
    expect(placesOf(retry("constant"))).toEqual([]);
  });
});
