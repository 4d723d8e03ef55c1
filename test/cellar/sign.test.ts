import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { operationOf } from "../../sim/cellar/routes.ts";
import { makeVerifier } from "../../sim/cellar/signature.ts";
import type { SimRequest } from "../../sim/cellar/protocol.ts";
import { canonicalQuery, EMPTY_SHA256, encodePath, makeSigner } from "../../src/cellar/sign.ts";

// The examples that Amazon publishes with the signature's definition (S3, header-based).
const EXAMPLE = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const EXAMPLE_MS = Date.parse("2013-05-24T00:00:00Z");
const host = "examplebucket.s3.amazonaws.com";
const plain = { method: "GET", path: "/", query: "", payloadSha256: EMPTY_SHA256 };

describe("the published examples", () => {
  test.each([
    [
      "GET object",
      { ...plain, path: "/test.txt", headers: { host, range: "bytes=0-9" } },
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ],
    [
      "PUT object",
      {
        ...plain,
        method: "PUT",
        path: "/test%24file.text",
        headers: {
          host,
          date: "Fri, 24 May 2013 00:00:00 GMT",
          "x-amz-storage-class": "REDUCED_REDUNDANCY",
        },
        payloadSha256: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      },
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ],
    [
      "GET lifecycle",
      { ...plain, query: canonicalQuery({ lifecycle: "" }), headers: { host } },
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ],
    [
      "list",
      { ...plain, query: canonicalQuery({ prefix: "J", "max-keys": "2" }), headers: { host } },
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ],
  ])("%s", (_name, request, signature) => {
    const headers = makeSigner(EXAMPLE, "us-east-1")(request, EXAMPLE_MS);
    expect(headers["authorization"]).toMatch(new RegExp(`Signature=${signature}$`));
  });
});

test("encoding: one pass over the path, sorted query, nothing unreserved escaped", () => {
  expect(encodePath("b", "a b/é+%/(x)'*!")).toBe("/b/a%20b/%C3%A9%2B%25/%28x%29%27%2A%21");
  expect(canonicalQuery({ b: "2", a: "x y", "a-1": "" })).toBe("a=x%20y&a-1=&b=2");
});

test("the key of a new day is used on that day", () => {
  const signer = makeSigner(EXAMPLE, "us-east-1");
  const request = { ...plain, path: "/test.txt", headers: { host, range: "bytes=0-9" } };
  const later = signer(request, EXAMPLE_MS + 86_400_000)["authorization"];
  expect(later).toContain("/20130525/");
  const fresh = makeSigner(EXAMPLE, "us-east-1")(request, EXAMPLE_MS + 86_400_000);
  expect(later).toBe(fresh["authorization"]);
});

test("the stand-in accepts every key and query that we sign, and no other", () => {
  const nowMs = 1_800_000_000_000;
  const verify = makeVerifier([EXAMPLE], () => nowMs);
  const sign = makeSigner(EXAMPLE, "default");
  const texts = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(texts, fc.dictionary(texts, texts, { maxKeys: 3 }), (key, query) => {
      const rawPath = encodePath("bucket", key);
      const rawQuery = canonicalQuery(query);
      const unsigned = { ...plain, path: rawPath, query: rawQuery, headers: { host } };
      const headers = sign(unsigned, nowMs);
      const request: SimRequest = {
        operation: operationOf("GET", "bucket", key, new Map()),
        method: "GET",
        bucket: "bucket",
        key,
        rawPath,
        rawQuery,
        query: new Map(),
        headers,
        body: Buffer.alloc(0),
      };
      expect(verify(request)).toBe(EXAMPLE);
      expect(() => verify({ ...request, rawPath: `${rawPath}x` })).toThrow();
    }),
    { seed: 4, numRuns: 300 },
  );
});
