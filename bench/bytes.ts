// Bytes a point and the speed of each step (formats.ts), as a benchmark of main.ts.
import { type Bench, rounded } from "./figures.ts";
import { benchFormats } from "./formats.ts";

/** All data sets; there is no smaller run. */
export const benchBytes: Bench = async ({ tell }) => {
  const figures = await benchFormats(tell);
  const rows = figures.map((f) => ({
    set: f.set,
    "÷ pyarrow": f.pyarrowBest === undefined ? "-" : rounded(f.ours / f.pyarrowBest),
    "÷ text + zstd-3": rounded(f.ours / f.textZstd3),
    "÷ text + zstd-9": rounded(f.ours / f.textZstd9),
    "bytes/pt": f.ours.toFixed(3),
    pyarrow: f.pyarrowBest?.toFixed(3) ?? "-",
    text: rounded(f.text),
    parse: rounded(f.parse),
    digest: rounded(f.digest),
    write: rounded(f.write),
    read: rounded(f.read),
  }));
  const notes = ["parse, digest, write, read: million points a CPU second, best of some rounds"];
  if (figures.some((f) => f.pyarrowBest === undefined)) {
    notes.push("pyarrow is not installed: python3 -m pip install pyarrow");
  }
  if (!figures.every((f) => f.sameDigest)) notes.push("A DIGEST DIFFERS after reading back");
  return [{ title: "bytes a point, and the speed of each step", rows, notes }];
};
