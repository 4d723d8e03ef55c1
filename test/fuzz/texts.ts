// GTS text of a fetch, and the listing of a find: what a Warp 10 says.
import fc from "fast-check";
import { pointAt } from "../../src/archive/points.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { parseListing } from "../../src/warp10/listing.ts";
import { identityOf, type ListedSeries } from "../../src/warp10/series.ts";
import { readPoints } from "../../src/warp10/text/read.ts";
import { formatHeading, formatPoint } from "../../src/warp10/text/write.ts";
import { someSeries, textOf } from "../archive/parquet/arbitrary.ts";
import type { Draws } from "./chance.ts";
import { expectSame, type Target } from "./target.ts";

const seedOf = (draws: Draws): number => draws.below(2 ** 31 - 1);

function* chunksOf(bytes: Buffer, draws: Draws): Generator<Buffer> {
  const most = draws.oneOf([1, 7, 64, 4_096, 1_000_000]);
  for (let at = 0; at < bytes.length;) {
    const to = at + 1 + draws.below(most);
    yield bytes.subarray(at, to);
    at = to;
  }
}

/** The whole text again from what was read; undefined: refused. */
async function printed(source: Iterable<Buffer>): Promise<string | undefined> {
  const stream = readPoints(source, { where: "fuzz" });
  const lines: string[] = [];
  let before = -1;
  try {
    for await (const batch of stream) {
      for (let row = 0; row < batch.rows; row++) {
        const number = batch.series[row] ?? 0;
        const series = stream.series[number];
        const heading = series && formatHeading(series.className, series.labels);
        lines.push(formatPoint(pointAt(batch, row), number === before ? undefined : heading));
        before = number;
      }
    }
  } catch (error) {
    if (error instanceof CellarmanError) return undefined;
    throw error;
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** The text reader: what it accepts, it prints, and reads as the same again. */
export const text: Target = {
  words: [
    "\n",
    "\r\n",
    "=",
    "// ",
    "/",
    ":",
    " ",
    "{",
    "}",
    ",",
    "%",
    "%00",
    "%E9",
    "# ERROR: java.io.IOException",
    "\n\n# ERROR:",
    "T",
    "F",
    "'",
    "b64:",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1E-400",
    "0.1",
    "-0.0",
    "=1// 1\n",
    "2// a{} 1\n",
    "\u00e9",
    "[]",
  ],
  good: (draws) => {
    const [series = []] = fc.sample(someSeries, { numRuns: 1, seed: seedOf(draws) });
    return textOf(series);
  },
  async judge(bytes, draws) {
    const whole = await printed([bytes]);
    const cut = await printed(chunksOf(bytes, draws));
    expectSame("in chunks", String(whole), String(cut));
    if (whole === undefined) return "refused";
    expectSame("printed and read again", whole, String(await printed([Buffer.from(whole)])));
    return "accepted";
  },
};

const names = fc.string({ unit: "grapheme", maxLength: 8 });
const pairs = fc.dictionary(names, names, { maxKeys: 3, noNullPrototype: true });
const listed = fc.array(fc.record({ className: names, labels: pairs, attributes: pairs }), {
  maxLength: 6,
});

const lineOf = ({ className, labels, attributes }: ListedSeries): string =>
  `${formatHeading(className, labels)}${formatHeading("", attributes)}\n`;

async function* asStream(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function relisted(source: Iterable<Buffer>): Promise<string | undefined> {
  const lines: string[] = [];
  try {
    for await (const series of parseListing(asStream(source), "fuzz")) {
      identityOf(series);
      lines.push(lineOf(series));
    }
  } catch (error) {
    if (error instanceof CellarmanError) return undefined;
    throw error;
  }
  return lines.join("");
}

/** The reader of listings. */
export const listing: Target = {
  words: [
    "\n",
    "\r\n",
    "{",
    "}",
    "{}",
    "{}{}",
    ",",
    "=",
    "%",
    "%41",
    "%FF",
    "+",
    " ",
    "# ERROR: x",
    "a{}{}\n",
    "\u00e9",
    "__proto__=x",
    "constructor=",
    "a=b,a=c",
  ],
  good: (draws) => {
    const [all = []] = fc.sample(listed, { numRuns: 1, seed: seedOf(draws) });
    return Buffer.from(all.map(lineOf).join(""));
  },
  async judge(bytes, draws) {
    const whole = await relisted([bytes]);
    expectSame("in chunks", String(whole), String(await relisted(chunksOf(bytes, draws))));
    if (whole === undefined) return "refused";
    expectSame("printed and read again", whole, String(await relisted([Buffer.from(whole)])));
    return "accepted";
  },
};
