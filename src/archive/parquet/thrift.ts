// Thrift's compact protocol, as far as Parquet's headers and footers need it.
import { Sink } from "./sink.ts";

/** Types of the compact protocol. */
export const T = {
  true: 1,
  false: 2,
  i16: 4,
  i32: 5,
  i64: 6,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/** Writes one structure after another, fields in ascending order. */
export class ThriftWriter {
  readonly sink = new Sink();
  private last = 0;
  private readonly outer: number[] = [];

  i32(id: number, value: number): void {
    this.field(id, T.i32);
    this.sink.varint(zigzag(value));
  }

  /** An integer of 64 bits below 2^52. */
  i64(id: number, value: number): void {
    this.field(id, T.i64);
    this.sink.varint(zigzag(value));
  }

  binary(id: number, value: Uint8Array): void {
    this.field(id, T.binary);
    this.rawBinary(value);
  }

  text(id: number, value: string): void {
    this.binary(id, Buffer.from(value, "utf8"));
  }

  flag(id: number, value: boolean): void {
    this.field(id, value ? T.true : T.false);
  }

  /** A structure as a field. */
  struct(id: number, body: () => void): void {
    this.field(id, T.struct);
    this.rawStruct(body);
  }

  listOfStructs<Item>(id: number, items: readonly Item[], body: (item: Item) => void): void {
    this.list(id, T.struct, items.length);
    for (const item of items) this.rawStruct(() => body(item));
  }

  listOfI32(id: number, items: readonly number[]): void {
    this.list(id, T.i32, items.length);
    for (const item of items) this.sink.varint(zigzag(item));
  }

  listOfTexts(id: number, items: readonly string[]): void {
    this.list(id, T.binary, items.length);
    for (const item of items) this.rawBinary(Buffer.from(item, "utf8"));
  }

  /** A structure on its own: the outermost one. */
  rawStruct(body: () => void): void {
    this.outer.push(this.last);
    this.last = 0;
    body();
    this.sink.byte(0);
    this.last = this.outer.pop() ?? 0;
  }

  private rawBinary(value: Uint8Array): void {
    this.sink.varint(value.length);
    this.sink.append(value);
  }

  private list(id: number, type: number, size: number): void {
    this.field(id, T.list);
    if (size < 15) this.sink.byte((size << 4) | type);
    else {
      this.sink.byte(0xf0 | type);
      this.sink.varint(size);
    }
  }

  private field(id: number, type: number): void {
    const step = id - this.last;
    if (step > 0 && step < 16) this.sink.byte((step << 4) | type);
    else {
      this.sink.byte(type);
      this.sink.varint(zigzag(id));
    }
    this.last = id;
  }
}

function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}
