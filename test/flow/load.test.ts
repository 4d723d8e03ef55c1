import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadFlow } from "../../src/flow/load.ts";
import { MAX_PROBLEMS, problemsJson, renderProblems } from "../../src/flow/problems.ts";
import { edited, flowOf, GOOD, load, placesOf } from "./flows.ts";

const DAY = 86_400_000;

describe("loadFlow", () => {
  it("fills in every default", () => {
    expect(flowOf(GOOD)).toEqual({
      version: 1,
      name: "metrics",
      description: "",
      source: {
        warp10: "https://warp10.example.net",
        readToken: { env: "WARP10_READ_TOKEN" },
        deleteToken: { env: "WARP10_DELETE_TOKEN" },
        probeToken: { env: "WARP10_PROBE_TOKEN" },
        timeUnit: null,
        select: [{ class: { regex: ".*" }, labels: {} }],
      },
      period: { every: "month", keepHot: { months: 3, days: 0, ms: 0 }, first: "2025-11" },
      batches: { sliceMs: null, byLabel: null, maxSeries: 50_000, maxMs: 6 * 3_600_000 },
      export: { format: "parquet" },
      archive: {
        s3: "https://cellar-c2.services.clever-cloud.com",
        bucket: "metrics-cold",
        prefix: "",
        accessKeyId: { env: "CELLAR_ADDON_KEY_ID" },
        secretAccessKey: { env: "CELLAR_ADDON_KEY_SECRET" },
      },
      run: {
        shards: 1,
        parallel: 4,
        order: "parallel",
        retry: {
          type: "exponential",
          intervalMs: 30_000,
          maxIntervalMs: 900_000,
          maxAttempts: 5,
          maxDurationMs: 21_600_000,
        },
        timeoutMs: 43_200_000,
        runners: null,
        environment: "cellarman",
      },
      purge: {
        mode: "approve",
        approveBy: "command",
        runners: null,
        graceMs: 14 * DAY,
        writeFence: {
          kind: "probe",
          maxPastMs: 45 * DAY,
          lagMs: 600_000,
          probe: ["https://warp10.example.net"],
        },
        budget: { series: null, points: null, batches: null },
      },
      alerts: {
        issue: { labels: [], assignees: [], mentions: [] },
        slack: null,
        webhook: null,
        overdueAfterMs: 5 * DAY,
      },
    });
  });

  it("purges never where nothing is said", () => {
    const { purge } = flowOf(GOOD.slice(0, GOOD.indexOf("purge:")));
    expect(purge).toMatchObject({ mode: "never", writeFence: null, graceMs: 14 * DAY });
  });

  it("normalises addresses, also of probes", () => {
    const flow = flowOf(
      edited("https://warp10.example.net", "HTTPS://Warp10.Example.NET:443/w10//").replace(
        "max-past: P45D",
        "max-past: P45D\n    probe: [http://127.0.0.1:8080/, https://A.example.net/x/]",
      ),
    );
    expect(flow.source.warp10).toBe("https://warp10.example.net/w10");
    expect(flow.purge.writeFence).toMatchObject({
      probe: ["http://127.0.0.1:8080", "https://a.example.net/x"],
    });
  });

  it("reads labels as matches; an empty value is there and empty", () => {
    const flow = flowOf(
      edited(
        '- class: { regex: ".*" }',
        '- class: cpu\n      labels: { region: par, app: { regex: "a.*" }, note: "" }',
      ),
    );
    expect(flow.source.select).toEqual([
      {
        class: { exact: "cpu" },
        labels: { region: { exact: "par" }, app: { regex: "a.*" }, note: { empty: true } },
      },
    ]);
  });

  it("takes a byte order mark in front, Windows lines, and JSON", () => {
    expect(flowOf(`\uFEFF${GOOD}`)).toEqual(flowOf(GOOD));
    expect(flowOf(GOOD.replaceAll("\n", "\r\n"))).toEqual(flowOf(GOOD));
    expect(flowOf(`---\n${GOOD}`)).toEqual(flowOf(GOOD));
    expect(
      flowOf(
        '{"version":1,"flow":"j","source":{"warp10":"https://w.example.net","select":[{"class":"c"}]},"period":{"first":"2025-11"},"archive":{"s3":"https://s.example.net","bucket":"abc"}}',
      ).name,
    ).toBe("j");
  });

  it("keeps the words of YAML 1.1 as text", () => {
    const flow = flowOf(
      edited('- class: { regex: ".*" }', "- class: no\n      labels: { on: yes, at: 2025-11-03 }"),
    );
    expect(flow.source.select[0]).toEqual({
      class: { exact: "no" },
      labels: { on: { exact: "yes" }, at: { exact: "2025-11-03" } },
    });
  });

  it("reports values, keys and rules of one file in one go, sorted by place", () => {
    const text = edited("flow: metrics", "flow: Metrics\nhooks: []")
      .replace("first: 2025-11", "first: 2025-13\n  keep-hot: P1W")
      .replace("bucket: metrics-cold", "bucket: metrics-cold\n  bucket: other");
    expect(placesOf(text)).toEqual([
      "2:7 flow",
      "3:1 hooks",
      "9:10 period.first",
      "10:13 period.keep-hot",
      "14:3 archive.bucket",
      "18:15 purge.write-fence.max-past",
    ]);
  });

  it("does not judge by a rule what is already refused", () => {
    // The kind of period is unknown, so nothing can be said of `first`; the retry is another
    // matter.
    const period = edited("first: 2025-11", "first: 2025-13\n  every: months");
    const text = `${period}run: { retry: { interval: PT1H } }\n`;
    expect(placesOf(text)).toEqual(["9:10 period.every", "17:27 run.retry.interval"]);
  });

  it("keeps the value of a known key that a misspelt one resembles", () => {
    expect(placesOf(edited("mode: approve", "mode: aprove\n  mod: never"))).toEqual([
      "13:9 purge.mode",
      "14:3 purge.mod",
    ]);
  });

  it("caps the problems and counts the rest", () => {
    const keys = Array.from({ length: 150 }, (_, i) => `x${i}: 1\n`).join("");
    const result = load(GOOD + keys);
    const problems = "problems" in result ? result.problems : [];
    expect(problems).toHaveLength(MAX_PROBLEMS + 1);
    expect(problems.at(-1)?.message).toBe("50 more problems follow");
  });

  it("renders problems for people and for programs", () => {
    const result = load(edited("flow: metrics", "flow: Metrics"));
    const problems = "problems" in result ? result.problems : [];
    const expected = "a name of at most 64 lower-case letters, digits and hyphens, e.g. c2-monthly";
    expect(renderProblems(problems)).toBe(`f.yaml:2:7: flow is "Metrics": expected ${expected}\n`);
    expect(JSON.parse(problemsJson(problems))).toEqual({
      version: 1,
      problems: [
        {
          file: "f.yaml",
          line: 2,
          column: 7,
          path: "flow",
          value: '"Metrics"',
          expected,
          message: expect.stringContaining("flow is"),
        },
      ],
    });
  });
});

/** What YAML, and a flow, can be broken into. */
const PIECES = [
  ["a", "b: ", "- ", "? ", ": ", "{", "}", "[", "]", ",", "\n", "\n  ", "\n    ", "&x ", "*x"],
  ["!t ", "|", ">", "'", '"', "#", "%YAML 1.1\n", "---\n", "...\n", "~", "0x1", "1e3", "<<: "],
  ["source:", "purge:\n  ", "write-fence: ", "select:\n", "__proto__: ", "\t", "\r\n", "é"],
].flat();

describe("loadFlow on anything", () => {
  /** Every problem lies in the file. */
  function check(bytes: Uint8Array): void {
    const start = performance.now();
    const result = loadFlow(bytes, "f.yaml");
    expect(performance.now() - start).toBeLessThan(10_000);
    if ("flow" in result) return;
    const lines = new TextDecoder().decode(bytes).split("\n");
    expect(result.problems.length).toBeGreaterThan(0);
    for (const { line, column, message } of result.problems) {
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
      expect(message.length).toBeGreaterThan(5);
    }
  }

  it.each([
    ["addresses", `description: ${"://".repeat(20_000)}`],
    ["letters", `description: ${"a".repeat(60_000)}`],
    ["a prefix", `description: "${"a/.".repeat(20_000)}`],
    ["unknown keys", Array.from({ length: 2_000 }, (_, i) => `keep-hot-${i}: 1`).join("\n")],
    ["a key again and again", "aaa: 1\n".repeat(2_400)],
    ["anchors", `x: [${"&a 1,".repeat(2_400)}]`],
    ["question marks", "? a\n".repeat(2_400)],
    ["closing brackets", `x: ${"]".repeat(4_900)}`],
    ["quotes", `x: ${"'".repeat(60_000)}`],
    ["percent signs", "%\n".repeat(4_900)],
  ])("is not slowed down by %s", (_, text) => {
    check(Buffer.from(GOOD + text));
  });

  it("never throws on bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check), { numRuns: 500 });
  });

  it("never throws on pieces of YAML", () => {
    const piece = fc.constantFrom(...PIECES);
    const text = fc.array(piece, { maxLength: 60 }).map((parts) => Buffer.from(parts.join("")));
    fc.assert(fc.property(text, check), { numRuns: 1_500 });
  });

  it("never throws on a good flow with a cut, a hole or an insertion", () => {
    const place = fc.nat({ max: GOOD.length });
    fc.assert(
      fc.property(place, place, fc.string({ maxLength: 8 }), (a, b, inserted) => {
        check(Buffer.from(GOOD.slice(0, a) + inserted + GOOD.slice(Math.max(a, b))));
        check(Buffer.from(GOOD.slice(0, a) + inserted + GOOD.slice(a)));
      }),
      { numRuns: 400 },
    );
  });
});
