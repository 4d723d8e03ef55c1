import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeXml } from "../../sim/cellar/protocol.ts";
import { readPage } from "../../src/cellar/listing.ts";

const entry = (key: string, bytes = 1): string =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-21T15:46:37.967Z</LastModified>` +
  `<ETag>&quot;x&quot;</ETag><Size>${bytes}</Size></Contents>`;

const page = (inner: string, truncated = "false"): string =>
  `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/` +
  `2006-03-01/"><Name>b</Name><IsTruncated>${truncated}</IsTruncated>${inner}</ListBucketResult>`;

const read = (xml: string) => readPage(Buffer.from(xml), "b/");

describe("a page of a listing", () => {
  test("none, one, many", () => {
    expect(read(page("")).objects).toEqual([]);
    const a = { key: "a", bytes: 7, lastModifiedMs: Date.parse("2026-11-21T15:46:37.967Z") };
    expect(read(page(entry("a", 7))).objects).toEqual([a]);
    expect(read(page(entry("a", 7) + entry("b"))).objects.map(({ key }) => key)).toEqual([
      "a",
      "b",
    ]);
    const next = page("<NextContinuationToken>t&amp;u</NextContinuationToken>", "true");
    expect(read(next).next).toBe("t&u");
  });

  test("cut anywhere, it is refused", () => {
    const whole = Buffer.from(page(entry("a") + entry("b")));
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => readPage(whole.subarray(0, length), "b/")).toThrow(
        expect.objectContaining({ code: "unreadable", retryable: true }),
      );
    }
  });

  test.each([
    ["goes on without a token", page("", "true"), "incomplete-read"],
    ["counts otherwise", page(`${entry("a")}<KeyCount>2</KeyCount>`), "incomplete-read"],
    ["does not say whether it goes on", page("", "maybe"), "unreadable"],
    ["has an entry without size", page("<Contents><Key>a</Key></Contents>"), "unreadable"],
    ["has a key that does not decode", page(`${entry("%")}<EncodingType>url</EncodingType>`)],
    ["is an error", "<Error><Code>InternalError</Code></Error>"],
    ["is a web page", "<html><body>Welcome</body></html>"],
  ])("that %s is refused", (_why, xml, code = "unreadable") => {
    expect(() => read(xml)).toThrow(expect.objectContaining({ code }));
  });

  test("any key comes back, encoded as Ceph or as AWS encodes it, or plain", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", minLength: 1 }), (key) => {
        const encoded = encodeURIComponent(key);
        for (const written of [encoded, encoded.replaceAll("%20", "+")]) {
          const xml = page(`<EncodingType>url</EncodingType>${entry(escapeXml(written))}`);
          expect(read(xml).objects[0]?.key).toBe(key);
        }
      }),
      { seed: 4, numRuns: 300 },
    );
    expect(read(page(entry("a+%20 &amp;"))).objects[0]?.key).toBe("a+%20 &");
  });
});
