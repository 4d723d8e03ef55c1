// GTS text, as `/fetch` prints it (format=text), into points: strict and total. A byte that is not
// understood fails the read.
import type { PointBatch, PointStream, SeenSeries } from "../../archive/points.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import { LineParser } from "./lines.ts";

const NEWLINE = 10;

/**
 * Longest line that is read, bytes. A value has 64 KiB on the server by default (facts warp10
 * §1.6), three times that percent-encoded; more means a server with other limits, or no text.
 */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** How a text is read. */
export interface TextReadOptions {
  /** What is read, for messages: a selector, an address without query. */
  readonly where: string;
  /** Default MAX_LINE_BYTES. */
  readonly maxLineBytes?: number;
}

/**
 * Reads the bytes of a `/fetch` answer in the text format: the first line of a series complete, the
 * following ones `=TS/LAT:LON/ELEV VALUE`, newest first (facts warp10 §1.2). Chunks may be cut
 * anywhere. Memory: one batch (6 MB) and its strings (4 MiB and one line), one line, the series'
 * names.
 *
 * The iteration throws "unreadable" (with line number and excerpt) on anything that is not such
 * text: also on timestamps that do not descend and on a series that comes twice; "incomplete-read"
 * on the server's `# ERROR:` trailer, on a blank line and on a last line without its end; "limit"
 * on a line that is too long. What the source throws passes through. A text that was cut exactly
 * after a line, or between two series, cannot be told here: counts and digests of other reads tell
 * it.
 */
export function readPoints(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: TextReadOptions,
): PointStream {
  const reader = new TextReader(options);
  return {
    series: reader.series,
    [Symbol.asyncIterator]: () => reader.batches(source),
  };
}

class TextReader {
  private readonly lines: LineParser;
  private readonly where: string;
  private readonly maxLineBytes: number;
  /** Copies of the pieces of a line that has not ended yet. */
  private pieces: Buffer[] = [];
  private pieceBytes = 0;

  constructor(options: TextReadOptions) {
    this.where = options.where;
    this.lines = new LineParser(options.where);
    this.maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
  }

  get series(): readonly SeenSeries[] {
    return this.lines.series;
  }

  async *batches(
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): AsyncGenerator<PointBatch, void, undefined> {
    for await (const chunk of source) {
      yield* this.feed(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    }
    this.lines.end(Buffer.concat(this.pieces));
    if (this.lines.columns.batch.rows > 0) yield this.take();
  }

  private *feed(chunk: Buffer): Generator<PointBatch, void, undefined> {
    let from = 0;
    if (this.pieces.length > 0) {
      const first = chunk.indexOf(NEWLINE);
      this.keep(chunk.subarray(0, first < 0 ? chunk.length : first + 1));
      if (first < 0) return;
      const line = Buffer.concat(this.pieces);
      this.pieces = [];
      this.pieceBytes = 0;
      yield* this.parse(line, 0, line.length);
      from = first + 1;
    }
    const whole = chunk.lastIndexOf(NEWLINE) + 1;
    if (whole > from) yield* this.parse(chunk, from, whole);
    const rest = chunk.subarray(Math.max(from, whole));
    if (rest.length > 0) this.keep(rest);
  }

  private *parse(bytes: Buffer, from: number, to: number): Generator<PointBatch, void, undefined> {
    let at = from;
    while (at < to) {
      at = this.lines.parse(bytes, at, to);
      if (this.lines.columns.isFull) {
        yield this.take();
        this.lines.columns.reset();
      }
    }
  }

  private take(): PointBatch {
    this.lines.closeBatch();
    return this.lines.columns.batch;
  }

  private keep(piece: Buffer): void {
    this.pieceBytes += piece.length;
    if (this.pieceBytes > this.maxLineBytes) {
      throw new CellarmanError(
        "limit",
        `line ${this.lines.lines + 1} is longer than ${this.maxLineBytes} bytes`,
        { where: this.where, hint: "No line of a Warp 10 is that long. Is this its /fetch?" },
      );
    }
    this.pieces.push(Buffer.from(piece));
  }
}
