// The footer of an object that this project wrote: schema and places of the chunks, everything
// checked.
import { CODEC, type Column, FORMAT_KEY, MAGIC } from "./format.ts";
import {
  countIn,
  structIn,
  structsIn,
  textIn,
  ThriftReader,
  type ThriftStruct,
} from "./thrift-read.ts";
import { expect } from "./unreadable.ts";

/** Where a column chunk is. */
export interface ChunkPlace {
  readonly column: Column;
  readonly from: number;
  readonly to: number;
  readonly compressed: boolean;
}

/** A row group to be read. */
export interface GroupPlace {
  readonly rows: number;
  readonly chunks: readonly ChunkPlace[];
}

/** What the footer says. */
export interface FileLayout {
  readonly rows: number;
  readonly groups: readonly GroupPlace[];
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads and checks the footer of a file with exactly these columns and this format. The chunks must
 * lie one behind another and fill the file: no byte of it belongs to nothing. Throws "unreadable".
 */
export function readLayout(bytes: Buffer, columns: readonly Column[], format: string): FileLayout {
  const end = bytes.length - 8;
  expect(end >= 4, `it has only ${bytes.length} bytes`);
  const opens = bytes.subarray(0, 4).equals(MAGIC);
  expect(opens && bytes.subarray(end + 4).equals(MAGIC), "it does not begin and end as Parquet");
  const length = bytes.readUInt32LE(end);
  expect(length <= end - 4, "its footer is longer than itself");
  const footer = end - length;
  const reader = new ThriftReader(bytes, footer, end);
  const fields = reader.struct();
  expect(reader.at === end, "its footer is followed by something");
  const metadata = metadataOf(fields);
  expect(metadata.get(FORMAT_KEY) === format, `its format is not ${format}`);
  checkSchema(structsIn(fields, 2), columns);
  const groups: GroupPlace[] = [];
  let at = MAGIC.length;
  for (const group of structsIn(fields, 4)) {
    const place = groupPlace(group, columns, at);
    at = place.chunks.at(-1)?.to ?? at;
    groups.push(place);
  }
  expect(at === footer, "its row groups do not fill it");
  const rows = countIn(fields, 3);
  const sum = groups.reduce((total, group) => total + group.rows, 0);
  expect(rows === sum, `its row groups hold ${sum} rows, its footer says ${rows}`);
  return { rows, groups, metadata };
}

function metadataOf(fields: ThriftStruct): Map<string, string> {
  const pairs = structsIn(fields, 5).map((pair) => [textIn(pair, 1), textIn(pair, 2)] as const);
  return new Map(pairs);
}

function checkSchema(elements: readonly ThriftStruct[], columns: readonly Column[]): void {
  const [root, ...leaves] = elements;
  const fits = root !== undefined && countIn(root, 5) === columns.length;
  expect(fits && leaves.length === columns.length, "it has other columns");
  for (const [index, column] of columns.entries()) {
    const leaf = leaves[index];
    const same =
      leaf !== undefined &&
      textIn(leaf, 4) === column.name &&
      countIn(leaf, 1) === column.type &&
      countIn(leaf, 3) === Number(column.optional) &&
      leaf.has(10) === (column.text ?? false);
    expect(same, `its column ${index + 1} is not "${column.name}" as it should be`);
  }
}

function groupPlace(group: ThriftStruct, columns: readonly Column[], start: number): GroupPlace {
  const rows = countIn(group, 3);
  const chunks = structsIn(group, 1);
  expect(chunks.length === columns.length, "a row group has other columns");
  let at = start;
  const places = columns.map((column, index) => {
    const meta = structIn(chunks[index] ?? new Map(), 3);
    const place = chunkPlace(meta, column, rows, at);
    at = place.to;
    return place;
  });
  return { rows, chunks: places };
}

function chunkPlace(meta: ThriftStruct, column: Column, rows: number, from: number): ChunkPlace {
  const { name } = column;
  const codec = countIn(meta, 4);
  expect(codec === CODEC.none || codec === CODEC.zstd, `column "${name}" has another codec`);
  expect(countIn(meta, 1) === column.type, `a chunk of column "${name}" is of another type`);
  expect(countIn(meta, 5) === rows, `a chunk of column "${name}" has other rows than its group`);
  const begin = meta.has(11) ? countIn(meta, 11) : countIn(meta, 9);
  expect(begin === from, `a chunk of column "${name}" is not behind the one before`);
  return { column, from, to: from + countIn(meta, 7), compressed: codec === CODEC.zstd };
}
