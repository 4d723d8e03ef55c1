// The recorded conversations with a real Warp 10, replayed on the one at hand; where none is, on
// the stand-in as `npm run sim -- warp10` serves it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { hotKind } from "./support/hot.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const UNITS = ["us", "ns", "ms"] as const;
type Unit = (typeof UNITS)[number];

interface Report {
  readonly unit: string;
  readonly steps: number;
  readonly skipped: readonly string[];
  readonly topics: Readonly<Record<string, Topic>>;
}

interface Topic {
  readonly steps: number;
  readonly differences: readonly unknown[];
}

/** Replays every topic of the server's unit. `args`: its URL, and how its tokens are had. */
async function replay(args: readonly string[]): Promise<Report> {
  const script = at("test/conformance/warp10/replay.mjs");
  const child = spawn(process.execPath, [script, ...args, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  const [code] = await once(child, "close");
  expect(code, out).not.toBe(2);
  return JSON.parse(out);
}

/** Steps that were replayed, after asserting that none of them differs. */
function stepsOf(report: Report): number {
  const topics = Object.entries(report.topics);
  const differing = topics.flatMap(([topic, { differences }]) =>
    differences.map((difference) => ({ topic, difference })),
  );
  expect(differing).toEqual([]);
  return report.steps;
}

/** Topics that do not depend on the unit are replayed on each server; they count once. */
function distinctSteps(reports: readonly Report[]): number {
  const steps = new Map<string, number>();
  for (const report of reports) {
    for (const [name, topic] of Object.entries(report.topics)) steps.set(name, topic.steps);
  }
  return [...steps.values()].reduce((a, b) => a + b, 0);
}

async function onStandIn(unit: Unit): Promise<Report> {
  const args = [at("sim/serve.ts"), "warp10", "--unit", unit];
  const tokens = ["--tokens", at("test/conformance/warp10/tokens.json")];
  const served = spawn(process.execPath, [...args, ...tokens], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await once(served.stdout.setEncoding("utf8"), "data");
    const { url }: { url: string } = JSON.parse(String(line).split("\n")[0] ?? "");
    return await replay([url]);
  } finally {
    served.kill("SIGTERM");
  }
}

/** A server of our own for the unit, beside the one of the suites; gone afterwards. */
async function onOwnServer(unit: Unit): Promise<Report> {
  const script = at("scripts/warp10.sh");
  const folder = `${process.env["WARP10_DIR"] ?? "/tmp/warp10"}-${unit}`;
  const env = { ...process.env, WARP10_UNIT: unit };
  const run = (verb: string): string =>
    execFileSync(script, [verb, folder], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "utf8",
    });
  run("up");
  try {
    const found = /WARP10_URL=(\S+) WARP10_ADMIN_TOKEN=(\S+)/.exec(run("env"));
    return await replay([found?.[1] ?? "", "--admin", found?.[2] ?? ""]);
  } finally {
    run("wipe");
  }
}

const url = process.env["WARP10_URL"] ?? "";
const admin = process.env["WARP10_ADMIN_TOKEN"];

describe("the recorded conversations with a real Warp 10", () => {
  if (hotKind() === "own") {
    it("differ in nothing on real servers of our own, three time units", async () => {
      const reports: Report[] = [];
      for (const unit of UNITS) reports.push(await onOwnServer(unit));
      for (const report of reports) stepsOf(report);
      expect(distinctSteps(reports)).toBe(495);
    });
  } else if (hotKind() === "given" && admin) {
    it("differ in nothing on the server of WARP10_URL (topics of its time unit)", async () => {
      const report = await replay([url, "--admin", admin]);
      expect(stepsOf(report)).toBeGreaterThan(400);
      expect(report.skipped).toHaveLength(2);
    });
  } else {
    const why =
      hotKind() === "given"
        ? "WARP10_ADMIN_TOKEN is not set, so the server of WARP10_URL makes none of their tokens"
        : "no Warp 10 at hand";
    const onWhat = "sim/warp10 as npm run sim serves it, three time units";
    it(`differ in nothing on ${onWhat} (${why})`, async () => {
      const reports = await Promise.all(UNITS.map(onStandIn));
      for (const report of reports) stepsOf(report);
      expect(distinctSteps(reports)).toBe(495);
    });
  }
});
