// What the ledger and the server tell a review, on a world with a November in it.
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { World } from "../../sim/world.ts";
import type { Document } from "../review/change.ts";
import { expectRun, fill, staged, verified } from "../support/stage.ts";

let world: World;
afterEach(() => world.close());

/** Commits the world's flows as the base. */
function commitBase(): void {
  const git = (...args: string[]): void => {
    const who = ["-c", "user.name=t", "-c", "user.email=t@example.net"];
    execFileSync("git", [...who, ...args], { cwd: world.folder, stdio: "ignore" });
  };
  git("init", "--quiet", "--initial-branch=main");
  git("add", "flows");
  git("commit", "--quiet", "--message", "flows");
}

async function editFlow(part: string, by: string): Promise<void> {
  const file = join(world.flows, "world.yaml");
  const text = await readFile(file, "utf8");
  expect(text).toContain(part);
  await writeFile(file, text.replace(part, by));
}

async function review(): Promise<Document> {
  const { document } = await world.json("review", "--base", "main");
  return document as unknown as Document;
}

describe("with bucket and server at hand", () => {
  it("a narrower selector: series that go, plans that wait, the server asked", async () => {
    world = await verified();
    fill(world, 2, 20, "mem.free");
    commitBase();
    await editFlow("regex: '.*'", "regex: 'mem.*'");
    const [flow] = (await review()).flows;
    expect(flow?.unknown).toEqual([]);
    expect(flow?.series).toMatchObject({ before: "5", after: "2", added: "0", dropped: "3" });
    expect(flow?.replans).toEqual(["2025-11"]);
    expect(flow?.effects).toContain("selects 0 series more and 3 fewer, 2 in all");
    expect(flow?.deletions[0]).toMatchObject({ period: "2025-11", kind: "other series" });
  });

  it("an earlier first period: sized by the ledger's history, once it has one", async () => {
    world = await verified();
    commitBase();
    await editFlow("first: 2025-11", "first: 2025-10");
    const said = await review();
    const [flow] = said.flows;
    expect(flow?.periods).toMatchObject([{ period: "2025-10", kind: "added" }]);
    expect(flow?.adds).toMatchObject({ from: "server", series: "3" });
    expect(said.markdown).toContain("3 series");
    world.env.delete("READ_TOKEN");
    const [without] = (await review()).flows;
    expect(without?.adds).toMatchObject({ from: "history", series: "3", points: "60" });
    expect(without?.unknown).toEqual([expect.stringContaining("READ_TOKEN is not set")]);
    world.env.delete("KEY_ID");
    expect((await review()).flows[0]?.adds).toMatchObject({ from: "unknown", series: null });
  });

  it("an approval that is in force: void when the selection changes", async () => {
    world = await verified({
      flow: [
        "period: { first: 2025-11 }",
        "purge: { mode: approve, grace: PT0S, write-fence: { max-past: P45D } }",
      ].join("\n"),
    });
    world.moveClock(2 * 86_400_000);
    const asked = await world.run("approve", "world", "2025-11", "--digest", "00000000");
    const digest = /[0-9a-f]{64}/.exec(asked.stderr)?.[0] ?? "";
    await expectRun(world, 0, "approve", "world", "2025-11", "--digest", digest.slice(0, 8));
    commitBase();
    await editFlow("regex: '.*'", "regex: 'mem.*'");
    expect((await review()).flows[0]?.voided).toMatchObject([{ period: "2025-11" }]);
  });

  it("series in two flows, one of which purges: an error that names both", async () => {
    world = await staged();
    commitBase();
    await world.writeFlow("twin", "period: { first: 2025-11 }");
    const { code, document } = await world.json("review", "--base", "main");
    expect(code).toBe(1);
    expect(document["problems"]).toMatchObject([
      {
        level: "error",
        kind: "shared",
        message: expect.stringContaining("3 series with flow world"),
      },
    ]);
  });

  it("two flows whose selectors overlap, and no series in both: no word", async () => {
    world = await staged();
    fill(world, 1, 20, "mem.free");
    await world.writeFlow("world", "period: { first: 2025-11 }");
    await editFlow("regex: '.*'", "regex: '.*load'");
    commitBase();
    await world.writeFlow(
      "twin",
      "period: { first: 2025-11 }\npurge: { mode: automatic, write-fence: { max-past: P45D } }",
    );
    const twin = join(world.flows, "twin.yaml");
    const text = await readFile(twin, "utf8");
    await writeFile(twin, text.replace("regex: '.*'", "regex: '[m].*'"));
    expect((await review()).problems.filter(({ kind }) => kind === "shared")).toEqual([]);
  });
});
