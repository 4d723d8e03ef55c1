// Bytes a point beside text with zstd and pyarrow, and the speed of each step in points a second of
// CPU time.
import { isMain } from "../scripts/main-module.ts";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { combineTotals, SeriesDigests } from "../src/archive/digest.ts";
import { readParquetPoints } from "../src/archive/parquet/read.ts";
import { PointsWriter } from "../src/archive/parquet/write.ts";
import type { PointStream } from "../src/archive/points.ts";
import { readPoints } from "../src/warp10/text/read.ts";
import { DATA_SETS, type DataSet, textOf } from "./formats-data.ts";

/** Each step is done so many times; the best time counts, the first ones warm up. */
const ROUNDS = 4;

/** One line of the result. */
export interface FormatFigures {
  readonly set: string;
  readonly points: number;
  /** Bytes a point. */
  readonly text: number;
  readonly textZstd3: number;
  readonly textZstd9: number;
  readonly ours: number;
  /** The least of pyarrow's encodings on the same table; undefined without pyarrow. */
  readonly pyarrowBest: number | undefined;
  /** Million points a second of CPU time. */
  readonly parse: number;
  readonly digest: number;
  readonly write: number;
  readonly read: number;
  readonly sameDigest: boolean;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU time of the steps of one round. */
interface Round {
  readonly parse: number;
  readonly digest: number;
  readonly write: number;
  readonly read: number;
}

interface Outcome {
  readonly points: number;
  readonly objects: Uint8Array[];
  readonly sameDigest: boolean;
  readonly round: Round;
}

async function once(chunks: readonly Buffer[]): Promise<Outcome> {
  const stream = readPoints(chunks, { where: "bench" });
  const digests = new SeriesDigests(stream.series);
  const writer = new PointsWriter(stream.series, { metadata: {} });
  const objects: Uint8Array[] = [];
  let [digest, write] = [0, 0];
  const start = cpuMs();
  for await (const batch of stream) {
    const before = cpuMs();
    digests.add(batch);
    const between = cpuMs();
    objects.push(...writer.add(batch).map((object) => object.bytes));
    digest += between - before;
    write += cpuMs() - between;
  }
  const before = cpuMs();
  objects.push(...writer.end().map((object) => object.bytes));
  write += cpuMs() - before;
  const parse = cpuMs() - start - digest - write;
  const archived = combineTotals(digests.finish());
  const startRead = cpuMs();
  for (const object of objects) await drain(readParquetPoints(object));
  const read = cpuMs() - startRead;
  const sameDigest = (await digestOf(objects)) === archived.digest;
  return { points: archived.points, objects, sameDigest, round: { parse, digest, write, read } };
}

async function drain(stream: PointStream): Promise<void> {
  for await (const batch of stream) if (batch.rows === 0) throw new Error("an empty batch");
}

/** The digest of objects that no series straddles: one object a set. */
async function digestOf(objects: readonly Uint8Array[]): Promise<string> {
  const totals = [];
  for (const object of objects) {
    const stream = readParquetPoints(object);
    const digests = new SeriesDigests(stream.series);
    for await (const batch of stream) digests.add(batch);
    totals.push(...digests.finish());
  }
  return combineTotals(totals).digest;
}

function zstdBytes(text: Buffer, level: number): number {
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: level };
  return zlib.zstdCompressSync(text, { params }).length;
}

/**
 * The least size that pyarrow finds for the same table, in bytes; undefined where it is not at
 * hand.
 */
function pyarrowBest(objects: readonly Uint8Array[]): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), "cellarman-formats-"));
  try {
    const files = objects.map((object, i) => {
      const file = join(folder, `${i}.parquet`);
      writeFileSync(file, object);
      return file;
    });
    const script = fileURLToPath(new URL("pyarrow_best.py", import.meta.url));
    const { status, stdout } = spawnSync("python3", [script, ...files], { encoding: "utf8" });
    return status === 0 ? Number(stdout.trim()) : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function figuresOf(set: DataSet): Promise<FormatFigures> {
  const chunks = textOf(set);
  let outcome = await once(chunks);
  let best = outcome.round;
  for (let round = 1; round < ROUNDS; round++) {
    outcome = await once(chunks);
    best = {
      parse: Math.min(best.parse, outcome.round.parse),
      digest: Math.min(best.digest, outcome.round.digest),
      write: Math.min(best.write, outcome.round.write),
      read: Math.min(best.read, outcome.round.read),
    };
  }
  const { points, objects, sameDigest } = outcome;
  const text = Buffer.concat(chunks);
  const pyarrow = pyarrowBest(objects);
  const speed = (ms: number) => points / ms / 1000;
  return {
    set: set.name,
    points,
    text: text.length / points,
    textZstd3: zstdBytes(text, 3) / points,
    textZstd9: zstdBytes(text, 9) / points,
    ours: objects.reduce((sum, object) => sum + object.length, 0) / points,
    pyarrowBest: pyarrow === undefined ? undefined : pyarrow / points,
    parse: speed(best.parse),
    digest: speed(best.digest),
    write: speed(best.write),
    read: speed(best.read),
    sameDigest,
  };
}

const HEADINGS = [
  ["set", "points"],
  ["B/pt:", "text", "zstd-3", "zstd-9", "ours", "pyarrow"],
  ["Mpt/cpu-s:", "parse", "digest", "write", "read"],
].flat();
const WIDTH = 11;

function line(cells: readonly string[]): string {
  return cells
    .map((cell) => cell.padEnd(WIDTH))
    .join("")
    .trimEnd();
}

function lineOf(f: FormatFigures): string {
  const sizes = [f.text, f.textZstd3, f.textZstd9, f.ours].map((bytes) => bytes.toFixed(3));
  const speeds = [f.parse, f.digest, f.write, f.read].map((speed) => speed.toFixed(1));
  const pyarrow = f.pyarrowBest?.toFixed(3) ?? "absent";
  const end = f.sameDigest ? "" : "DIGEST DIFFERS";
  return line([f.set, String(f.points), "", ...sizes, pyarrow, "", ...speeds, end]);
}

/** Runs all data sets, one line each to `print`; returns the figures. */
export async function benchFormats(print: (line: string) => void): Promise<FormatFigures[]> {
  const all: FormatFigures[] = [];
  print(line(HEADINGS));
  for (const set of DATA_SETS) {
    const figures = await figuresOf(set);
    all.push(figures);
    print(lineOf(figures));
  }
  if (all.some((f) => f.pyarrowBest === undefined)) {
    print("pyarrow is not installed here (pip install pyarrow): its column is left out.");
  }
  return all;
}

if (isMain(import.meta.url)) await benchFormats((line) => process.stdout.write(`${line}\n`));
