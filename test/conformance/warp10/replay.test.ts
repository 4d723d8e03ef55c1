// The recorded conversations with a real Warp 10, replayed against the stand-in: no difference, no exception.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
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

async function replay(unit: TimeUnit): Promise<Report> {
  const tokens = JSON.parse(readFileSync(here("tokens.json"), "utf8"));
  const sim = await startWarp10({ unit, tokens });
  try {
    const child = spawn(process.execPath, [here("replay.mjs"), sim.url, "--json"], {
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
  const reports = await Promise.all((["us", "ns", "ms"] as const).map(replay));
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
  expect(topics.size).toBe(15);
  expect([...topics.values()].reduce((a, b) => a + b, 0)).toBe(495);
});
