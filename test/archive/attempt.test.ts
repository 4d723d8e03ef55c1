// One attempt: what it looks at before it reads hot, what it writes in which order, and what keeps
// it from being sealed (design §3, "Objects and the order of writes").
import { beforeEach, describe, expect, test } from "vitest";
import { archiveBatch } from "../../src/archive/attempt.ts";
import { parquetExporter } from "../../src/archive/parquet/export.ts";
import type { Hot } from "../../src/warp10/hot.ts";
import { gateCase } from "../purge/cases.ts";
import { listing, series } from "../purge/series.ts";
import { fakeHot, type Held } from "../support/fake-hot.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { hexId, rejected } from "../support/values.ts";

const { plan, batch, at } = gateCase();
const held: Held = [
  { series: series("a"), points: [{ timestamp: 1n, value: 1n }] },
  { series: series("b"), points: [] },
];

let cold: MemoryCold;
let hot: Hot;
beforeEach(() => {
  cold = memoryCold();
  hot = fakeHot(held);
});

const archive = (knownSeals: readonly string[] = []) =>
  archiveBatch(
    {
      hot,
      cold,
      exporter: parquetExporter,
      plan,
      process: hexId(1),
      signal: undefined,
      knownSeals: () => knownSeals,
      otherIntents: () => [],
    },
    batch,
  );
const recordAt = (key: string) =>
  JSON.parse(Buffer.from(cold.objects.get(key)?.bytes ?? []).toString() || "{}");
const rolesPut = (): string[] =>
  cold.calls
    .filter((call) => call.startsWith("put "))
    .map((call) => call.split(" ")[1] ?? "")
    .map((key) => (key.startsWith("data/") ? (key.split("/").at(-1) ?? "") : key.split("/")[0]))
    .map(String);

describe("an attempt", () => {
  test("looks for seals before it lists or reads hot: what it says it saw, it had", async () => {
    const asked: string[] = [];
    cold.hook = (call, key) => void (call === "get" && asked.push(key.split("/")[0] ?? ""));
    const { find, fetch } = hot;
    hot = {
      ...hot,
      find: (...args) => (asked.push("find"), find(...args)),
      fetch: (...args) => (asked.push("fetch"), fetch(...args)),
    };
    await archive();
    expect(asked.slice(0, 3)).toEqual(["markers", "find", "fetch"]);
  });

  test("names the seals of its batch's markers, and those that its run knew", async () => {
    const first = await archive();
    const second = await archive(["seals/f/2025-11/other-00000/x.json"]);
    expect(recordAt(first.seal)["saw"]).toEqual([]);
    expect(recordAt(second.seal)["saw"]).toEqual(
      ["seals/f/2025-11/other-00000/x.json", first.seal].toSorted(),
    );
  });

  test("writes data, list, manifest, marker and seal, in this order", async () => {
    await archive();
    expect(rolesPut()).toEqual([
      "points-00000.parquet",
      "series.parquet",
      "manifest.json",
      "markers",
      "seals",
    ]);
  });

  test("has a seal of its own, and a marker that names it", async () => {
    const seals = [(await archive()).seal, (await archive()).seal];
    expect(new Set(seals).size).toBe(2);
    const markers = [1, 2].map((n) => recordAt(`markers/f/2025-11/${at.batch}/${n}`)["seal"]);
    expect(markers).toEqual(seals);
    for (const seal of seals) expect(cold.objects.has(seal)).toBe(true);
  });
});

describe("no seal", () => {
  /** The store takes what is put under such a key, and keeps something else. */
  function spoils(part: string, keeps: Uint8Array | undefined): void {
    const { put } = cold;
    cold.put = async (key, bytes) => {
      await put(key, bytes);
      if (!key.includes(part)) return;
      if (keeps) cold.objects.set(key, { bytes: keeps, lastModifiedMs: 0 });
      else cold.objects.delete(key);
    };
  }
  const isSealed = (): boolean => [...cold.objects.keys()].some((key) => key.startsWith("seals/"));

  test.each([
    ["a data object that was dropped", "points-00000", undefined],
    ["a data object that was garbled", "points-00000", Buffer.from("PAR1")],
    ["a list that was dropped", "series.parquet", undefined],
  ])("over %s: it is read back before the manifest", async (_, part, keeps) => {
    spoils(part, keeps);
    expect(await rejected(archive())).toMatchObject({
      code: expect.stringMatching(/mismatch|unreadable/),
    });
    expect(isSealed()).toBe(false);
    expect(rolesPut()).not.toContain("manifest.json");
  });

  test("is taken for one that cannot be read back", async () => {
    spoils("seals/", undefined);
    expect(await rejected(archive())).toMatchObject({ code: "mismatch" });
  });

  test("over a series that registered between listing and read", async () => {
    hot = { ...hot, find: () => listing(series("b")) };
    expect(await rejected(archive())).toMatchObject({
      code: "server",
      message: expect.stringMatching(/registered while the batch was read/),
      retryable: true,
    });
    expect(isSealed()).toBe(false);
    expect(rolesPut()).not.toContain("series.parquet");
  });

  test("over two series that print alike", async () => {
    hot = { ...hot, find: () => listing(series("a"), series("a")) };
    expect((await rejected(archive())).message).toMatch(/listed as the same/);
    expect(isSealed()).toBe(false);
  });
});
