// The recorded conversations with a real Warp 10, replayed against the stand-in: no difference, no exception.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startWarp10 } from "../../../sim/warp10/server.ts";
import type { TimeUnit } from "../../../src/warp10/range.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Report {
  readonly steps: number;
  readonly differ: number;
  readonly topics: Record<string, { readonly steps: number; readonly differences: unknown[] }>;
}

/** What runs side by side, each on a server of its own: a unit, and parts of the names of its topics. */
const RUNS: readonly (readonly [TimeUnit, ...string[]])[] = [
  ["us", "03-"],
  ["us", "09-"],
  ["us", "01-", "02-", "04-", "05-", "06-", "07-", "08-", "10-", "11-", "12-", "15-"],
  ["ns", "13-"],
  ["ms", "14-"],
];

async function replay(unit: TimeUnit, names: readonly string[]): Promise<Report> {
  const tokens = JSON.parse(readFileSync(here("tokens.json"), "utf8"));
  const sim = await startWarp10({ unit, tokens });
  try {
    const child = spawn(process.execPath, [here("replay.mjs"), sim.url, "--json", ...names], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code, out).not.toBe(2);
    return JSON.parse(out);
  } finally {
    await sim.close();
  }
}

test("all 495 recorded steps, three time units, answer as the real server did", async () => {
  const reports = await Promise.all(RUNS.map(([unit, ...names]) => replay(unit, names)));
  const topics = new Map<string, number>();
  const differences: unknown[] = [];
  for (const report of reports) {
    for (const [name, topic] of Object.entries(report.topics)) {
      topics.set(name, topic.steps);
      for (const difference of topic.differences) differences.push({ name, difference });
    }
    expect(report.differ).toBe(0);
  }
  expect(differences).toEqual([]);
  expect(topics.size).toBe(readdirSync(here(".")).filter((n) => /^\d\d-/.test(n)).length);
  expect(topics.size).toBe(15);
  expect([...topics.values()].reduce((a, b) => a + b, 0)).toBe(495);
});
