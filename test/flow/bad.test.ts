// The corpus of bad flows: each file in bad/ says in its first comments, or in a file beside it,
// every problem that it has, as `line:column message`.
import { readdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadFlow } from "../../src/flow/load.ts";

const FOLDER = join(import.meta.dirname, "bad");
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));

function expectedOf(name: string, bytes: Buffer): string[] {
  const beside = join(FOLDER, name.replace(/yaml$/, "expect"));
  if (existsSync(beside)) return readFileSync(beside, "utf8").trimEnd().split("\n");
  const lines = bytes.toString("utf8").split("\n");
  return lines.filter((l) => l.startsWith("# expect: ")).map((l) => l.slice("# expect: ".length));
}

/**
 * The shortest of up to three runs, by the clock or by the processor: other work on the machine is
 * not the file's fault.
 */
function fastestMs(run: () => unknown): number {
  let fastest = Infinity;
  for (let i = 0; i < 3 && fastest >= 100; i++) {
    const start = performance.now();
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    fastest = Math.min(fastest, performance.now() - start, (user + system) / 1000);
  }
  return fastest;
}

describe("bad flows", () => {
  it("are many", () => {
    expect(names.length).toBeGreaterThanOrEqual(300);
  });

  it.each(names)("%s", (name) => {
    const bytes = readFileSync(join(FOLDER, name));
    const result = loadFlow(bytes, name);
    expect("flow" in result ? [] : result.problems.map(lineOf)).toEqual(expectedOf(name, bytes));
    expect(expectedOf(name, bytes).length).toBeGreaterThan(0);
    expect(fastestMs(() => loadFlow(bytes, name))).toBeLessThan(100);
  });
});

const lineOf = (p: { line: number; column: number; message: string }): string =>
  `${p.line}:${p.column} ${p.message}`;
