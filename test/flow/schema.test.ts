// What is made from the schema is what stands in the repository, and the examples are what it says.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { GENERATED, flowJsonSchema, policyJsonSchema } from "../../scripts/generate-schema.ts";
import type { JsonSchema } from "../../scripts/reference-page.ts";
import { loadFlow } from "../../src/flow/load.ts";
import { isPeriodName } from "../../src/flow/period-name.ts";
import { flowSchema } from "../../src/flow/schema.ts";
import { keysAt, sectionsWith } from "../../src/flow/shape.ts";
import { nearest } from "../../src/flow/suggest.ts";
import { edited, GOOD } from "./flows.ts";
import { periodOf } from "../../src/plan/period.ts";

const FLOW = { schema: flowSchema };
const TOP = join(import.meta.dirname, "../..");

describe("generated files", () => {
  it.each(Object.entries(GENERATED))("%s is fresh (scripts/generate-schema.ts)", (path, text) => {
    expect(readFileSync(join(TOP, path), "utf8")).toBe(text());
  });

  it("describe every key, for hovering", () => {
    const bare: string[] = [];
    const visit = (path: string, schema: JsonSchema): void => {
      for (const [key, child] of Object.entries(schema.properties ?? {})) {
        if (path !== "" && child.description === undefined && key !== "regex")
          bare.push(`${path}.${key}`);
        visit(`${path}.${key}`, child);
      }
      if (schema.items !== undefined) visit(`${path}[]`, schema.items);
      for (const kind of schema.anyOf ?? []) visit(path, kind);
    };
    visit("", flowJsonSchema());
    visit("", policyJsonSchema());
    expect(bare).toEqual([]);
  });

  it("refuse unknown keys everywhere", () => {
    const schema = JSON.stringify(flowJsonSchema());
    const sections = schema.match(/"properties":/g)?.length;
    expect(schema.match(/"additionalProperties":false/g)?.length).toBe(sections);
  });
});

describe("examples", () => {
  const files = readdirSync(join(TOP, "flows")).filter(
    (name) => name.endsWith(".yaml") && name !== "policy.yaml",
  );

  it("are at least three", () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
  });

  it.each(files)("%s loads, and names its schema", (name) => {
    const bytes = readFileSync(join(TOP, "flows", name));
    const result = loadFlow(bytes, name);
    expect("flow" in result ? [] : result.problems).toEqual([]);
    expect(bytes.toString().split("\n")[0]).toBe(
      "# yaml-language-server: $schema=../schema/flow.schema.json",
    );
    expect("flow" in result && `${result.flow.name}.yaml`).toBe(name);
  });

  it("has a beginner's flow of twelve lines", () => {
    const lines = readFileSync(join(TOP, "flows/metrics.yaml"), "utf8").trimEnd().split("\n");
    expect(lines.filter((line) => !line.startsWith("#"))).toHaveLength(11);
    expect(parse(lines.join("\n"))).toMatchObject({ flow: "metrics", purge: { mode: "approve" } });
  });
});

describe("the editor's schema", () => {
  // zod reads draft-07 back; what it makes of it knows nothing of the schema that it came from.
  const editor = z.fromJSONSchema(flowJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const accepts = (text: string) => editor.safeParse(parse(text)).success;

  it("accepts every example", () => {
    for (const name of readdirSync(join(TOP, "flows")).filter((n) => n.endsWith("y.yaml"))) {
      expect([name, accepts(readFileSync(join(TOP, "flows", name), "utf8"))]).toEqual([name, true]);
    }
    expect(accepts(GOOD)).toBe(true);
  });

  it.each([
    edited("flow: metrics", "flow: Metrics"),
    edited("  first: 2025-11", "  frist: 2025-11"),
    edited("P45D", "45 days"),
    edited("mode: approve", "mode: aprove"),
    edited("metrics-cold", "Metrics"),
    `${GOOD}hooks: []\n`,
    `${GOOD}run: { shards: 257 }\n`,
  ])("refuses what the schema refuses (%#)", (text) => {
    expect(accepts(text)).toBe(false);
  });
});

describe("keys and suggestions", () => {
  it("knows the keys of every kind of section", () => {
    expect(keysAt(FLOW, [])).toContain("archive");
    expect(keysAt(FLOW, ["source", "select", 0])).toEqual(["class", "labels"]);
    expect(keysAt(FLOW, ["source", "select", 3, "labels", "x"])).toEqual(["regex"]);
    expect(keysAt(FLOW, ["purge", "write-fence"])).toEqual([
      "max-past",
      "lag",
      "probe",
      "accept-risk",
    ]);
    expect(keysAt(FLOW, ["nothing"])).toEqual([]);
    expect(sectionsWith(FLOW, "max-attempts")).toEqual(["run.retry"]);
  });

  it.each([
    ["keep_hot", "keep-hot"],
    ["Keep-Hot", "keep-hot"],
    ["frist", "first"],
    ["evry", "every"],
    ["zzz", undefined],
    ["", undefined],
  ])("%s: %s", (written, meant) => {
    expect(nearest(written, ["every", "keep-hot", "first"])).toBe(meant);
  });
});

describe("isPeriodName", () => {
  it("accepts exactly the names that the planner reads", () => {
    const names = ["2024", "2025", "2026", "2020"].flatMap((year) => [
      ...Array.from({ length: 15 }, (_, i) => `${year}-${String(i).padStart(2, "0")}`),
      ...Array.from({ length: 56 }, (_, i) => `${year}-W${String(i).padStart(2, "0")}`),
      ...["02-28", "02-29", "02-30", "11-31", "00-10", "13-01", "12-00"].map((d) => `${year}-${d}`),
    ]);
    for (const every of ["month", "week", "day"] as const) {
      const read = names.filter((name) => {
        try {
          return periodOf(every, name).name === name;
        } catch {
          return false;
        }
      });
      expect(names.filter((name) => isPeriodName(every, name))).toEqual(read);
    }
  });
});
