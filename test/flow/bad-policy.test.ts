// The corpus of bad policies: beside each file stands every problem that it has, as
// `line:column message`.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadPolicy, readPolicy } from "../../src/flow/policy.ts";
import { caught } from "../support/values.ts";

const FOLDER = join(import.meta.dirname, "bad-policy");
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));

describe("bad policies", () => {
  it("are many", () => {
    expect(names.length).toBeGreaterThanOrEqual(30);
  });

  it.each(names)("%s", (name) => {
    const bytes = readFileSync(join(FOLDER, name));
    const expected = readFileSync(join(FOLDER, name.replace(/yaml$/, "expect")), "utf8");
    const read = readPolicy(bytes, name);
    const problems = "policy" in read ? [] : read.problems;
    const told = problems.map((p) => `${p.line}:${p.column} ${p.message}\n`).join("");
    expect(told).toBe(expected);
    expect(told).not.toBe("");
    expect(told).not.toContain("eyJ");
    expect(caught(() => loadPolicy(bytes.toString()))).toMatchObject({ code: "flow-invalid" });
  });
});
