import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listObjects } from "../../../sim/cellar/listing.ts";
import { deleteObject, storeObject } from "../../../sim/cellar/objects.ts";
import type { SimRequest } from "../../../sim/cellar/protocol.ts";
import { Bucket, byUtf8 } from "../../../sim/cellar/state.ts";
import { texts } from "../../conformance/cellar/endpoint.ts";

const units = fc.constantFrom("a", "b", "/", "é", "\uffee", "\u{1F600}");
const keys = fc.string({ unit: units, minLength: 1 });
const FIXED = { seed: 4, numRuns: 500 };

function asked(query: Record<string, string>): SimRequest {
  return {
    operation: "ListObjects",
    method: "GET",
    bucket: "b",
    key: "",
    rawPath: "/b",
    rawQuery: "",
    query: new Map(Object.entries({ "list-type": "2", "encoding-type": "url", ...query })),
    headers: {},
    body: Buffer.alloc(0),
  };
}

/** Walks a listing page by page; objects and folded prefixes as they come. */
function walk(bucket: Bucket, query: Record<string, string>) {
  const found: { keys: string[]; folders: string[] } = { keys: [], folders: [] };
  for (let token: string | undefined, pages = 0; pages < 500; pages += 1) {
    const more = token === undefined ? {} : { "continuation-token": token };
    const { body } = listObjects(bucket, asked({ ...query, ...more }), 0, undefined);
    const answer = { status: 200, headers: {}, body };
    found.keys.push(...texts(answer, "Key").map(decodeURIComponent));
    // The first Prefix is the echo of the one asked for, which is not encoded.
    found.folders.push(...texts(answer, "Prefix").slice(1).map(decodeURIComponent));
    token = texts(answer, "NextContinuationToken")[0];
    if (token === undefined) return found;
  }
  throw new Error("the listing never ends");
}

describe("listings", () => {
  test("equal a plain model, whatever the pages, prefix and delimiter", () => {
    const wanted = fc.record({
      all: fc.uniqueArray(keys, { maxLength: 30 }),
      gone: fc.array(keys, { maxLength: 5 }),
      prefix: fc.constantFrom("", "a", "a/", "é"),
      delimiter: fc.constantFrom("", "/"),
      size: fc.integer({ min: 1, max: 7 }),
    });
    fc.assert(
      fc.property(wanted, ({ all, gone, prefix, delimiter, size }) => {
        const bucket = new Bucket("b", 0);
        const bytes = Buffer.from("x");
        for (const key of all)
          storeObject(bucket, key, { bytes, etag: "", headers: {} }, 0, undefined);
        for (const key of gone) deleteObject(bucket, key, undefined, 0);
        const under = all
          .filter((key) => !gone.includes(key) && key.startsWith(prefix))
          .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        const cutOf = (key: string) => (delimiter === "" ? -1 : key.indexOf("/", prefix.length));
        const folders = under.filter((key) => cutOf(key) >= 0).map((k) => k.slice(0, cutOf(k) + 1));
        const query = { prefix, delimiter, "max-keys": String(size) };
        expect(walk(bucket, query)).toEqual({
          keys: under.filter((key) => cutOf(key) < 0),
          folders: [...new Set(folders)],
        });
      }),
      FIXED,
    );
  });

  test("keys are ordered by their UTF-8 bytes", () => {
    const any = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(byUtf8(a, b))).toBe(bytes);
      }),
      FIXED,
    );
  });
});
