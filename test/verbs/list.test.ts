// list: the sealed objects and no others; the view over them; the series of hot with no point left.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { startWarp10 } from "../../sim/warp10/server.ts";
import { BUCKET, type World, WORLD_TOKENS, worldFlow } from "../../sim/world.ts";
import { sha256Hex } from "../../src/cellar/records.ts";
import { NOVEMBER_US } from "../support/november.ts";
import { expectRun, failure, keysOf, purgeable, verified } from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

interface Listed {
  readonly seal: string;
  readonly rank: number | null;
  readonly objects: { key: string; bytes: number; sha256: string; rows: number }[];
}

async function listed(code = 0): Promise<{ seals: Listed[]; wrong: { seal: string }[] }> {
  const said = await world.json("list", "world");
  expect(said.code).toBe(code);
  const { periods } = said.document as {
    periods: { seals: Listed[]; wrong: { seal: string }[] }[];
  };
  return periods[0] ?? { seals: [], wrong: [] };
}

/** A late point, and the further attempt that archives it. */
async function archivedTwice(): Promise<void> {
  world = await purgeable();
  const late = { timestamps: [NOVEMBER_US + 7n], longs: Float64Array.of(7) };
  world.load("cpu.load", { host: "h1" }, late);
  for (const step of ["purge", "plan", "archive", "verify"]) await expectRun(world, 0, step);
}

describe("list", () => {
  it("names every sealed object with its bytes, and nothing of failed attempts", async () => {
    world = await verified();
    const stray = "data/world/period=2025-11/x/points-00000.parquet";
    const objects = world.cellar.objects(BUCKET);
    const [one] = (await listed()).seals.flatMap((s) => s.objects);
    const there = objects.get(one?.key ?? "");
    if (!one || !there) throw new Error("nothing is listed");
    objects.set(stray, there);
    expect(one).toMatchObject({
      bytes: there.bytes.length,
      sha256: sha256Hex(there.bytes),
      rows: 60,
    });
    const { stdout } = await expectRun(world, 0, "list", "world", "2025-11");
    expect(stdout).toContain(one.key);
    expect(stdout).not.toContain(stray);
    expect((await expectRun(world, 0, "list", "world", "--sql")).stdout).not.toContain(stray);
  });

  it("ranks a further attempt above the first", async () => {
    await archivedTwice();
    const { seals } = await listed();
    const rows = new Map(seals.map(({ rank, objects }) => [rank, objects[0]?.rows]));
    expect([rows.get(1), rows.get(2)]).toEqual([60, 61]);
    const { stdout } = await expectRun(world, 0, "list", "world", "--sql");
    expect(stdout.match(/s3:\/\/\S+\.parquet/g)).toHaveLength(2);
    expect(stdout).toContain("order by seal_rank desc");
  });

  it("leaves a withdrawn seal out", async () => {
    await archivedTwice();
    const [first] = (await listed()).seals.filter((s) => s.rank === 1);
    await expectRun(world, 0, "withdraw", "world", first?.seal ?? "", "--reason", "test");
    const { seals } = await listed();
    expect(seals.map((s) => [s.seal === first?.seal, s.rank])).toEqual([[false, null]]);
  });

  it("says what cannot be read, lists the rest, and exits with 4", async () => {
    await archivedTwice();
    const [first] = (await listed()).seals;
    const [manifest = ""] = keysOf(world, "data/").filter((k) => k.endsWith("manifest.json"));
    world.cellar.lose(BUCKET, manifest);
    const { seals, wrong } = await listed(4);
    expect([seals.length, wrong.length]).toEqual([1, 1]);
    expect(first).toBeDefined();
    const { stdout } = await expectRun(world, 4, "list", "world", "--sql");
    expect(stdout).toContain(`-- WRONG ${wrong[0]?.seal}`);
  });

  it("refuses a period that nobody planned", async () => {
    world = await verified();
    expect(await failure(world, "list", "world", "2024-01")).toMatchObject({ exit: 2 });
  });
});

describe("list --emptied", () => {
  it("names the series that hold no point at any time, in no period", async () => {
    world = await purgeable();
    // One series lives on in another month.
    const later = { timestamps: [NOVEMBER_US + 60n * 86_400_000_000n], longs: Float64Array.of(1) };
    world.load("cpu.load", { host: "h2" }, later);
    expect((await expectRun(world, 0, "list", "world", "--emptied")).stdout).toContain(
      "every listed series holds points",
    );
    await expectRun(world, 0, "purge");
    const { document } = await world.json("list", "world", "--emptied");
    const { emptied, listed: all } = document as {
      listed: number;
      emptied: { labels: Record<string, string> }[];
    };
    expect(all).toBe(3);
    expect(new Set(emptied.map((s) => s.labels["host"]))).toEqual(new Set(["h0", "h1"]));
  });

  it("is refused with a token that hides points: full series would look empty", async () => {
    world = await verified();
    const { WORLD_READ } = WORLD_TOKENS;
    const attributes = { ...WORLD_READ.attributes, ".start": "P1D" };
    const thin = await startWarp10({ tokens: { WORLD_READ: { ...WORLD_READ, attributes } } });
    onTestFinished(() => thin.close());
    const flow = worldFlow({ ...world, warp10: thin }, "period: { first: 2025-11 }", "thin");
    await writeFile(join(world.flows, "thin.yaml"), flow);
    expect(await failure(world, "list", "thin", "--emptied")).toMatchObject({
      exit: 1,
      code: "blocked",
      message: "the read token's .start=P1D hides points",
    });
  });
});
