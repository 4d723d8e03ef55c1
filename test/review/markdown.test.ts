// A review's text: within GitHub's limit whatever the change, cut by rows and saying so; nothing of
// a flow can format, mention or break out.
import { describe, expect, it } from "vitest";
import { diffFlows } from "../../src/review/diff.ts";
import { findingsOf } from "../../src/review/findings.ts";
import type { FlowSet } from "../../src/review/flow-set.ts";
import { COMMENT_MAX, reviewMarkdown } from "../../src/review/markdown.ts";
import { flowSetOf } from "../../src/review/read-set.ts";
import type { Review } from "../../src/review/review.ts";
import { reviewText } from "../../src/review/text.ts";
import { verdictOf } from "../../src/review/verdict.ts";
import { edited, GOOD } from "../flow/flows.ts";

const NOW = Date.UTC(2026, 2, 10);

const setOf = (files: Readonly<Record<string, string>>): FlowSet =>
  flowSetOf(new Map(Object.entries(files).map(([k, v]) => [k, Buffer.from(v)])), "flows/");

function reviewOf(before: Readonly<Record<string, string>>, after: typeof before): Review {
  const [base, head] = [setOf(before), setOf(after)];
  const diff = diffFlows({ base, head, rules: base.policy, facts: new Map(), nowMs: NOW });
  const judged = { base, head, diff, asked: new Set<string>(), shared: [], isAccepted: true };
  const findings = findingsOf({ ...judged, version: "1.0.0", policyFile: "flows/policy.yaml" });
  return { base: "main", verdict: verdictOf(diff, findings), diff, findings, notices: [] };
}

/** Many flows of days: every one of them has some hundred periods. */
function many(count: number, keepHot: string): Record<string, string> {
  const flow = (i: number): string =>
    edited("flow: metrics", `flow: m${i}`)
      .replace("first: 2025-11", `first: 2025-09-01\n  every: day\n  keep-hot: ${keepHot}`)
      .replace("max-past: P45D", "max-past: P5D");
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}.yaml`, flow(i)]));
}

describe("the text", () => {
  it.each([1, 60])("of %i flows with all their days stays within the limit", (count) => {
    const review = reviewOf(many(count, "P100D"), many(count, "P30D"));
    const text = reviewMarkdown(review);
    expect(text.length).toBeLessThan(COMMENT_MAX - 200);
    expect(text).toContain(`${count} of ${count} flow`);
    if (count > 1)
      expect(text).toMatch(/more rows, cut for length: `cellarman review --base main`/);
    if (count > 1) expect(reviewText(review).length).toBeGreaterThan(COMMENT_MAX);
    expect(reviewText(review)).toContain(`m${count - 1} (flows/m${count - 1}.yaml): changed`);
  });

  it("says nothing of a table that is whole", () => {
    expect(reviewMarkdown(reviewOf(many(1, "P31D"), many(1, "P30D")))).not.toContain(
      "cut for length",
    );
  });

  it("shows what others wrote as text", () => {
    const wild = edited(
      "flow: metrics",
      'flow: metrics\ndescription: "@all <img src=x> `x` | [a](https://evil.example.net) --> ```"',
    )
      .replace('regex: ".*"', 'regex: "a|<b>"')
      .replace("bucket: metrics-cold", "bucket: metrics.cold");
    const text = reviewMarkdown(reviewOf({ "m.yaml": GOOD }, { "m.yaml": wild }));
    const plain = text.replaceAll(/(`+)(?: .*? |[^`\n]*?)\1/g, "");
    expect(plain).not.toMatch(/@all|<img|evil\.example/);
    const [, picture = ""] = /```mermaid\n([^]*?)```/.exec(text) ?? [];
    expect(picture.split("\n").every((line) => !/<(?!br\/>)|@|`/.test(line))).toBe(true);
  });

  it("names a place for each problem, errors first", () => {
    const bad = { "a.yaml": GOOD, "m.yaml": edited("P45D", "soon") };
    const review = reviewOf({ "m.yaml": GOOD }, bad);
    expect(review.verdict).toBe("invalid");
    expect(reviewMarkdown(review)).toContain("- **error** `flows/m.yaml:15`: ");
    expect(reviewText(review)).toContain("flows/m.yaml:15:15: error: ");
  });
});
