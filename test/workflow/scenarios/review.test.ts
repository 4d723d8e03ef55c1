// Pull requests that touch flows, as review.yml judges them.
import { afterEach, describe, expect, it } from "vitest";
import { openPull } from "../../../sim/github/pulls.ts";
import { fillNovember } from "../../support/november.ts";
import type { Run } from "../runner/run.ts";
import { AUTOMATIC, openPlay, type Play } from "../world.ts";

let play: Play;
afterEach(async () => play.close());

const POLICY =
  "version: 1\nkeep-hot: P3M\nmodes: [never, approve, automatic]\napprovers: [carol]\n";

async function openRepository(): Promise<void> {
  play = await openPlay({ flows: { cpu: AUTOMATIC }, files: { "flows/policy.yaml": POLICY } });
  play.stage.secrets["WARP10_READ_TOKEN"] = "WORLD_READ";
  fillNovember(play.world, 1);
}

/** Somebody changes the flow in a pull request; resolves to its review. */
async function reviewOf(change: (text: string) => string, isFork = false): Promise<Run> {
  const { stage, github, repository } = play;
  const path = "flows/cpu.yaml";
  play.push({ [path]: change(repository.show(repository.head(), path)) }, "topic");
  const fork = isFork ? { fork: "mallory/flows" } : {};
  const { number } = openPull(github.world, {
    by: isFork ? "mallory" : "alice",
    headRef: "topic",
    ...fork,
  });
  return stage.pullRequest("review.yml", number, "topic", isFork).begin();
}

const verdict = (run: Run): unknown => [run.conclusion, run.job("review").summary];
const commentsOf = (): string[] => [...play.github.world.comments.values()].map((c) => c.body);

describe("review.yml", () => {
  it("says what a wider selector adds, and keeps one comment", async () => {
    await openRepository();
    const widened = (text: string): string => text.replace("cpu\\..*", ".*");
    const run = await reviewOf(widened);
    expect(verdict(run)).toEqual(["success", expect.stringContaining("cpu")]);
    expect(commentsOf()).toHaveLength(1);
    expect(commentsOf()[0]).toMatch(/delete/i);
    const again = play.stage.pullRequest(
      "review.yml",
      [...play.github.world.pulls.keys()][0] ?? 0,
      "topic",
    );
    await again.begin();
    expect(commentsOf()).toHaveLength(1);
    expect(play.github.violations).toEqual([]);
  });

  it("refuses what breaks a policy: fewer hot months than it demands", async () => {
    await openRepository();
    const run = await reviewOf((text) =>
      text.replace("first: 2025-11", "first: 2025-11, keep-hot: P2M"),
    );
    expect(run.conclusion).toBe("failure");
    expect(run.job("review").annotations.some((a) => a.file === "flows/cpu.yaml")).toBe(true);
    expect(run.job("review").summary).toMatch(/keep-hot/);
  });

  it("annotates a broken flow on its line", async () => {
    await openRepository();
    const run = await reviewOf((text) => text.replace("bucket: ", "buckets: "));
    expect(run.conclusion).toBe("failure");
    const errors = run.job("review").annotations.filter((a) => a.level === "error");
    expect(errors).toMatchObject([{ level: "error", file: "flows/cpu.yaml", line: "6" }]);
  });

  it("tells a fork the same without a comment, a secret or a write", async () => {
    await openRepository();
    const run = await reviewOf((text) => text.replace("cpu\\..*", ".*"), true);
    expect(verdict(run)).toEqual(["success", expect.stringMatching(/cpu/)]);
    expect(commentsOf()).toEqual([]);
    expect(run.job("review").log).toContain("no comment on a pull request from a fork");
    const sent = play.world.warp10.requests.filter(({ path }) => path.includes("/api/v0/"));
    expect(sent).toEqual([]);
  });

  it.each([
    ["points the flow at another host", "warp10: http://127.0.0.1", "warp10: https://evil.example"],
    ["names another variable", "  select:", "  read-token: { env: OTHER_TOKEN }\n  select:"],
  ])("fails a change that %s, until a person accepts it", async (_what, from, to) => {
    await openRepository();
    const run = await reviewOf((text) =>
      from.startsWith("warp10") ? text.replace(/warp10: http:\S+/, to) : text.replace(from, to),
    );
    expect(run.conclusion).toBe("failure");
    expect(run.job("review").summary).toMatch(/credential/i);
  });
});
