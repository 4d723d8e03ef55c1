// Mutants of the text of what reads and writes bytes.
import { type HandMutant, mutant } from "./hand.ts";

const LINES = "src/warp10/text/lines.ts";
const SELECTOR = "src/warp10/selector.ts";

const LONG_OF_A_DOUBLE = `{
  const double = (negative ? -1 : 1) * (leading * 10 ** (to - middle) + trailing);
  const long = BigInt.asIntN(64, BigInt(double));
  out.low = Number(BigInt.asIntN(32, long));
  out.high = Number(long >> 32n);
  return true;
  }`;

/** Mutants of adapters, readers and digests. */
export const BYTES_MUTANTS: readonly HandMutant[] = [
  mutant(
    "strict reader",
    LINES,
    'if (refused !== "") {',
    'if (refused === "?") {',
    "test/warp10/text/refuse.test.ts",
  ),
  mutant(
    "the server's error trailer",
    LINES,
    "if (isTrailer(rest)) throw trailerError(this.where, this.line + 1, rest);",
    "if (isTrailer(rest)) return;",
    "test/warp10/text/refuse.test.ts",
  ),
  mutant(
    "last line with its end",
    LINES,
    'if (rest.length > 0) throw cutShort(this.where, this.line + 1, "its last line has no end");',
    "",
    "test/warp10/text/refuse.test.ts",
  ),
  mutant(
    "a series comes once",
    LINES,
    "if (this.identities.has(series.identity)) return false;",
    "",
    "test/warp10/text/refuse.test.ts",
  ),
  mutant(
    "timestamps descend",
    LINES,
    "} else if (!this.isOlder(low, high)) {",
    "} else if (low !== low) {",
    "test/warp10/text/refuse.test.ts",
  ),
  mutant(
    "64-bit integers, not doubles",
    "src/warp10/text/number.ts",
    "return composeLong(leading, trailing, to - middle, negative, out);",
    LONG_OF_A_DOUBLE,
    "test/warp10/text/number.test.ts",
  ),
  mutant(
    "an end that HTTP proves",
    "src/warp10/http/call.ts",
    "    refuseUnprovable(question.what, where, answer.headers);\n",
    "",
    "test/faults/truncation.test.ts",
  ),
  mutant(
    "end of the store's body",
    "src/cellar/whole-answer.ts",
    "if (this.filled !== body.length) {",
    "if (this.filled < 0) {",
    "test/cellar/whole-answer.test.ts",
  ),
  mutant(
    "errors shown in a fetch",
    "src/warp10/client.ts",
    '["end", range.end.toString()],\n      ["format", "text"],\n      ["showerrors", "true"],',
    '["end", range.end.toString()],\n      ["format", "text"],',
    "test/warp10/client/client.test.ts",
  ),
  mutant(
    "a count reaches its end",
    "src/warp10/counting.ts",
    '  if (headerOf(answer.headers, "x-warp10-fetched") !== points) return undefined;\n',
    "",
    "test/warp10/client/count.test.ts",
  ),
  mutant(
    "selector encoding",
    SELECTOR,
    "return encodeURIComponent(text).replaceAll(/[!'()*~]/g, (character) => {",
    "return text.replaceAll(/[!'()*~]/g, (character) => {",
    "test/warp10/selector.test.ts",
  ),
  mutant(
    "regexes in parentheses",
    SELECTOR,
    "return `~(${percentEncode(regex)})`;",
    "return `~${percentEncode(regex)}`;",
    "test/warp10/selector.test.ts",
  ),
  mutant(
    "the end of the text, not of the line",
    SELECTOR,
    "const TEXT_END = String.raw`(?![\\s\\S])`;",
    "const TEXT_END = '$';",
    "test/warp10/selector.test.ts",
  ),
  mutant(
    "canonical digest: order of the series",
    "src/archive/digest.ts",
    "held.sort((a, b) => (a.identity < b.identity ? -1 : 1));",
    "",
    "test/archive/digest/combine.test.ts",
  ),
  mutant(
    "canonical digest: one NaN",
    "src/archive/record.ts",
    "return (high & 0x000f_ffff) !== 0 || low !== 0;",
    "return false;",
    "test/archive/digest/digest.test.ts",
  ),
];
