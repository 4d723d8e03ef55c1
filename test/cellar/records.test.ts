// Reading and writing the ledger: what forbids is found by key, up to the first 404; an error is
// never absence (design §3, "Objects and the order of writes").
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  expectBytes,
  putOnce,
  readNumbered,
  readQuoted,
  readRecord,
  sha256Hex,
  writeNumbered,
  writeRecord,
} from "../../src/cellar/records.ts";
import { holdRecord } from "../../src/ledger/receipts.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { hexHash, hexId, rejected } from "../support/values.ts";

fc.configureGlobal({ seed: 4 });

const schema = holdRecord;
/** A small record that people tell apart by its reason. */
const note = (reason: string) => ({
  schema: "cellarman/hold/1" as const,
  process: hexId(1),
  by: "person" as const,
  reason,
  finding: null,
});
const keyOf = (n: number): string => `holds/all/${n}`;
const numbered = (cold: MemoryCold) => readNumbered(cold, keyOf, schema);
const outage = (): never => {
  throw new CellarmanError("network", "no answer", { retryable: true });
};

describe("a record", () => {
  test("is canonical JSON named by its SHA-256, with the store's time", async () => {
    const cold = memoryCold(1_000);
    const quote = await writeRecord(cold, "k", note("é"));
    const text = `{"by":"person","finding":null,"process":"${hexId(1)}","reason":"é","schema":"cellarman/hold/1"}`;
    expect(Buffer.from(cold.objects.get("k")?.bytes ?? []).toString("utf8")).toBe(text);
    expect(quote).toEqual({ key: "k", sha256: sha256Hex(text) });
    expect(await readRecord(cold, "k", schema)).toEqual({
      ...quote,
      value: note("é"),
      lastModifiedMs: 1_000,
    });
  });

  test("that is not there is undefined, and only that is", async () => {
    const cold = memoryCold();
    expect(await readRecord(cold, "k", schema)).toBeUndefined();
    cold.hook = outage;
    expect(await rejected(readRecord(cold, "k", schema))).toMatchObject({ code: "network" });
  });

  const whole = JSON.stringify(note("x"));
  test.each([
    ["no JSON", whole.slice(0, -1)],
    ["an empty object", ""],
    ["a missing field", whole.replace('"finding":null,', "").replace(',"finding":null', "")],
    ["a field of a newer version", whole.replace("{", '{"more":1,')],
    ["another type", whole.replace('"x"', "1")],
    ["another kind", whole.replace("hold/1", "hold/2")],
    ["null", "null"],
  ])("that cannot be read throws, it is never absent: %s", async (_, text) => {
    const cold = memoryCold();
    await cold.put("k", Buffer.from(text));
    expect(await rejected(readRecord(cold, "k", schema))).toMatchObject({
      code: "unreadable",
      where: "k",
    });
  });

  test("that another quotes must be there with exactly those bytes", async () => {
    const cold = memoryCold();
    const quote = cold.plant("k", note("x"));
    expect((await readQuoted(cold, quote, schema)).value).toEqual(note("x"));
    const other = readQuoted(cold, { ...quote, sha256: hexHash(9) }, schema);
    expect(await rejected(other)).toMatchObject({ code: "mismatch", where: "k" });
    const gone = readQuoted(cold, { ...quote, key: "elsewhere" }, schema);
    expect(await rejected(gone)).toMatchObject({ code: "mismatch" });
  });
});

describe("a put that is made once", () => {
  test("whose answer was lost is good when our own bytes lie there, and only then", async () => {
    const cold = memoryCold();
    await cold.put("k", Buffer.from("ours"));
    await expect(putOnce(cold, "k", Buffer.from("ours"))).resolves.toBeUndefined();
    expect(await rejected(putOnce(cold, "k", Buffer.from("theirs")))).toMatchObject({
      code: "mismatch",
    });
  });

  test("that fails otherwise throws that failure", async () => {
    const cold = memoryCold();
    cold.hook = outage;
    expect(await rejected(putOnce(cold, "k", Buffer.from("x")))).toMatchObject({ code: "network" });
  });

  test("is read back byte for byte where that is asked for", async () => {
    const cold = memoryCold();
    cold.hook = (call, key) => {
      if (call === "get") cold.objects.set(key, { bytes: Buffer.from("bent"), lastModifiedMs: 0 });
    };
    expect(await rejected(writeRecord(cold, "k", note("x"), true))).toMatchObject({
      code: "mismatch",
    });
    await expect(writeRecord(memoryCold(), "k", note("x"), true)).resolves.toBeDefined();
    expect(await rejected(expectBytes(memoryCold(), "k", Buffer.from("x")))).toMatchObject({
      code: "mismatch",
    });
  });
});

describe("numbered records", () => {
  test("are read from 1 up to the first 404, in order", async () => {
    const cold = memoryCold();
    for (const n of [1, 2, 3, 10]) cold.plant(keyOf(n), note(`w${n}`));
    expect((await numbered(cold)).map((r) => r.value.reason)).toEqual(["w1", "w2", "w3"]);
    expect(cold.calls.at(-1)).toBe("get holds/all/4");
  });

  test("are never looked for in a listing", async () => {
    const cold = memoryCold();
    cold.plant(keyOf(1), note("x"));
    await numbered(cold);
    await writeNumbered(cold, keyOf, note("y"));
    expect(cold.calls.filter((call) => call.startsWith("list"))).toEqual([]);
  });

  test("one that cannot be read throws, it does not end the series", async () => {
    const cold = memoryCold();
    cold.plant(keyOf(1), note("x"));
    await cold.put(keyOf(2), Buffer.from("garbage"));
    expect(await rejected(numbered(cold))).toMatchObject({ code: "unreadable" });
  });

  test("a failing GET throws, it is not the first 404", async () => {
    const cold = memoryCold();
    cold.plant(keyOf(1), note("x"));
    cold.hook = (_, key) => (key === keyOf(2) ? outage() : undefined);
    expect(await rejected(numbered(cold))).toMatchObject({ code: "network" });
  });

  test("the next free number is written and told", async () => {
    const cold = memoryCold();
    for (const n of [1, 2, 3]) {
      expect(await writeNumbered(cold, keyOf, note(`w${n}`))).toMatchObject({ key: keyOf(n), n });
    }
  });

  test("a number that somebody took in between is left to them", async () => {
    const cold = memoryCold();
    let raced = false;
    cold.hook = (call, key) => {
      if (call !== "put" || raced) return;
      raced = true;
      cold.plant(key, note("the other"));
    };
    expect(await writeNumbered(cold, keyOf, note("we"))).toMatchObject({ n: 2 });
    expect((await numbered(cold)).map((r) => r.value.reason)).toEqual(["the other", "we"]);
  });

  test("where a store overwrites in spite of If-None-Match, the read-back decides", async () => {
    const cold = memoryCold();
    let raced = false;
    cold.hook = (call, key) => {
      if (call !== "get" || raced || !cold.objects.has(key)) return;
      raced = true;
      cold.plant(key, note("the other"));
    };
    expect(await writeNumbered(cold, keyOf, note("we"))).toMatchObject({ n: 2 });
  });

  test("two writers at once both get a number, and everybody finds both", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 2, max: 4 }),
        async (scheduler, writers) => {
          const cold = memoryCold();
          cold.hook = () => scheduler.schedule(Promise.resolve()).then(() => undefined);
          const all = Array.from({ length: writers }, (_, w) =>
            writeNumbered(cold, keyOf, note(`w${w}`)),
          );
          await scheduler.waitFor(Promise.all(all));
          cold.hook = () => undefined;
          const found = (await numbered(cold)).map((r) => r.value.reason);
          expect(found.toSorted()).toEqual(Array.from({ length: writers }, (_, w) => `w${w}`));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a record that is written and not there leaves no gap: it throws", async () => {
    const cold = memoryCold();
    let written = false;
    cold.hook = (call, key) => {
      if (call === "put") written = true;
      if (call === "get" && written) cold.objects.delete(key);
    };
    expect(await rejected(writeNumbered(cold, keyOf, note("we")))).toMatchObject({
      code: "mismatch",
    });
    expect(cold.calls.filter((call) => call.startsWith("put"))).toEqual([`put ${keyOf(1)}`]);
  });

  test("a put without an answer throws: the next run finds whether it is there", async () => {
    const cold = memoryCold();
    cold.hook = (call) => (call === "put" ? outage() : undefined);
    expect(await rejected(writeNumbered(cold, keyOf, note("we")))).toMatchObject({
      code: "network",
    });
  });

  test("what could not be read again is refused before anything is written", async () => {
    const cold = memoryCold();
    await expect(writeNumbered(cold, keyOf, { ...note("x"), process: "me" })).rejects.toThrow();
    await expect(writeRecord(cold, "k", note(""))).rejects.toThrow();
    expect(cold.objects.size).toBe(0);
  });
});
