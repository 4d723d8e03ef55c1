// Where the parts of an HTTP/1.1 message lie in its raw bytes, so that a fault can strike at any of
// them: the head, a chunk's size, a chunk's data, the last chunk, the end.

/** A chunk: where its size begins, where its data begins, and where the line after it ends. */
export interface Chunk {
  readonly size: number;
  readonly data: number;
  readonly end: number;
}

/** A whole message in the bytes of a stream, offsets from its first byte. */
export interface Frame {
  readonly bytes: Buffer;
  /** Where the body begins. */
  readonly body: number;
  /** Of a chunked body, the last one (of size 0) included. */
  readonly chunks: readonly Chunk[];
}

type BodyKind = "chunked" | "until closed" | number;

/** Cuts one direction of a connection into messages. */
export class Framer {
  private readonly kind: "request" | "response";
  private pending: Buffer = Buffer.alloc(0);
  private parts: Buffer[] = [];
  private body = -1;
  private bodyKind: BodyKind = 0;
  private chunks: Chunk[] = [];
  private at = 0;
  /** Whether the next response has no body: the answer to a HEAD. */
  headOnly = false;

  constructor(kind: "request" | "response") {
    this.kind = kind;
  }

  /** Takes bytes; gives the messages that are whole now. */
  push(part: Buffer): Frame[] {
    this.parts.push(part);
    const frames: Frame[] = [];
    for (let frame = this.next(); frame; frame = this.next()) frames.push(frame);
    return frames;
  }

  /** The stream has ended: a body that lasts until then is whole, and anything else is cut. */
  finish(): { readonly frame: Frame | undefined; readonly rest: Buffer } {
    const rest = this.joined();
    const isWhole = this.body >= 0 && this.bodyKind === "until closed";
    return { frame: isWhole ? this.take(rest.length) : undefined, rest };
  }

  private joined(): Buffer {
    if (this.parts.length > 0) this.pending = Buffer.concat([this.pending, ...this.parts]);
    this.parts = [];
    return this.pending;
  }

  private next(): Frame | undefined {
    // Joining copies: a body of known length waits in parts until it is all there.
    if (this.body >= 0 && typeof this.bodyKind === "number") {
      const there = this.parts.reduce((n, p) => n + p.length, this.pending.length);
      if (there < this.body + this.bodyKind) return undefined;
    }
    const bytes = this.joined();
    if (this.body < 0 && !this.readHead(bytes)) return undefined;
    if (this.bodyKind === "until closed") return undefined;
    if (this.bodyKind !== "chunked") {
      const end = this.body + this.bodyKind;
      return bytes.length >= end ? this.take(end) : undefined;
    }
    const end = this.readChunks(bytes);
    return end === undefined ? undefined : this.take(end);
  }

  private readHead(bytes: Buffer): boolean {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return false;
    this.body = end + 4;
    this.at = this.body;
    this.bodyKind = this.kindOf(bytes.subarray(0, end).toString("latin1"));
    return true;
  }

  private kindOf(head: string): BodyKind {
    const isEmpty = /^HTTP\/1\.\d (1\d\d|204|304)/.test(head) || this.headOnly;
    if (this.kind === "response" && isEmpty) return 0;
    if (/^transfer-encoding:.*chunked\s*$/im.test(head)) return "chunked";
    const length = /^content-length:\s*(\d+)\s*$/im.exec(head)?.[1];
    if (length !== undefined) return Number(length);
    return this.kind === "request" ? 0 : "until closed";
  }

  /** Where the chunked body ends; undefined while it has not. */
  private readChunks(bytes: Buffer): number | undefined {
    for (;;) {
      const line = bytes.indexOf("\r\n", this.at);
      if (line < 0) return undefined;
      const size = Number.parseInt(bytes.toString("latin1", this.at, line), 16);
      const data = line + 2;
      // What is no size has no end either: it is passed on when the stream ends.
      if (Number.isNaN(size)) return undefined;
      const end = size === 0 ? endOfTrailers(bytes, data) : data + size + 2;
      if (end === undefined || bytes.length < end) return undefined;
      this.chunks.push({ size: this.at, data, end });
      this.at = end;
      if (size === 0) return end;
    }
  }

  private take(end: number): Frame {
    const whole = this.joined();
    const frame = { bytes: whole.subarray(0, end), body: this.body, chunks: this.chunks };
    this.pending = whole.subarray(end);
    this.body = -1;
    this.chunks = [];
    return frame;
  }
}

function endOfTrailers(bytes: Buffer, from: number): number | undefined {
  if (bytes.length < from + 2) return undefined;
  if (bytes.toString("latin1", from, from + 2) === "\r\n") return from + 2;
  const end = bytes.indexOf("\r\n\r\n", from);
  return end < 0 ? undefined : end + 4;
}

/** Method and target of a request's head. */
export function requestLine({ bytes }: Frame): { method: string; target: string } {
  const line = bytes.toString("latin1", 0, bytes.indexOf("\r\n"));
  const [method = "", target = ""] = line.split(" ");
  return { method, target };
}
