// An attempt read back from the bucket's bytes: each of its numbers, lists and digests is held
// against the others, and none stands for another (design §3, "Objects and the order of writes").
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { archiveBatch } from "../../src/archive/attempt.ts";
import { parquetExporter } from "../../src/archive/parquet/export.ts";
import type { Found } from "../../src/cellar/cold.ts";
import { readRecord } from "../../src/cellar/records.ts";
import { type Manifest, type Seal, sealRecord } from "../../src/ledger/records.ts";
import { readAttempt, readSeal } from "../../src/verify/read-seal.ts";
import { gateCase } from "../purge/cases.ts";
import { series } from "../purge/series.ts";
import { fakeHot } from "../support/fake-hot.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { hexHash, hexId, rejected } from "../support/values.ts";

let whole: ReadonlyMap<string, Found>;
let manifest: Manifest;
let cold = memoryCold();

beforeAll(async () => {
  const { plan, batch } = gateCase();
  const store = memoryCold();
  const points = [5n, 3n].map((timestamp) => ({ timestamp, value: timestamp }));
  const hot = fakeHot([
    { series: series("a"), points },
    { series: series("b"), points: [] },
  ]);
  const run = { hot, cold: store, exporter: parquetExporter, plan, process: hexId(1) };
  const known = { knownSeals: () => [], otherIntents: () => [], signal: undefined };
  await archiveBatch({ ...run, ...known }, batch);
  const key = [...store.objects.keys()].find((k) => k.endsWith("manifest.json")) ?? "";
  manifest = JSON.parse(Buffer.from(store.objects.get(key)?.bytes ?? []).toString());
  whole = store.objects;
});

beforeEach(() => {
  cold = memoryCold();
  for (const [key, found] of whole) cold.objects.set(key, found);
});

const keyOf = (name: string): string =>
  [...whole.keys()].find((key) => key.endsWith(`/${name}`)) ?? "";
const read = (said: Partial<Manifest> = {}) => readAttempt(cold, { ...manifest, ...said });
const [OBJECT, LIST] = ["points-00000.parquet", "series.parquet"];

describe("an attempt", () => {
  test("that is whole gives its totals, and its list with the series without points", async () => {
    const { read: totals, listed } = await read();
    expect(totals.points).toBe(2n);
    expect(listed.map(({ className, points }) => [className, points])).toEqual([
      ["a", 2],
      ["b", 0],
    ]);
  });

  test.each([OBJECT, LIST])("without %s is wrong", async (name) => {
    cold.objects.delete(keyOf(name));
    expect(await rejected(read())).toMatchObject({
      code: "mismatch",
      message: expect.stringMatching(/it cannot be read$/),
      where: keyOf(name),
      hint: expect.stringMatching(/withdraw FLOW SEAL/),
    });
  });

  test.each([OBJECT, LIST])("with a longer %s is wrong", async (name) => {
    const found = whole.get(keyOf(name));
    const bytes = Buffer.concat([found?.bytes ?? Buffer.alloc(0), Buffer.alloc(1)]);
    cold.objects.set(keyOf(name), { bytes, lastModifiedMs: 0 });
    const { message } = await rejected(read());
    expect(message).toMatch(new RegExp(`it has ${bytes.length} bytes, the manifest says`));
  });

  test("with an object of the same points and length, and other bytes, is wrong", async () => {
    const bytes = Buffer.from(whole.get(keyOf(OBJECT))?.bytes ?? []);
    // A character of the attempt's id in the object's metadata: no point depends on it.
    const at = bytes.lastIndexOf(manifest.attempt);
    expect(at).toBeGreaterThan(0);
    bytes[at] = bytes[at] === 48 ? 49 : 48;
    cold.objects.set(keyOf(OBJECT), { bytes, lastModifiedMs: 0 });
    expect((await rejected(read())).message).toMatch(/its SHA-256 is another$/);
  });

  test.each<[string, Partial<Manifest>]>([
    ["points", { points: "3" }],
    ["series with points", { seriesWithPoints: "2" }],
    ["digest", { digest: hexHash(1) }],
  ])("whose manifest tells other %s than its objects hold is wrong", async (_, said) => {
    expect((await rejected(read(said))).message).toMatch(/hold other points than its manifest/);
  });

  test("whose manifest tells more series than its list is wrong", async () => {
    expect((await rejected(read({ series: "3" }))).message).toMatch(/its list of series is not/);
  });

  test("of a part of its range gives that part, and is judged whole", async () => {
    const part = await readAttempt(cold, manifest, { range: { start: 4n, end: 99n } });
    expect(part.read.points).toBe(1n);
    const wrong = { ...manifest, points: "1" };
    const range = { start: 4n, end: 99n };
    expect((await rejected(readAttempt(cold, wrong, { range }))).code).toBe("mismatch");
  });
});

describe("a seal", () => {
  const sealed = async (said: Partial<Seal> = {}) => {
    const key = [...cold.objects.keys()].find((k) => k.startsWith("seals/")) ?? "";
    const seal = await readRecord(cold, key, sealRecord);
    if (!seal) throw new Error("it was sealed");
    return readSeal(cold, { ...seal, value: { ...seal.value, ...said } });
  };

  test("that says what its manifest says is read", async () => {
    expect((await sealed()).read.points).toBe(2n);
  });

  test.each<[string, Partial<Seal>]>([
    ["points", { points: "3" }],
    ["bytes", { bytes: "3" }],
    ["another plan", { plan: hexHash(77) }],
    ["another attempt", { attempt: hexId(77) }],
    ["another batch", { batch: "bbbbbbbb-00000" }],
    ["another period", { period: "2025-12" }],
    ["another flow", { flow: "g" }],
    ["an earlier start", { range: { start: "-1", end: "99" } }],
    ["a later end", { range: { start: "0", end: "98" } }],
  ])("that was garbled where %s stood is wrong", async (_, said) => {
    expect(await rejected(sealed(said))).toMatchObject({
      code: "mismatch",
      where: expect.stringMatching(/^seals\//),
    });
  });
});
