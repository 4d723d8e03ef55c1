// Byte strings of a chunk: as they are, or as a dictionary where they repeat.
import { ENCODING } from "./format.ts";
import { encodeHybrid, indexWidth } from "./hybrid.ts";
import { Sink } from "./sink.ts";
import type { EncodedValues } from "./values.ts";

/** Each string behind its length. */
export function plainBlobs(blobs: Iterable<Uint8Array>): Buffer {
  const sink = new Sink();
  for (const blob of blobs) {
    sink.uint32(blob.length);
    sink.append(blob);
  }
  return sink.view();
}

/** Indexes into `entries`, one a row. */
export function indexedBlobs(
  entries: readonly Uint8Array[],
  indexes: Uint32Array,
  count: number,
): EncodedValues {
  const width = indexWidth(entries.length);
  const sink = new Sink();
  sink.byte(width);
  encodeHybrid(sink, indexes, count, width);
  return {
    encoding: ENCODING.dictionary,
    bytes: sink.view(),
    level: "middle",
    dictionary: { bytes: plainBlobs(entries), count: entries.length },
  };
}

/** Encodes byte strings: a dictionary when at most half of them are distinct. */
export function encodeBlobs(blobs: readonly Uint8Array[]): EncodedValues {
  const numbers = new Map<string, number>();
  const entries: Uint8Array[] = [];
  const indexes = new Uint32Array(blobs.length);
  for (const [row, blob] of blobs.entries()) {
    const key = Buffer.from(blob.buffer, blob.byteOffset, blob.length).toString("latin1");
    let number = numbers.get(key);
    if (number === undefined) {
      number = entries.length;
      if (number * 2 >= blobs.length) {
        return { encoding: ENCODING.plain, bytes: plainBlobs(blobs), level: "middle" };
      }
      numbers.set(key, number);
      entries.push(blob);
    }
    indexes[row] = number;
  }
  return indexedBlobs(entries, indexes, blobs.length);
}

/** Booleans, eight to a byte, the first one lowest. */
export function encodeFlags(words: Int32Array, count: number): EncodedValues {
  const bytes = Buffer.alloc(Math.ceil(count / 8));
  for (let i = 0; i < count; i++) {
    bytes[i >>> 3] = (bytes[i >>> 3] ?? 0) | ((words[2 * i] ?? 0) << (i & 7));
  }
  return { encoding: ENCODING.plain, bytes, level: "middle" };
}
