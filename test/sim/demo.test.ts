// The demo at a small size: its document adds up, its claims hold, and it stops when told to.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { PointsWriter } from "../../src/archive/parquet/write.ts";
import { allocateBatch, appendPoint, type Point } from "../../src/archive/points.ts";
import { loadFlow } from "../../src/flow/load.ts";
import { identityOf as seriesIdentity } from "../../src/warp10/series.ts";
import { copyOf, differenceOf } from "../../sim/demo/copy.ts";
import { type DemoDocument, runDemo } from "../../sim/demo/demo.ts";
import { compareArchive } from "../../sim/demo/proof.ts";
import { Store } from "../../sim/warp10/store/store.ts";

let document: DemoDocument;
let story = "";

beforeAll(async () => {
  document = await runDemo({
    size: "small",
    tell: (text) => {
      story += text;
    },
    talk: () => undefined,
  });
}, 60_000);

describe("the demo's document", () => {
  it("has the fields of design §7 and no others", () => {
    expect(Object.keys(document).toSorted()).toEqual(
      ["batches", "bytes", "ok", "points", "refusals", "seconds"].toSorted(),
    );
    expect(Object.keys(document.points).toSorted()).toEqual(
      ["archived", "hot", "kept", "late", "purged", "verified"].toSorted(),
    );
    expect(Object.keys(document.bytes).toSorted()).toEqual(["cold", "perPoint"]);
  });

  it("adds up", () => {
    const { hot, archived, verified, purged, kept, late } = document.points;
    expect(document.ok).toBe(true);
    expect(archived).toBeGreaterThan(10_000);
    expect(verified).toBe(archived);
    expect(purged).toBe(archived);
    expect(kept).toBe(hot - purged);
    expect(kept).toBeGreaterThan(2 * purged);
    expect(late).toBe(1);
    expect(document.bytes.perPoint).toBeCloseTo(document.bytes.cold / archived, 2);
    expect(document.batches).toBeGreaterThanOrEqual(6);
    expect(document.batches).toBeLessThanOrEqual(12);
  });

  it("names the purge that came too early and the one that was late", () => {
    const [early, late, ...others] = document.refusals;
    expect(early).toMatchObject({ outcome: "wait", why: expect.stringContaining("grace") });
    expect(early?.earliest).toMatch(/^2026-03-15T06:/);
    expect(late).toMatchObject({ outcome: "late", why: expect.stringContaining("= 99") });
    expect(others).toEqual([]);
  });
});

describe("the demo's story", () => {
  it("shows every command that a person would type", () => {
    const verbs = [...story.matchAll(/\$ bin\/cellarman (\S+)/g)].map(([, verb]) => verb);
    expect(new Set(verbs)).toEqual(
      new Set(["validate", "plan", "archive", "verify", "purge", "status", "list"]),
    );
  });

  it("holds every claim against the stores", () => {
    expect(story.match(/^ {2}yes {2}/gm)).toHaveLength(9);
    expect(story).not.toMatch(/^ {2}NO {3}/m);
    expect(story).toContain("9 of 9 claims are true");
  });
});

describe("the demo", () => {
  it("stops when it is told to, and throws what stopped it", async () => {
    const controller = new AbortController();
    const why = new Error("enough");
    const run = runDemo({
      size: "small",
      tell: (text) => {
        if (text.includes("archive")) controller.abort(why);
      },
      talk: () => undefined,
      signal: controller.signal,
    });
    await expect(run).rejects.toBe(why);
  });
});

/** A store with one series of three points, and its archive as one Parquet object. */
function tinyWorld(change: (points: Point[]) => void = () => undefined): {
  store: Store;
  object: Uint8Array;
} {
  const store = new Store({ absentLabelSupport: true });
  const name = { className: "c", labels: { l: "v" }, producer: "p", owner: "o", application: "a" };
  store.load(name, {
    base: 0n,
    offsets: Float64Array.of(10, 20, 30),
    values: [1n, 2.5, "three"],
  });
  const points: Point[] = [
    { timestamp: 30n, value: "three" },
    { timestamp: 20n, value: 2.5 },
    { timestamp: 10n, value: 1n },
  ];
  change(points);
  const labels = { l: "v", ".producer": "p", ".owner": "o", ".app": "a" };
  const identity = seriesIdentity({ className: "c", labels });
  const batch = allocateBatch(3);
  for (const point of points) appendPoint(batch, 0, point);
  const writer = new PointsWriter([{ className: "c", labels, identity }], { metadata: {} });
  const objects = [...writer.add(batch), ...writer.end()];
  return { store, object: objects[0]?.bytes ?? new Uint8Array() };
}

describe("the demo's proof", () => {
  it("takes an archive that holds every point once", async () => {
    const { store, object } = tinyWorld();
    const copy = copyOf(store, 0n, 100n);
    expect(await compareArchive([object], copy)).toEqual({ points: 3, wrong: undefined });
  });

  it.each([
    ["another value", (points: Point[]) => points.splice(1, 1, { timestamp: 20n, value: 2n })],
    ["a point too many", (points: Point[]) => points.splice(2, 1, { timestamp: 11n, value: 1n })],
    [
      "a place",
      (points: Point[]) =>
        points.splice(1, 1, {
          timestamp: 20n,
          value: 2.5,
          location: { latitude: 1, longitude: 1 },
        }),
    ],
  ])("finds %s", async (_, change) => {
    const { store, object } = tinyWorld((points) => void change(points));
    const { wrong } = await compareArchive([object], copyOf(store, 0n, 100n));
    expect(wrong).toMatch(/^\["c",.* at (11|20)$/);
  });

  it("finds a point that comes twice, and counts one that is missing", async () => {
    const { store, object } = tinyWorld();
    const copy = copyOf(store, 0n, 100n);
    expect((await compareArchive([object, object], copy)).wrong).toMatch(/ at 30$/);
    const lacking = tinyWorld((points) => void points.pop());
    expect((await compareArchive([lacking.object], copy)).points).toBe(2);
  });

  it("finds a store that was touched, and none where only chunks were cut", () => {
    const { store } = tinyWorld();
    const before = copyOf(store, 15n, 100n);
    const [series] = store.all();
    series?.remove(0n, 12n);
    expect(differenceOf(before, copyOf(store, 15n, 100n))).toBeUndefined();
    series?.remove(20n, 20n);
    expect(differenceOf(before, copyOf(store, 15n, 100n))).toMatch(/^\["c",/);
  });
});

describe("docs/first-run.md", () => {
  it("has a flow that is valid", () => {
    const page = readFileSync(new URL("../../docs/first-run.md", import.meta.url), "utf8");
    const [, flow = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    expect(loadFlow(Buffer.from(flow), "flows/metrics.yaml")).toMatchObject({
      flow: { name: "metrics" },
    });
  });
});
