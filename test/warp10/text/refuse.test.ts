import { describe, expect, it } from "vitest";
import { readPoints } from "../../../src/warp10/text/read.ts";
import { totalsOf } from "../../archive/parquet/arbitrary.ts";
import { rejected } from "../../support/values.ts";

function* cutUp(text: string | Buffer, size: number): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const failure = (text: string | Buffer, cut = 1 << 16) =>
  rejected(totalsOf(readPoints(cutUp(text, cut), { where: "test" })));

describe("what is refused", () => {
  const head = "9// c{a=b} 1\n";
  it.each([
    ["a class without labels", "9// c 1\n"],
    ["labels that do not end", "9// c{a=b 1\n"],
    ["a label without a value", "9// c{a} 1\n"],
    ["a label that is named twice", "9// c{a=b,a=c} 1\n"],
    ["a bad escape in a name", "9// c%zz{} 1\n"],
    ["an escape that is cut", "9// c%4{} 1\n"],
    ["a name that is no UTF-8", "9// c%FF{} 1\n"],
    ["a raw byte beyond ASCII", "9// é{} 1\n"],
    ["a continuation of nothing", "=9// 1\n"],
    ["a complete line in a running series", `${head}8// c{a=b} 1\n`],
    ["a series that comes again", `${head}8// d{} 1\n7// c{a=b} 1\n`],
    ["a timestamp that stands still", `${head}=9// 1\n`],
    ["a timestamp that rises", `${head}=10// 1\n`],
    ["a timestamp beyond 64 bits", `${head}=-9223372036854775809// 1\n`],
    ["a first timestamp beyond 64 bits", "9223372036854775808// c{} 1\n"],
    ["a timestamp with a leading zero", `${head}=08// 1\n`],
    ["a timestamp with a plus", `${head}=+8// 1\n`],
    ["no timestamp", `${head}=// 1\n`],
    ["one slash", `${head}=8/ 1\n`],
    ["half a place", `${head}=8/1.0/ 1\n`],
    ["a place of words", `${head}=8/a:b/ 1\n`],
    ["an elevation that is no integer", `${head}=8//1.5 1\n`],
    ["an elevation beyond 64 bits", `${head}=8//9223372036854775808 1\n`],
    ["no value", `${head}=8// \n`],
    ["no value and no blank", `${head}=8//\n`],
    ["a LONG beyond 64 bits", `${head}=8// 9223372036854775808\n`],
    ["a LONG of twenty digits", `${head}=8// 10000000000000000000\n`],
    ["a LONG with a leading zero", `${head}=8// 01\n`],
    ["a LONG of minus zero", `${head}=8// -0\n`],
    ["a DOUBLE without digits behind its point", `${head}=8// 1.\n`],
    ["a DOUBLE without digits before its point", `${head}=8// .5\n`],
    ["a DOUBLE with two points", `${head}=8// 1.2.3\n`],
    ["a DOUBLE beyond all doubles", `${head}=8// 1.0E400\n`],
    ["a DOUBLE below all doubles", `${head}=8// 1.0E-400\n`],
    ["an exponent without digits", `${head}=8// 1.0E\n`],
    ["bytes after a number", `${head}=8// 1 \n`],
    ["bytes after a decimal", `${head}=8// 1.5x\n`],
    ["bytes after a string", `${head}=8// 'a'b\n`],
    ["a string that does not end", `${head}=8// 'a\n`],
    ["a string with a raw blank", `${head}=8// 'a b'\n`],
    ["a string with a bad escape", `${head}=8// '%4g'\n`],
    ["a string that is no UTF-8", `${head}=8// '%C3'\n`],
    ["padded base64", `${head}=8// b64:AA==\n`],
    ["base64 of another alphabet", `${head}=8// b64:AA+_\n`],
    ["base64 with bits left over", `${head}=8// b64:AB\n`],
    ["a word", `${head}=8// true\n`],
    ["a carriage return", `${head}=8// 1\r\n`],
    ["a comment", `${head}# comment\n`],
    ["HTML", "<html><body>Bad Gateway</body></html>\n"],
  ])("%s", async (_, text) => {
    const error = await failure(text);
    expect(error.code).toBe("unreadable");
    expect(error.message).toMatch(/^line \d+ is no GTS text: .* it reads "/);
    expect(error.where).toBe("test");
  });

  it("says line and excerpt", async () => {
    const error = await failure(`9// c{} 1\n=8// 2\n=7// oops\n`);
    expect(error.message).toBe(
      'line 3 is no GTS text: its value is of no known type; it reads "=7// oops"',
    );
  });

  it.each([
    ["a last line without its end", "9// c{} 1\n=8// 12", /line 2: its last line has no end/],
    ["a blank line at the end", "9// c{} 1\n\n", /line 2: a blank line/],
    ["a blank line in the middle", "9// c{} 1\n\n=8// 1\n", /line 2: a blank line/],
  ])("%s is an incomplete read", async (_, text, message) => {
    const error = await failure(text);
    expect(error).toMatchObject({ code: "incomplete-read", retryable: true });
    expect(error.message).toMatch(message);
  });

  it("the server's error trailer is told in the server's words, even cut", async () => {
    const trace = "java.lang.RuntimeException: Corruption: bad+block\n\tat io.warp10.X(X.java:1)\n";
    const encoded = encodeURIComponent(trace).replaceAll("%20", "+");
    for (const end of ["\n", ""]) {
      const error = await failure(`9// c{} 1\n\n# ERROR: ${encoded}${end}`, 5);
      expect(error).toMatchObject({ code: "incomplete-read", retryable: true });
      expect(error.message).toMatch(/said: java.lang.RuntimeException: Corruption: bad\+block$/);
    }
  });

  it("a line beyond the limit", async () => {
    const stream = readPoints(cutUp(`9// c{} '${"x".repeat(5_000)}'\n`, 100), {
      where: "test",
      maxLineBytes: 1_000,
    });
    expect((await rejected(totalsOf(stream))).code).toBe("limit");
  });

  it("what the source throws passes through", async () => {
    async function* broken() {
      yield Buffer.from("9// c{} 1\n");
      throw new Error("socket hang up");
    }
    await expect(totalsOf(readPoints(broken(), { where: "test" }))).rejects.toThrow("hang up");
  });

  it("a text that is cut anywhere but behind a line is refused", async () => {
    const text = Buffer.from(
      "9/1.5:2.5/7 c{a=b} 1.25\n=8// 'x%20y'\n=7// b64:AP8Q\n=6// T\n=5// -12345678901234567\n",
    );
    for (let length = 1; length < text.length; length++) {
      const cut = text.subarray(0, length);
      if (cut.at(-1) === 10) continue;
      expect((await failure(cut)).code).toBe("incomplete-read");
    }
  });
});
