import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CellarmanError } from "../../../src/runtime/errors.ts";
import { parseListing, parseListingLine } from "../../../src/warp10/listing.ts";
import type { ListedSeries } from "../../../src/warp10/series.ts";

async function* bytesOf(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function parse(text: string, size?: number): Promise<ListedSeries[]> {
  return Array.fromAsync(parseListing(bytesOf(text, size), "http://w/api/v0/find"));
}

async function failureOf(text: string): Promise<CellarmanError> {
  const thrown: unknown = await parse(text).catch((error: unknown) => error);
  if (thrown instanceof CellarmanError) return thrown;
  throw new Error(`accepted: ${text}`);
}

/** As a Warp 10 prints: Java's URL encoding with %20 for blanks. */
function javaEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!~'()]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function print(series: ListedSeries): string {
  const map = (labels: Readonly<Record<string, string>>) =>
    Object.entries(labels)
      .map(([name, value]) => `${javaEncode(name)}=${javaEncode(value)}`)
      .join(",");
  return `${javaEncode(series.className)}{${map(series.labels)}}{${map(series.attributes)}}`;
}

describe("a listing", () => {
  it("is parsed whatever the chunks, LF or CRLF", async () => {
    const expected = [
      { className: "conf.del.a", labels: { k: "v", ".app": "conf" }, attributes: {} },
      { className: "été {,}", labels: { "l à": "é=,}", e: "" }, attributes: { a: "b c" } },
      { className: "", labels: { k: "conf-values" }, attributes: {} },
    ];
    const lines = [
      "conf.del.a{k=v,.app=conf}{}",
      "%C3%A9t%C3%A9%20%7B%2C%7D{l%20%C3%A0=%C3%A9%3D%2C%7D,e=}{a=b%20c}",
      "{k=conf-values}{}",
    ];
    for (const end of ["\n", "\r\n"]) {
      for (const size of [1, 3, 1000]) {
        expect(await parse(lines.map((l) => l + end).join(""), size)).toEqual(expected);
      }
    }
  });

  it("may be empty", async () => {
    expect(await parse("")).toEqual([]);
  });

  it("keeps lines that are the same: two producers' series print alike", async () => {
    expect(await parse("a{.app=x}{}\na{.app=x}{}\n")).toHaveLength(2);
  });

  it("takes a plus for a plus, and any name for a name", async () => {
    const [series] = await parse("a+b{__proto__=x,constructor=y,1=z}{}\n");
    expect(series?.className).toBe("a+b");
    expect(Object.entries(series?.labels ?? {})).toContainEqual(["__proto__", "x"]);
    expect(Object.keys(series?.labels ?? {})).toHaveLength(3);
  });

  it("reads back whatever a Warp 10 can print", async () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 });
    const labels = fc.dictionary(name, fc.string({ unit: "grapheme" }));
    const series = fc.record({ className: fc.string(), labels, attributes: labels });
    await fc.assert(
      fc.asyncProperty(fc.array(series), fc.integer({ min: 1, max: 50 }), async (all, size) => {
        const read = await parse(all.map((one) => `${print(one)}\n`).join(""), size);
        expect(read).toEqual(all.map((one) => ({ ...one, labels: { ...one.labels } })));
      }),
      { numRuns: 50 },
    );
  });
});

describe("a broken listing", () => {
  it.each([
    ["a partial last line", "a{}{}\nb{}{"],
    ["a last line without its end", "a{}{}\nb{}{}"],
    ["a trailer", "a{}{}\n\n# ERROR: java.io.IOException%3A+disk%0A%09at+x\n"],
    ["a trailer without the empty line", "a{}{}\n# ERROR: x\n"],
    ["nothing but a trailer", "\n# ERROR: x\n"],
  ])("breaks off: %s", async (_name, text) => {
    expect(await failureOf(text)).toMatchObject({ code: "incomplete-read", retryable: true });
  });

  it("says what the server said, without the stack", async () => {
    const failure = await failureOf("a{}{}\n\n# ERROR: java.io.IOException%3A+disk%0A%09at+x\n");
    expect(failure.message).toBe("the server broke off the listing: java.io.IOException: disk");
    expect(failure.where).toBe("http://w/api/v0/find line 3");
  });

  it.each([
    ["no attributes", "a{k=v}"],
    ["no braces", "a"],
    ["an empty line at the end", "a{}{}\n"],
    ["an empty line between", "a{}{}\n\nb{}{}"],
    ["text after the attributes", "a{}{} x"],
    ["a brace in a value", "a{k=v}w}{}"],
    ["a comment", "# a{}{}"],
    ["a label without a value", "a{k}{}"],
    ["a label without a name", "a{=v}{}"],
    ["two equals signs", "a{k=v=w}{}"],
    ["an empty label", "a{k=v,}{}"],
    ["a name twice", "a{k=1,k=2}{}"],
    ["a blank", "a b{}{}"],
    ["a tab", "a\t{}{}"],
    ["a byte above ASCII", "é{}{}"],
    ["a wrong escape", "a%zz{}{}"],
    ["half an escape", "a{k=%C3}{}"],
    ["an overlong escape", "a{k=%C0%80}{}"],
    ["a zero byte", "a\u0000{}{}"],
    ["JSON", "["],
    ["points", "1// a{} 1"],
  ])("is unreadable: %s", async (_name, line) => {
    const text = line.endsWith("\n") ? `${line}\n` : `${line}\n`;
    expect(await failureOf(text)).toMatchObject({ code: "unreadable", retryable: false });
  });

  it("is unreadable when a line never ends", async () => {
    const endless = Buffer.alloc(300_000, "a").toString();
    expect(await failureOf(endless)).toMatchObject({ code: "unreadable" });
  });

  it("is noticed wherever it is cut, but at a line's end", async () => {
    const whole = "conf.a{k=v,.app=conf}{}\r\nconf.b{}{x=y}\r\n";
    for (let cut = 1; cut < whole.length; cut += 1) {
      if (whole[cut - 1] === "\n") continue;
      await expect(parse(whole.slice(0, cut))).rejects.toThrow(CellarmanError);
    }
  });
});

describe("recorded listings", () => {
  interface Step {
    request: { path: string; query?: string[][]; form?: string[][] };
    response?: { status: number; exact?: string; series?: Record<string, string[]> };
  }
  const folder = new URL("../../conformance/warp10/", import.meta.url);
  const topics = ["04-find", "06-delete", "07-tokens"];

  it.each(topics)("%s: every line of a delete's answer is a series", (topic) => {
    const { steps } = JSON.parse(readFileSync(new URL(`${topic}.json`, folder), "utf8")) as {
      steps: Step[];
    };
    let lines = 0;
    for (const { request, response } of steps) {
      const attributes = request.query?.some(([name]) => name === "showattr") === true;
      if (response?.status !== 200 || !(request.path.endsWith("delete") || attributes)) continue;
      for (const line of Object.keys(response.series ?? {})) {
        expect(parseListingLine(line, "recording", 1).className).not.toBe(line);
        lines += 1;
      }
    }
    expect(lines).toBeGreaterThan(0);
  });
});
