// How the gate holds hot against an HFile: its digests are the server's, so the server digests hot
// once more, and both reads of hot must find the same counts and bounds in each series.
import { beforeEach, describe, expect, test } from "vitest";
import { combineTotals } from "../../src/archive/digest.ts";
import { writeSeriesList } from "../../src/archive/parquet/series-list.ts";
import type { SeriesTotals } from "../../src/archive/points.ts";
import { sha256Hex } from "../../src/cellar/records.ts";
import { attemptPrefix, batchRecordKey, markerKey, verifiedKey } from "../../src/ledger/keys.ts";
import { purgeDigest } from "../../src/flow/digest.ts";
import type { Export } from "../../src/flow/flow.ts";
import type { CheckLine } from "../../src/purge/check.ts";
import { totalsOf } from "../../src/verify/read-hot.ts";
import type { HfileReading } from "../../src/verify/read-hfile.ts";
import type { ReadLimits } from "../../src/warp10/hot.ts";
import type { Range } from "../../src/warp10/range.ts";
import { hexHash, hexId } from "../support/values.ts";
import { gateWorld, type GateWorld, point } from "./gate-world.ts";
import { idOf } from "./series.ts";

/** The world's series with points, under a digest that is none of ours. */
const byServer = (said: Partial<SeriesTotals> = {}): SeriesTotals => ({
  identity: idOf("a"),
  points: 2,
  first: 1n,
  last: 2n,
  digest: hexHash(77),
  ...said,
});

let world: GateWorld;
/** What the server was asked to digest. */
let asked: [selector: string, Range, ReadLimits | undefined, bigint][];
beforeEach(async () => {
  world = await gateWorld();
  asked = [];
  sealAsHfile();
});

/** Puts a sealed and verified HFile in the place of the world's attempt. */
function sealAsHfile(): void {
  const { cold, gate, held } = world;
  for (const key of cold.objects.keys()) {
    if (/^(data|markers|seals|verified)\//.test(key)) cold.objects.delete(key);
  }
  const { at, plan, batch } = gate;
  const attempt = hexId(40);
  const prefix = attemptPrefix(at, attempt);
  const put = (name: string, bytes: Uint8Array) => {
    cold.objects.set(`${prefix}${name}`, { bytes, lastModifiedMs: 0 });
    return { name, bytes: bytes.length, sha256: sha256Hex(bytes), rows: 2 };
  };
  const totals = [byServer()];
  const listed = held.map((one) => one.series);
  const { digest } = combineTotals(totals);
  const range = { start: String(gate.range.start), end: String(gate.range.end) };
  const of = { ...at, process: hexId(1), plan: plan.sha256, attempt, range };
  cold.clockMs -= 30 * 86_400_000;
  const objects = [put("points.hfile", Buffer.from("the file"))];
  const seriesList = put("series.parquet", writeSeriesList(listed, totals));
  const manifest = cold.plant(`${prefix}manifest.json`, {
    ...of,
    schema: "cellarman/manifest/1",
    format: "cellarman/hfile/1",
    unit: "ms",
    selector: batch.selector,
    objects,
    seriesList,
    series: "2",
    seriesWithPoints: "1",
    points: "2",
    first: "1",
    last: "2",
    digest,
  });
  const bytes = String([...objects, seriesList].reduce((sum, o) => sum + o.bytes, 0));
  const more = { manifest, parents: [], saw: [], sawIntents: [], points: "2", bytes };
  const key = batchRecordKey("seals", at, attempt);
  const seal = cold.plant(key, { ...of, ...more, schema: "cellarman/seal/1" });
  const marker = { schema: "cellarman/marker/1", ...at, process: hexId(1), seal: key };
  cold.plant(markerKey(at, 1), marker);
  const verified = { schema: "cellarman/verified/1", ...at, process: hexId(2), seal };
  cold.plant(verifiedKey(at, attempt, hexId(2)), { ...verified, points: "2", series: "1", digest });
  cold.clockMs += 30 * 86_400_000;
}

/** Reads files out of the bucket; the server digests hot as it is told to. */
function reading(hot: readonly SeriesTotals[]): HfileReading {
  const unused = (): never => {
    throw new Error("a gate uploads nothing");
  };
  return {
    large: {
      getRange: (key) => {
        const bytes = world.cold.objects.get(key)?.bytes;
        return Promise.resolve(bytes && { bytes, total: bytes.length });
      },
      beginUpload: unused,
      putPart: unused,
      listParts: unused,
      completeUpload: unused,
    },
    archive: {
      proveServed: () => Promise.resolve(),
      totals: () => Promise.resolve([byServer()]),
      points: () => Promise.resolve(new Map([[idOf("a"), [point(2), point(1)]]])),
    },
    hotDigests: (...args) => {
      asked.push(args);
      return Promise.resolve(totalsOf(hot));
    },
  };
}

/** What a flow of HFiles says of its export; null: it names no store. */
const hfileExport = (name: string | null): Export => ({
  format: "hfile",
  handOver: { kind: "directory", directory: "/dumps" },
  compress: "GZ",
  blockSize: 65_536,
  store:
    name === null
      ? null
      : {
          warp10: "https://cold.example.net",
          token: { env: "COLD" },
          name,
          directory: null,
          root: null,
        },
});

async function judge(...hot: readonly SeriesTotals[]): Promise<readonly CheckLine[]> {
  world.ports = { ...world.ports, hfiles: reading(hot) };
  world.asked.length = 0;
  return (await world.judge()).lines;
}

describe("hot against an HFile", () => {
  test("is gone over by the server's digests: no point is read one by one", async () => {
    const lines = await judge(byServer());
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    expect(lines.find(({ check }) => check === "hot read is complete")).toMatchObject({
      seen: "read 2 points of 1 series, counted 2 of 1",
    });
    // The server's digests are the count over another path; one fetch is the first read.
    expect(world.asked.filter((call) => call === "fetch" || call === "count")).toEqual(["fetch"]);
    const { selector } = world.gate.batch;
    expect(asked).toEqual([[selector, world.gate.range, { deadlineMs: 840_000 }, 2n]]);
  });

  test("of another digest by the server is compared point by point", async () => {
    const lines = await judge(byServer({ digest: hexHash(78) }));
    expect(world.asked.filter((call) => call === "fetch")).toHaveLength(2);
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    world.held[0]?.points.splice(0, 1, point(1, 9n));
    expect((await judge(byServer({ digest: hexHash(78) }))).at(-1)).toMatchObject({
      check: "every hot point is archived",
      outcome: "late",
    });
  });

  test.each<[string, SeriesTotals[]]>([
    ["fewer points", [byServer({ points: 1 })]],
    ["other bounds", [byServer({ first: 0n })]],
    ["nothing", []],
    ["one more series", [byServer(), byServer({ identity: idOf("b") })]],
  ])("of which the server digests %s: no answer", async (_, digested) => {
    expect((await judge(...digested)).at(-1)).toMatchObject({
      check: "hot read",
      outcome: "retry",
      seen: expect.stringMatching(/ holds \d points by one way and \d by another$/),
    });
  });

  test("cannot be judged where nothing reads HFiles", async () => {
    const { lines } = await world.judge();
    expect(lines.at(-1)).toMatchObject({
      check: "archive read back",
      outcome: "retry",
      seen: "a seal of HFiles cannot be read here",
    });
  });
  test.each<[string, string | null, object]>([
    ["without a store to read them back: wait", null, { ok: false, outcome: "wait" }],
    ["with one: go", "cold", { ok: true, seen: "HFFETCH of store cold" }],
  ])("of a flow of HFiles, %s", async (_, name, said) => {
    const { gate } = world;
    const flow = { ...gate.flow, export: hfileExport(name) };
    const purgeDigestOf = { ...gate.plan.value, purgeDigest: purgeDigest(flow) };
    world.gate = { ...gate, flow, plan: { ...gate.plan, value: purgeDigestOf } };
    const lines = await judge(byServer());
    expect(lines.find(({ check }) => check === "archive can be read back")).toMatchObject(said);
    expect(lines.at(-1)?.ok).toBe(name !== null);
  });
});
