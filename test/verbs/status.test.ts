// status from the ledger alone, and --why: the gate line by line, deleting nothing and writing
// nothing.
import { afterEach, describe, expect, it } from "vitest";
import type { World } from "../../sim/world.ts";
import { DAY } from "../support/november.ts";
import { expectRun, failure, keysOf, purgeable, staged, verified } from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

interface Line {
  readonly check: string;
  readonly ok: boolean;
  readonly seen: string;
  readonly needed: string;
  readonly earliest: string | null;
  readonly next: string | null;
}

/** What --why says of the only batch. */
async function why(): Promise<{ outcome: string; lines: Line[] }> {
  const { code, document } = await world.json("status", "world", "2025-11", "--why");
  expect(code).toBe(0);
  const { batches } = document as { batches: { outcome: string; lines: Line[] }[] };
  expect(batches).toHaveLength(1);
  return batches[0] ?? { outcome: "none", lines: [] };
}

const notOk = (lines: readonly Line[]): string[] => lines.filter((l) => !l.ok).map((l) => l.check);

describe("status", () => {
  it("needs neither token, and asks nothing of Warp 10", async () => {
    world = await verified();
    world.env.delete("READ_TOKEN");
    world.env.delete("DELETE_TOKEN");
    await world.warp10.close();
    const { stdout } = await expectRun(world, 0, "status");
    expect(stdout).toMatch(/2025-11 +1 cooling/);
    expect(stdout).toContain("grace until 2026-03-19");
    expect(stdout).toContain("next: 2025-12, due 2026-04-01");
  });

  it("gives programs every batch, with exact counts and what it waits for", async () => {
    world = await verified();
    const { document } = await world.json("status", "world", "2025-11");
    expect(document).toMatchObject({
      schema: "cellarman/status/1",
      flows: [{ flow: "world", periods: [{ period: "2025-11", state: "open", points: "60" }] }],
      batches: [
        {
          state: "cooling",
          held: false,
          series: "3",
          points: "60",
          pointsAreExact: true,
          waitsFor: "grace",
          until: expect.stringMatching(/^2026-03-19T00:0/),
        },
      ],
    });
  });

  it("shows a hold with the command that lifts it, and that command lifts it", async () => {
    world = await verified();
    await expectRun(world, 0, "hold", "world", "2025-11", "--reason", "restore drill");
    const { stdout } = await expectRun(world, 0, "status");
    const [, command = ""] = /→ cellarman (lift .+)$/m.exec(stdout) ?? [];
    expect(stdout).toContain("restore drill");
    const [verb = "", flow = "", key = ""] = command.split(" ");
    await expectRun(world, 0, verb, flow, key, "--reason", "over");
    expect((await expectRun(world, 0, "status")).stdout).not.toContain("HELD");
  });

  it("says what is not planned; refuses periods and batches that are not there", async () => {
    world = await staged();
    expect((await expectRun(world, 0, "status")).stdout).toContain("→ cellarman plan world");
    expect(await failure(world, "status", "world", "2024-01")).toMatchObject({ exit: 2 });
    await expectRun(world, 0, "plan");
    expect(await failure(world, "status", "world", "2025-11", "nope")).toMatchObject({ exit: 2 });
  });
});

describe("status --why", () => {
  it("says of every check what it saw, what it needs, when, and what comes next", async () => {
    world = await verified();
    const { outcome, lines } = await why();
    expect(outcome).toBe("wait");
    expect(notOk(lines)).toEqual([
      "on the purge list",
      "write fence",
      "every hot point is archived",
    ]);
    const [list, fence, contents] = lines.filter((l) => !l.ok);
    expect(list?.next).toBe("cellarman plan world");
    expect(fence?.earliest).toMatch(/^2026-03-05T00:1/);
    expect(contents).toMatchObject({ seen: expect.stringContaining("grace") });
    expect(contents?.earliest).toMatch(/^2026-03-19T00:0/);
    for (const line of lines) expect(line.seen !== "" && line.needed !== "").toBe(true);
  });

  it("deletes nothing and writes nothing to the bucket, even when the gate says go", async () => {
    world = await purgeable({
      flow:
        "period: { first: 2025-11 }\n" +
        "purge: { mode: automatic, write-fence: { accept-risk: nothing writes here } }",
    });
    const [keys, points] = [keysOf(world), world.hotPoints];
    const { outcome, lines } = await why();
    expect({ outcome, no: notOk(lines) }).toEqual({ outcome: "go", no: [] });
    expect(keysOf(world)).toEqual(keys);
    expect(world.hotPoints).toBe(points);
    expect(world.warp10.counters.deletedPoints).toBe(0);
  });

  it("without the delete token judges the rest", async () => {
    world = await purgeable();
    world.env.delete("DELETE_TOKEN");
    const { lines } = await why();
    const unseen = lines.filter((l) => l.seen === "not seen: DELETE_TOKEN is not set");
    expect(unseen.map((l) => l.check)).toEqual(["series of delete and read", "last dry run"]);
    expect(lines.find((l) => l.check === "every hot point is archived")?.ok).toBe(true);
  });

  it("without the read token still tells orders, fence and archive", async () => {
    world = await purgeable();
    world.env.delete("READ_TOKEN");
    const { lines } = await why();
    expect(lines.find((l) => l.check === "archive read back")?.ok).toBe(true);
    const unseen = lines.filter((l) => l.seen === "not seen: READ_TOKEN is not set");
    expect(unseen).toHaveLength(7);
  });

  it("sends no canary with --dry-run", async () => {
    world = await purgeable();
    const updates = world.warp10.counters.requests["/api/v0/update"];
    const { stdout } = await expectRun(
      world,
      0,
      "status",
      "world",
      "2025-11",
      "--why",
      "--dry-run",
    );
    expect(stdout).toContain("not probed: --dry-run");
    expect(world.warp10.counters.requests["/api/v0/update"]).toBe(updates);
  });

  it("judges only the batch that is named, and nothing of what has ended", async () => {
    world = await purgeable();
    expect(await failure(world, "status", "world", "2025-11", "nope", "--why")).toMatchObject({
      exit: 2,
    });
    await expectRun(world, 0, "purge");
    expect((await expectRun(world, 0, "status", "world", "2025-11", "--why")).stdout).toContain(
      "every batch has ended",
    );
    world.moveClock(DAY);
    await expectRun(world, 0, "purge");
    const { stdout } = await expectRun(world, 0, "status", "world", "2025-11", "--why");
    expect(stdout).toContain("closed: nothing is left to purge");
  });

  it("wants a flow and a period", async () => {
    world = await staged();
    expect(await failure(world, "status", "world", "--why")).toMatchObject({ exit: 2 });
  });
});
