// The footer of a Parquet file: schema, row groups, statistics, metadata.
import type { ChunkMeta } from "./chunk.ts";
import { type Column, MAGIC } from "./format.ts";
import type { Sink } from "./sink.ts";
import { ThriftWriter } from "./thrift.ts";

/** A written row group. */
export interface RowGroupMeta {
  readonly rows: number;
  /** Where its first byte is in the file. */
  readonly offset: number;
  readonly chunks: readonly ChunkMeta[];
}

const FORMAT_VERSION = 2;
const REQUIRED = 0;
const OPTIONAL = 1;
const UTF8 = 0;
const CREATED_BY = "cellarman";

/** Appends footer, its length and the closing magic. */
export function writeFooter(
  sink: Sink,
  columns: readonly Column[],
  groups: readonly RowGroupMeta[],
  metadata: Readonly<Record<string, string>>,
): void {
  const thrift = new ThriftWriter();
  thrift.rawStruct(() => {
    thrift.i32(1, FORMAT_VERSION);
    writeSchema(thrift, columns);
    thrift.i64(
      3,
      groups.reduce((sum, group) => sum + group.rows, 0),
    );
    thrift.listOfStructs(4, groups, (group) => writeGroup(thrift, group));
    thrift.listOfStructs(5, Object.entries(metadata), ([key, value]) => {
      thrift.text(1, key);
      thrift.text(2, value);
    });
    thrift.text(6, CREATED_BY);
    // Without the order of a column's values, readers must not use its bounds.
    thrift.listOfStructs(7, columns, () => thrift.struct(1, () => undefined));
  });
  const footer = thrift.sink.view();
  sink.append(footer);
  sink.uint32(footer.length);
  sink.append(MAGIC);
}

function writeSchema(thrift: ThriftWriter, columns: readonly Column[]): void {
  const root = { name: "schema", children: columns.length };
  thrift.listOfStructs(2, [root, ...columns], (element) => {
    if ("children" in element) {
      thrift.text(4, element.name);
      thrift.i32(5, element.children);
      return;
    }
    thrift.i32(1, element.type);
    thrift.i32(3, element.optional ? OPTIONAL : REQUIRED);
    thrift.text(4, element.name);
    if (!element.text) return;
    thrift.i32(6, UTF8);
    thrift.struct(10, () => thrift.struct(1, () => undefined));
  });
}

function writeGroup(thrift: ThriftWriter, group: RowGroupMeta): void {
  thrift.listOfStructs(1, group.chunks, (chunk) => {
    thrift.i64(2, group.offset + (chunk.dictionaryOffset ?? chunk.dataOffset));
    thrift.struct(3, () => writeChunkMeta(thrift, chunk, group.offset));
  });
  thrift.i64(
    2,
    group.chunks.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0),
  );
  thrift.i64(3, group.rows);
}

function writeChunkMeta(thrift: ThriftWriter, chunk: ChunkMeta, offset: number): void {
  thrift.i32(1, chunk.column.type);
  thrift.listOfI32(2, chunk.encodings);
  thrift.listOfTexts(3, [chunk.column.name]);
  thrift.i32(4, chunk.codec);
  thrift.i64(5, chunk.rows);
  thrift.i64(6, chunk.uncompressedBytes);
  thrift.i64(7, chunk.compressedBytes);
  thrift.i64(9, offset + chunk.dataOffset);
  if (chunk.dictionaryOffset !== undefined) thrift.i64(11, offset + chunk.dictionaryOffset);
  thrift.struct(12, () => {
    thrift.i64(3, chunk.nulls);
    if (!chunk.bounds) return;
    thrift.binary(5, chunk.bounds.max);
    thrift.binary(6, chunk.bounds.min);
  });
}
