import { describe, expect, it } from "vitest";
import { flowDigest, purgeDigest } from "../../src/flow/digest.ts";
import { edited, flowOf, GOOD } from "./flows.ts";

const base = flowOf(GOOD);

describe("flowDigest", () => {
  it("is one for one meaning, however it is written", () => {
    const other = edited("https://warp10.example.net", "https://WARP10.example.net:443/")
      .replace("first: 2025-11", 'first: "2025-11" # quoted\n  keep-hot: P3M\n  every: month')
      .replace("max-past: P45D", "max-past: P6W3D");
    expect(flowDigest(flowOf(other))).toBe(flowDigest(base));
    expect(flowDigest(base)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("changes with anything that means something", () => {
    const others = [
      edited("flow: metrics", "flow: metrics\ndescription: x"),
      edited("P45D", "P46D"),
      `${GOOD}run: { parallel: 5 }\n`,
      `${GOOD}batches: { max-series: 49999 }\n`,
    ].map((text) => flowDigest(flowOf(text)));
    expect(new Set([flowDigest(base), ...others]).size).toBe(5);
  });
});

describe("purgeDigest", () => {
  it.each([
    ["description", edited("flow: metrics", "flow: metrics\ndescription: x")],
    ["mode", edited("mode: approve", "mode: automatic")],
    ["fence", edited("P45D", "P46D")],
    ["grace", `${GOOD}`.replace("mode: approve", "mode: approve\n  grace: P1D")],
    ["budget", `${GOOD}`.replace("mode: approve", "mode: approve\n  budget: { series: 5 }")],
    ["keep-hot", edited("first: 2025-11", "first: 2025-11\n  keep-hot: P4M")],
    ["first", edited("first: 2025-11", "first: 2025-10")],
    ["batches", `${GOOD}batches: { by-label: app_id, slice: P7D }\n`],
    ["run", `${GOOD}run: { parallel: 9, shards: 3 }\n`],
    ["tokens", edited("  select:", "  read-token: { env: OTHER }\n  select:")],
    ["keys", edited("  bucket", "  access-key-id: { env: OTHER }\n  bucket")],
  ])("stays when %s changes", (_, text) => {
    expect(purgeDigest(flowOf(text))).toBe(purgeDigest(base));
    expect(flowDigest(flowOf(text))).not.toBe(flowDigest(base));
  });

  it.each([
    ["name", edited("flow: metrics", "flow: metrics2")],
    ["warp10", edited("warp10.example.net", "warp11.example.net")],
    ["select", edited('".*"', '".+"')],
    ["labels", edited('{ regex: ".*" }', '{ regex: ".*" }\n      labels: { a: b }')],
    ["time-unit", edited("  select:", "  time-unit: us\n  select:")],
    ["every", edited("first: 2025-11", "every: week\n  first: 2025-W45")],
    ["s3", edited("cellar-c2", "cellar-c3")],
    ["bucket", edited("metrics-cold", "metrics-colder")],
    ["prefix", edited("  bucket", "  prefix: a\n  bucket")],
  ])("changes with %s", (_, text) => {
    expect(purgeDigest(flowOf(text))).not.toBe(purgeDigest(base));
  });

  it("does not mind the order of selectors", () => {
    const select = (lines: string) => flowOf(edited('    - class: { regex: ".*" }', lines));
    expect(purgeDigest(select("    - class: a\n    - class: b"))).toBe(
      purgeDigest(select("    - class: b\n    - class: a")),
    );
  });

  it("is written down: a change of its form would strand every plan", () => {
    expect(purgeDigest(base)).toMatchInlineSnapshot(
      `"60987da4de00a3bb855b1f897af90e3303b4c2a262352291fac4b529e7d00270"`,
    );
  });
});
