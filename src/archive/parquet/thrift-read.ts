// Thrift's compact protocol, read with every bound checked.
import { T } from "./thrift.ts";
import { expect } from "./unreadable.ts";

/**
 * A value by the protocol's types; integers beyond 2^53 are refused: nothing here is that large.
 */
export type ThriftValue = boolean | number | Buffer | readonly ThriftValue[] | ThriftStruct;
/** Fields by number. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

const DEEPEST = 16;
/** Bytes of a varint that stays below 2^53. */
const VARINT_BYTES = 8;

/** Reads structures one after another out of bytes. */
export class ThriftReader {
  at: number;
  private readonly bytes: Buffer;
  private readonly end: number;

  constructor(bytes: Buffer, from: number, to: number) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  struct(depth = 0): ThriftStruct {
    expect(depth < DEEPEST, "its headers are nested too deeply");
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const head = this.byte();
      if (head === 0) return fields;
      const step = head >>> 4;
      id = step === 0 ? this.integer() : id + step;
      expect(!fields.has(id), "a header has a field twice");
      fields.set(id, this.value(head & 15, depth));
    }
  }

  private value(type: number, depth: number): ThriftValue {
    switch (type) {
      case T.true:
        return true;
      case T.false:
        return false;
      case T.i16:
      case T.i32:
      case T.i64:
        return this.integer();
      case T.binary:
        return this.binary();
      case T.list:
        return this.list(depth);
      case T.struct:
        return this.struct(depth + 1);
      default:
        expect(false, `a header has a field of type ${type}`);
    }
  }

  private list(depth: number): ThriftValue[] {
    const head = this.byte();
    const short = head >>> 4;
    const size = short === 15 ? this.varint() : short;
    expect(size <= this.end - this.at, "a list is longer than the header");
    const items: ThriftValue[] = [];
    for (let i = 0; i < size; i++) items.push(this.value(head & 15, depth + 1));
    return items;
  }

  private binary(): Buffer {
    const length = this.varint();
    expect(length <= this.end - this.at, "a text is longer than the header");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private integer(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES; i++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) break;
      expect(i < VARINT_BYTES - 1, "a number is too large");
      scale *= 128;
    }
    expect(value <= Number.MAX_SAFE_INTEGER, "a number is too large");
    return value;
  }

  private byte(): number {
    expect(this.at < this.end, "a header ends too early");
    return this.bytes[this.at++] ?? 0;
  }
}

/** A field that must be an integer, not negative. */
export function countIn(fields: ThriftStruct, id: number): number {
  const value = fields.get(id);
  expect(typeof value === "number" && value >= 0, `header field ${id} is no count`);
  return value;
}

export function structIn(fields: ThriftStruct, id: number): ThriftStruct {
  const value = fields.get(id);
  expect(value instanceof Map, `header field ${id} is no structure`);
  return value;
}

export function structsIn(fields: ThriftStruct, id: number): ThriftStruct[] {
  const value = fields.get(id);
  expect(Array.isArray(value), `header field ${id} is no list`);
  return value.map((item) => {
    expect(item instanceof Map, `header field ${id} is no list of structures`);
    return item;
  });
}

export function textIn(fields: ThriftStruct, id: number): string {
  const value = fields.get(id);
  expect(Buffer.isBuffer(value), `header field ${id} is no text`);
  return value.toString("utf8");
}
