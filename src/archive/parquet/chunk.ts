// One column chunk: levels, values and perhaps a dictionary, as pages with a checksum each.
import zlib from "node:zlib";
import type { Bounds } from "./bounds.ts";
import { CODEC, type Column, type Encoding, ENCODING, PAGE } from "./format.ts";
import { encodeHybrid, encodeRun } from "./hybrid.ts";
import { Sink } from "./sink.ts";
import { ThriftWriter } from "./thrift.ts";
import { compress, type EncodedValues, zstd } from "./values.ts";

/** A column's part of a row group before it is written. */
export interface ChunkSource {
  readonly column: Column;
  readonly rows: number;
  /** Per row 1 where there is a value, else 0; or one number for all rows. */
  readonly defined: Uint32Array | 0 | 1;
  /** Encodes what is not null; called only if there is any. */
  readonly encode: () => EncodedValues;
  readonly bounds?: Bounds | undefined;
}

/** What the footer says of a chunk. */
export interface ChunkMeta {
  readonly column: Column;
  readonly encodings: readonly Encoding[];
  readonly codec: number;
  readonly rows: number;
  readonly nulls: number;
  readonly dataOffset: number;
  readonly dictionaryOffset: number | undefined;
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
  readonly bounds: Bounds | undefined;
}

const NO_VALUES: EncodedValues = {
  encoding: ENCODING.plain,
  bytes: new Uint8Array(),
  level: "fast",
};

/** Appends a chunk to a row group's bytes; offsets are from the row group's beginning. */
export function writeChunk(sink: Sink, source: ChunkSource): ChunkMeta {
  const { column, rows, defined } = source;
  const nulls = countNulls(defined, rows);
  const values = nulls === rows ? NO_VALUES : source.encode();
  const body = bodyOf(source, values.bytes);
  const packed = compress(body, values.level);
  const packedEntries = values.dictionary && compress(values.dictionary.bytes, "middle");
  // The codec is the chunk's: where one page is compressed, the other one is too.
  const codec = packed || packedEntries ? CODEC.zstd : CODEC.none;
  const start = sink.length;
  let uncompressed = 0;
  if (values.dictionary) {
    const { bytes, count } = values.dictionary;
    const page = codec === CODEC.zstd ? (packedEntries ?? zstd(bytes, "fast")) : bytes;
    uncompressed += writeDictionaryPage(sink, bytes.length, page, count);
  }
  const dataAt = sink.length;
  const page = codec === CODEC.zstd ? (packed ?? zstd(body, "fast")) : body;
  uncompressed += writeDataPage(sink, body.length, page, rows, values.encoding);
  return {
    column,
    encodings: encodingsOf(values),
    codec,
    rows,
    nulls,
    dataOffset: dataAt,
    dictionaryOffset: values.dictionary ? start : undefined,
    uncompressedBytes: uncompressed,
    compressedBytes: sink.length - start,
    bounds: source.bounds,
  };
}

function encodingsOf(values: EncodedValues): Encoding[] {
  if (values.dictionary) return [ENCODING.plain, ENCODING.rle, ENCODING.dictionary];
  return [ENCODING.rle, values.encoding];
}

function countNulls(defined: Uint32Array | 0 | 1, rows: number): number {
  if (typeof defined === "number") return defined === 1 ? 0 : rows;
  let nulls = 0;
  for (let row = 0; row < rows; row++) nulls += 1 - (defined[row] ?? 0);
  return nulls;
}

/** A data page's body: the levels that tell nulls, behind their length, and the values. */
function bodyOf({ column, rows, defined }: ChunkSource, values: Uint8Array): Uint8Array {
  if (!column.optional) return values;
  const levels = new Sink();
  if (typeof defined === "number") encodeRun(levels, defined, rows, 1);
  else encodeHybrid(levels, defined, rows, 1);
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(levels.length);
  return Buffer.concat([length, levels.view(), values]);
}

function writeDictionaryPage(sink: Sink, plainBytes: number, page: Uint8Array, count: number) {
  return writePage(sink, plainBytes, page, (thrift) => {
    thrift.i32(1, PAGE.dictionary);
    return () =>
      thrift.struct(7, () => {
        thrift.i32(1, count);
        thrift.i32(2, ENCODING.plain);
      });
  });
}

function writeDataPage(
  sink: Sink,
  plainBytes: number,
  page: Uint8Array,
  rows: number,
  encoding: Encoding,
): number {
  return writePage(sink, plainBytes, page, (thrift) => {
    thrift.i32(1, PAGE.data);
    return () =>
      thrift.struct(5, () => {
        thrift.i32(1, rows);
        thrift.i32(2, encoding);
        thrift.i32(3, ENCODING.rle);
        thrift.i32(4, ENCODING.rle);
      });
  });
}

/** Writes header and page; returns header and body in bytes as if uncompressed. */
function writePage(
  sink: Sink,
  plainBytes: number,
  page: Uint8Array,
  kind: (thrift: ThriftWriter) => () => void,
): number {
  const thrift = new ThriftWriter();
  thrift.rawStruct(() => {
    const rest = kind(thrift);
    thrift.i32(2, plainBytes);
    thrift.i32(3, page.length);
    thrift.i32(4, zlib.crc32(page) | 0);
    rest();
  });
  sink.append(thrift.sink.view());
  sink.append(page);
  return thrift.sink.length + plainBytes;
}
