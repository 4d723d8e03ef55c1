// audit: the story of one point through its life, also after its period is closed.
import { afterEach, describe, expect, it } from "vitest";
import { BUCKET, type World } from "../../sim/world.ts";
import { MINUTE_US, NOVEMBER_US } from "../support/november.ts";
import {
  expectCloses,
  expectRun,
  failure,
  GRACE_OVER,
  keysOf,
  purgeable,
  staged,
  STRANGER,
  verified,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

interface Audit {
  readonly verdict: string;
  readonly problems: readonly string[];
  readonly series: string;
  readonly archive: {
    seal: string;
    counts: boolean;
    place: { object: string; rowGroup: number; row: number; point: { value: string } } | null;
  }[];
  readonly deletion: {
    intent: string;
    at: string;
    allowedBy: string[];
    settledBy: { receipt: string } | null;
  }[];
  readonly chain: { unbroken: boolean; records: { kind: string; key: string }[] };
  readonly hot: { read: boolean; point?: { value: string } | null; why?: string };
}

const SERIES = "cpu.load{host=h1}";
const TIME = String(NOVEMBER_US + 3n * MINUTE_US);

async function audit(code: number, series = SERIES, time = TIME): Promise<Audit> {
  const said = await world.json("audit", "world", series, time);
  expect(said).toMatchObject({ code });
  return said.document as unknown as Audit;
}

describe("audit", () => {
  it("tells a point's story from archived to closed, its value from archive and hot", async () => {
    world = await purgeable();
    const before = await audit(0);
    expect(before).toMatchObject({ verdict: "archived", problems: [], deletion: [] });
    expect(before.archive).toMatchObject([{ counts: true, place: { point: { value: "12" } } }]);
    expect(before.hot).toMatchObject({ read: true, point: { value: "12" } });

    await expectCloses(world);
    const after = await audit(0);
    expect(after).toMatchObject({ verdict: "archived", problems: [] });
    expect(after.hot).toEqual({ read: true, point: null });
    expect(after.chain.unbroken).toBe(true);
    expect(after.chain.records.map((r) => r.kind)).toEqual([
      "plan",
      "manifest",
      "seal",
      "verified",
      "intent",
      "purged",
      "reconciled",
      "closed",
    ]);
    const [deletion] = after.deletion;
    expect(deletion?.allowedBy).toEqual([expect.stringMatching(/^verified\//)]);
    expect(deletion?.settledBy?.receipt).toMatch(/^purged\//);

    const { stdout } = await expectRun(world, 0, "audit", "world", SERIES, "2025-11-01T00:03:00Z");
    expect(stdout).toContain("archived, and its chain of receipts is unbroken");
    expect(stdout).toContain(after.archive[0]?.place?.object);
    expect(stdout).toMatch(/row group 0, row \d+/);
  });

  it("finds the point in the very row that it names", async () => {
    world = await verified();
    const [holder] = (await audit(0)).archive;
    const { readParquetPoints } = await import("../../src/archive/parquet/read.ts");
    const bytes = world.cellar.objects(BUCKET).get(holder?.place?.object ?? "")?.bytes;
    const stream = readParquetPoints(bytes ?? Buffer.of());
    const batches = [];
    for await (const batch of stream) batches.push(batch.timestamp[holder?.place?.row ?? -1]);
    expect(batches[holder?.place?.rowGroup ?? -1]).toBe(BigInt(TIME));
  });

  it("names the approval that allowed a deletion", async () => {
    world = await verified({
      flow: [
        "period: { first: 2025-11 }",
        "purge: { mode: approve, approve-by: command, grace: P1D,",
        "         write-fence: { max-past: P45D } }",
      ].join("\n"),
    });
    const { hint } = await failure(world, "approve", "world", "2025-11");
    await expectRun(
      world,
      0,
      "approve",
      "world",
      "2025-11",
      "--digest",
      hint.split(" ").at(-1) ?? "",
    );
    world.moveClock(GRACE_OVER);
    for (const step of ["plan", "purge"]) await expectRun(world, 0, step);
    const { deletion, chain } = await audit(0);
    expect(deletion[0]?.allowedBy).toEqual([
      expect.stringMatching(/^verified\//),
      expect.stringMatching(/^approved\//),
    ]);
    expect(chain.unbroken).toBe(true);
  });

  it("says which seal's value counts, and that hot holds another one", async () => {
    world = await purgeable();
    const late = { timestamps: [BigInt(TIME)], longs: Float64Array.of(77) };
    world.load("cpu.load", { host: "h1" }, late);
    expect(await audit(4)).toMatchObject({ verdict: "wrong", hot: { point: { value: "77" } } });
    for (const step of ["purge", "plan", "archive", "verify"]) await expectRun(world, 0, step);
    const { archive, verdict } = await audit(0);
    expect(verdict).toBe("archived");
    const values = new Map(archive.map((h) => [h.counts, h.place?.point.value]));
    expect(values).toEqual(
      new Map([
        [false, "12"],
        [true, "77"],
      ]),
    );
  });

  it("says that a record was changed, and that an object is gone", async () => {
    world = await purgeable();
    await expectCloses(world);
    const [intent = ""] = keysOf(world, "intents/");
    const bytes = world.cellar.objects(BUCKET).get(intent)?.bytes ?? Buffer.of();
    const at = bytes.indexOf('"process":"') + '"process":"'.length;
    const digit = bytes[at] ?? 0;
    bytes[at] = digit === 0x30 ? 0x31 : 0x30;
    const changed = await audit(4);
    expect(changed.chain.unbroken).toBe(false);
    expect(changed.problems.join()).toContain(`other bytes of ${intent}`);
    bytes[at] = digit;
    expect((await audit(0)).chain.unbroken).toBe(true);

    const [data = ""] = keysOf(world, "data/").filter((key) => key.includes("points-"));
    world.cellar.lose(BUCKET, data);
    const lost = await audit(4);
    expect(lost).toMatchObject({ verdict: "wrong", archive: [{ place: null }] });
    expect(lost.problems.join()).toContain(data);
  });

  it("tells hot only from nowhere, and goes without a read token", async () => {
    world = await staged();
    await expectRun(world, 0, "plan");
    expect(await audit(0)).toMatchObject({ verdict: "hot-only", archive: [] });
    expect(await audit(1, SERIES, "5")).toMatchObject({ verdict: "nowhere" });
    expect(await audit(1, "cpu.load{host=nobody}")).toMatchObject({ verdict: "nowhere" });
    for (const step of ["archive", "verify"]) await expectRun(world, 0, step);
    world.env.delete("READ_TOKEN");
    expect(await audit(0)).toMatchObject({
      verdict: "archived",
      hot: { read: false, why: "READ_TOKEN is not set" },
    });
  });

  it("refuses what names no point, and a name that fits several series", async () => {
    world = await staged();
    const hidden = new Map([...world.warp10.store.all()][0]?.labels);
    const owner = hidden.get(".owner") ?? "";
    const application = hidden.get(".app") ?? "";
    const twin = { className: "cpu.load", labels: { host: "h2" }, owner, application };
    const point = { timestamps: [NOVEMBER_US], longs: Float64Array.of(1) };
    world.warp10.store.load({ ...twin, producer: STRANGER }, point);
    for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
    const twice = await failure(world, "audit", "world", "cpu.load{host=h2}", TIME);
    expect(twice).toMatchObject({ code: "usage", message: expect.stringContaining("2 series") });
    expect((await failure(world, "audit", "world", SERIES)).code).toBe("usage");
    expect((await failure(world, "audit", "world", "cpu.load", TIME)).code).toBe("usage");
    expect((await failure(world, "audit", "world", SERIES, "yesterday")).code).toBe("usage");
  });
});
