// What a policy forbids a flow, with the place in the flow that breaks it.
import { describe, expect, it, test } from "vitest";
import { locate } from "../../src/flow/located.ts";
import { loadPolicy } from "../../src/flow/policy.ts";
import { durationText, leastBudget, policyBreaches, tooOld } from "../../src/flow/policy-rules.ts";
import { parseDuration } from "../../src/flow/duration.ts";
import { edited, flowOf, GOOD } from "./flows.ts";

/** What a flow breaks of a policy, as `line:column rule`. */
function broken(policy: string, flow = GOOD): string[] {
  const breaches = policyBreaches(loadPolicy(`version: 1\n${policy}`), flowOf(flow));
  return breaches.map((breach) => {
    const [problem] = locate(Buffer.from(flow), "f.yaml", [breach]);
    return `${problem?.line}:${problem?.column} ${breach.rule}`;
  });
}

const ENDPOINTS = `endpoints:
  - address: https://warp10.example.net
    read-token: [WARP10_READ_TOKEN]
    delete-token: [WARP10_DELETE_TOKEN]
    probe-token: [WARP10_PROBE_TOKEN]
  - address: https://cellar-c2.services.clever-cloud.com/
    access-key-id: [CELLAR_ADDON_KEY_ID]
    secret-access-key: [CELLAR_ADDON_KEY_SECRET]
`;

describe("a policy that a flow keeps", () => {
  test.each([
    ["hold alone", "hold: all\n"],
    ["modes", "modes: [approve, never]\n"],
    ["the same keep-hot", "keep-hot: P3M\n"],
    ["less keep-hot", "keep-hot: P60D\n"],
    ["a budget, with none in the flow", "budget: { series: 5 }\n"],
    ["every endpoint", ENDPOINTS],
  ])("%s", (_, policy) => {
    expect(broken(policy)).toEqual([]);
  });

  it("keep-hot of a flow that never purges", () => {
    expect(broken("keep-hot: P1Y\n", GOOD.slice(0, GOOD.indexOf("purge:")))).toEqual([]);
  });
});

describe("a policy that a flow breaks", () => {
  test.each([
    ["modes", "modes: [never]\n", GOOD, ["13:9 modes"]],
    ["keep-hot", "keep-hot: P4M\n", GOOD, ["7:1 keep-hot"]],
    ["a selector", "forbid: [{ class: billing }]\n", GOOD, ["6:7 forbid"]],
    [
      "a budget",
      "budget: { series: 5 }\n",
      `${GOOD}  budget: { series: 6, points: 9 }\n`,
      ["16:21 budget"],
    ],
    ["another host", ENDPOINTS, edited("warp10.example.net", "evil.example.net"), 3],
    [
      "another variable",
      ENDPOINTS,
      edited("  select:", "  read-token: { env: OTHER }\n  select:"),
      ["4:11 endpoints"],
    ],
    [
      "Slack",
      ENDPOINTS,
      `${GOOD}alerts: { slack: { channel: C0123456789 } }\n`,
      ["16:11 endpoints", "16:11 endpoints"],
    ],
  ])("%s", (_, policy, flow, expected) => {
    const found = broken(policy, flow);
    expect(typeof expected === "number" ? found.length : found).toEqual(expected);
  });

  it("keep-hot that is less in some months only", () => {
    const months = edited("first: 2025-11", "first: 2025-11\n  keep-hot: P3M");
    expect(broken("keep-hot: P91D\n", months)).toEqual(["9:13 keep-hot"]);
    expect(broken("keep-hot: P89D\n", months)).toEqual([]);
  });
});

describe("versions and budgets", () => {
  test.each([
    ["1.2.3", "1.2.3", true],
    ["1.10.0", "1.9.9", true],
    ["1.2.3", "1.2.4", false],
    ["0.9.9", "1.0.0", false],
  ])("%s is enough for %s: %s", (version, least, enough) => {
    const policy = loadPolicy(`version: 1\nmin-version: ${least}\n`);
    expect(tooOld(policy, version) === undefined).toBe(enough);
  });

  it("takes the lesser of two budgets", () => {
    const flow = { series: 10, points: null, batches: null };
    const policy = { series: 5, points: 7, batches: null };
    expect(leastBudget(flow, policy)).toEqual({ series: 5, points: 7, batches: null });
    expect(leastBudget(flow, undefined)).toEqual(flow);
  });

  test.each(["P3M", "P14M", "P10D", "PT7200S", "P1M2D"])("writes %s as it is", (text) => {
    expect(durationText(parseDuration(text) ?? { months: 0, days: 0, ms: 0 })).toBe(text);
  });
});
