import { describe, expect, test } from "vitest";
import { checkedKey, placeOf } from "../../src/cellar/place.ts";

describe("a place", () => {
  test("may be a bare host or a URL; the prefix is a folder", () => {
    const cellar = "cellar-c2.services.clever-cloud.com";
    const place = {
      origin: `https://${cellar}`,
      host: cellar,
      bucket: "metrics-cold",
      prefix: "warp10-c2/",
    };
    const written = { bucket: "metrics-cold", prefix: "warp10-c2" };
    expect(placeOf({ ...written, endpoint: cellar })).toEqual(place);
    expect(placeOf({ ...written, endpoint: `https://${cellar}/` })).toEqual(place);
    expect(placeOf({ ...written, prefix: "warp10-c2//", endpoint: cellar })).toEqual(place);
    const local = placeOf({ endpoint: "http://127.0.0.1:17480", bucket: "metrics-cold" });
    expect(local).toMatchObject({ host: "127.0.0.1:17480", prefix: "" });
  });

  test.each([
    ["ftp://store", "bucket"],
    ["https://user:secret@store", "bucket"],
    ["https://store/path", "bucket"],
    ["https://store/?x=1", "bucket"],
    ["https://", "bucket"],
    ["https://store", "Bucket"],
    ["https://store", "b_c"],
    ["https://store", "../x"],
  ])("is refused: %s %s", (endpoint, bucket) => {
    const make = () => placeOf({ endpoint, bucket });
    expect(make).toThrow(expect.objectContaining({ code: "usage" }));
    expect(make).not.toThrow("secret");
  });
});

describe("a key", () => {
  test.each(["a", "data/x=1/é", "k".repeat(1024)])("%j passes", (key) => {
    expect(checkedKey(key)).toBe(key);
  });

  test.each([
    "",
    "/a",
    "a/",
    "a//b",
    "a/../b",
    "./a",
    "a\u0000",
    "a\nb",
    "a\\b",
    "\ud800",
    "é".repeat(513),
  ])("%j does not", (key) => {
    expect(() => checkedKey(key)).toThrow(expect.objectContaining({ code: "internal" }));
  });
});
