// Conformance: listings.
import { describe, expect, test } from "vitest";
import type { StoreAnswer } from "../../../src/cellar/exchange.ts";
import { ground, texts, verdict, type Endpoint, type Ground } from "./endpoint.ts";
import { ODD_KEYS } from "./objects.ts";

const KEYS = ["d/1", "d/e/1", "d/e/2", "d/f", "e"];

/** Every page of a listing, by the token that each names. */
async function pages(it: Ground, query: Record<string, string>): Promise<StoreAnswer[]> {
  const all: StoreAnswer[] = [];
  let token: string | undefined;
  do {
    const more: Record<string, string> = token === undefined ? {} : { "continuation-token": token };
    const page = await it.ask({ "list-type": "2", ...query, ...more });
    expect(verdict(page)).toBe("200");
    all.push(page);
    token = texts(page, "NextContinuationToken")[0];
    expect(texts(page, "IsTruncated")).toEqual([String(token !== undefined)]);
    expect(all.length).toBeLessThan(100);
  } while (token !== undefined);
  return all;
}

const keysOf = (answers: StoreAnswer[]): string[] => answers.flatMap((one) => texts(one, "Key"));

export function listingTests(open: () => Promise<Endpoint>): void {
  describe("listings", () => {
    const it = ground(open);

    test("an empty listing says so", async () => {
      const page = await it.ask({ "list-type": "2", prefix: "nothing/" });
      expect([texts(page, "KeyCount"), texts(page, "IsTruncated")]).toEqual([["0"], ["false"]]);
    });

    test("entries have key, size, ETag and time", async () => {
      await it.put("entry", "hello");
      const page = await it.ask({ "list-type": "2", prefix: "entry" });
      expect([texts(page, "Key"), texts(page, "Size")]).toEqual([["entry"], ["5"]]);
      expect(texts(page, "ETag")).toEqual(['"5d41402abc4b2a76b9719d911017c592"']);
      const [modified = ""] = texts(page, "LastModified");
      const date = Date.parse(page.headers["date"] ?? "");
      expect(Math.abs(Date.parse(modified) - date)).toBeLessThan(20_000);
    });

    test.each([1, 2, 3, 1000])("pages of %d hold every key once, in order", async (size) => {
      for (const key of KEYS) await it.put(`p/${key}`, key);
      const all = await pages(it, { prefix: "p/", "max-keys": String(size) });
      expect(keysOf(all)).toEqual(KEYS.map((key) => `p/${key}`));
      expect(all).toHaveLength(Math.ceil(KEYS.length / size));
    });

    test.each([1, 2, 10])("a delimiter folds, in pages of %d", async (size) => {
      for (const key of KEYS) await it.put(`f/${key}`, key);
      const query = { prefix: "f/d/", delimiter: "/", "max-keys": String(size) };
      const all = await pages(it, query);
      expect(keysOf(all)).toEqual(["f/d/1", "f/d/f"]);
      expect(all.flatMap((page) => texts(page, "Prefix")).filter((p) => p !== "f/d/")).toEqual([
        "f/d/e/",
      ]);
      expect(all).toHaveLength(Math.ceil(3 / size));
    });

    test("start-after, and version 1's marker", async () => {
      for (const key of KEYS) await it.put(`s/${key}`, key);
      const after = await it.ask({ "list-type": "2", prefix: "s/", "start-after": "s/d/e/1" });
      expect(texts(after, "Key")).toEqual(["s/d/e/2", "s/d/f", "s/e"]);
      const first = await it.ask({ prefix: "s/", "max-keys": "2" });
      expect([texts(first, "IsTruncated"), texts(first, "NextMarker")]).toEqual([
        ["true"],
        ["s/d/e/1"],
      ]);
      const rest = await it.ask({ prefix: "s/", marker: "s/d/e/1" });
      expect(texts(rest, "Key")).toEqual(["s/d/e/2", "s/d/f", "s/e"]);
    });

    test.each([
      ["0", "200 0"],
      ["-1", "200 0"],
      ["5000", "200 1000"],
      ["x", "400 InvalidArgument"],
    ])("max-keys=%s gives %s", async (size, wanted) => {
      const page = await it.ask({ "list-type": "2", prefix: "nothing/", "max-keys": size });
      const [told = ""] = texts(page, "MaxKeys");
      expect(page.status === 200 ? `200 ${told}` : verdict(page)).toBe(wanted);
    });

    test("odd keys are listed in the order of their UTF-8 bytes, plain and encoded", async () => {
      for (const key of ODD_KEYS) await it.put(key, "1");
      const ordered = ODD_KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const plain = await pages(it, { prefix: "odd/", "max-keys": "5" });
      expect(keysOf(plain)).toEqual(ordered);
      const encoded = await pages(it, { prefix: "odd/", "max-keys": "5", "encoding-type": "url" });
      expect(keysOf(encoded)).not.toEqual(ordered);
      expect(keysOf(encoded).map(decodeURIComponent)).toEqual(ordered);
    });

    test("more than a thousand keys take two pages", async () => {
      const names = Array.from({ length: 1100 }, (_, i) => `k/${String(i).padStart(4, "0")}`);
      for (let at = 0; at < names.length; at += 20) {
        await Promise.all(names.slice(at, at + 20).map((name) => it.put(name, "")));
      }
      const all = await pages(it, { prefix: "k/" });
      expect(all.map((page) => texts(page, "KeyCount")[0])).toEqual(["1000", "100"]);
      expect(keysOf(all)).toEqual(names);
    });

    test("what was put is listed at once, what was deleted is not", async () => {
      for (let i = 0; i < 20; i += 1) {
        await it.put(`w/${i}`, "x");
        expect(texts(await it.ask({ "list-type": "2", prefix: `w/${i}` }), "Key")).toHaveLength(1);
        await it.send({ method: "DELETE", key: `w/${i}` });
        expect(texts(await it.ask({ "list-type": "2", prefix: `w/${i}` }), "Key")).toEqual([]);
      }
    });
  });
}
