// A Parquet file in the making: row groups one after another, then the footer.
import { type ChunkMeta, type ChunkSource, writeChunk } from "./chunk.ts";
import { type RowGroupMeta, writeFooter } from "./footer.ts";
import { type Column, MAGIC } from "./format.ts";
import { Sink } from "./sink.ts";

/** A row group whose bytes are ready; offsets count from its first byte. */
export interface EncodedGroup {
  readonly rows: number;
  readonly bytes: Uint8Array;
  readonly chunks: readonly ChunkMeta[];
}

/** What a footer takes for one chunk at most, without its bounds: a generous guess. */
const CHUNK_META_BYTES = 120;
/** What a footer takes for schema and metadata. */
const FOOTER_BYTES = 4_096;

/** Encodes a row group. */
export function encodeGroup(rows: number, sources: readonly ChunkSource[]): EncodedGroup {
  const sink = new Sink(rows);
  const chunks = sources.map((source) => writeChunk(sink, source));
  return { rows, bytes: sink.view(), chunks };
}

/** A file being written. */
export class OpenFile {
  rows = 0;
  private readonly sink = new Sink();
  private readonly columns: readonly Column[];
  private readonly groups: RowGroupMeta[] = [];
  private metaBytes = FOOTER_BYTES;

  constructor(columns: readonly Column[]) {
    this.columns = columns;
    this.sink.append(MAGIC);
  }

  /** Bytes of the finished file if this group were its last one; a little too many. */
  bytesWith(group: EncodedGroup): number {
    return this.sink.length + group.bytes.length + this.metaBytes + metaBytesOf(group);
  }

  add(group: EncodedGroup): void {
    this.groups.push({ rows: group.rows, chunks: group.chunks, offset: this.sink.length });
    this.sink.append(group.bytes);
    this.metaBytes += metaBytesOf(group);
    this.rows += group.rows;
  }

  /** The whole file. */
  finish(metadata: Readonly<Record<string, string>>): Uint8Array {
    writeFooter(this.sink, this.columns, this.groups, metadata);
    return this.sink.view();
  }
}

function metaBytesOf({ chunks }: EncodedGroup): number {
  let bytes = 0;
  for (const { bounds } of chunks) {
    bytes += CHUNK_META_BYTES + (bounds ? bounds.min.length + bounds.max.length : 0);
  }
  return bytes;
}
