// Lines of GTS text into columns: every line is understood whole, or the read fails.
import type { SeenSeries } from "../../archive/points.ts";
import { Columns } from "./columns.ts";
import { readSimpleLines, type SimpleState } from "./fast.ts";
import { parseHeading } from "./heading.ts";
import { parseDouble, parseLong, type Words } from "./number.ts";
import { cutShort, isTrailer, trailerError, unreadable } from "./refuse.ts";
import { readValue } from "./value.ts";

const NEWLINE = 10;
const BLANK = 32;
const HASH = 35;
const SLASH = 47;
const COLON = 58;
const EQUALS = 61;

/** Parses whole lines, remembering the series, the last timestamp and the line number. */
export class LineParser {
  readonly series: SeenSeries[] = [];
  readonly columns = new Columns();
  private readonly identities = new Set<string>();
  private readonly where: string;
  private readonly state: SimpleState = { low: 0, high: 0, row: 0 };
  private readonly words: Words = { low: 0, high: 0 };
  /** Lines understood so far. */
  private line = 0;
  /** Rows before this one belong to series that are done. */
  private seriesFrom = 0;
  private blankAt = 0;

  constructor(where: string) {
    this.where = where;
  }

  /**
   * Parses lines from `from` on until `to` or until the batch is full, and returns where it
   * stopped. The byte before `to` must be a newline. Throws "unreadable" or "incomplete-read".
   */
  parse(bytes: Buffer, from: number, to: number): number {
    const { columns, state } = this;
    let at = from;
    while (at < to && !columns.isFull) {
      if (this.series.length > 0) {
        const before = columns.batch.rows;
        state.row = before;
        at = readSimpleLines(bytes, at, to, columns, state);
        columns.batch.rows = state.row;
        this.line += state.row - before;
        if (at >= to || columns.isFull) break;
      }
      const end = bytes.indexOf(NEWLINE, at);
      this.parseLine(bytes, at, end);
      at = end + 1;
    }
    return at;
  }

  /** Marks the rows of the running series; to be called before the batch is handed on. */
  closeBatch(): void {
    const { batch } = this.columns;
    batch.series.fill(this.series.length - 1, this.seriesFrom, batch.rows);
    this.seriesFrom = 0;
  }

  /** Called at the end of the text with what follows its last newline: there must be nothing. */
  end(rest: Uint8Array): void {
    if (isTrailer(rest)) throw trailerError(this.where, this.line + 1, rest);
    if (rest.length > 0) throw cutShort(this.where, this.line + 1, "its last line has no end");
    if (this.blankAt > 0) throw this.blankLine();
  }

  /** Lines understood so far, for messages. */
  get lines(): number {
    return this.line;
  }

  private blankLine() {
    return cutShort(this.where, this.blankAt, "a blank line, as before the server's error trailer");
  }

  private parseLine(bytes: Buffer, from: number, to: number): void {
    this.line++;
    if (bytes[from] === HASH && isTrailer(bytes.subarray(from, to))) {
      throw trailerError(this.where, this.line, bytes.subarray(from, to));
    }
    if (this.blankAt > 0) throw this.blankLine();
    if (from === to) {
      this.blankAt = this.line;
      return;
    }
    const refused = this.parsePoint(bytes, from, to);
    if (refused !== "") {
      throw unreadable(this.where, this.line, refused, bytes.subarray(from, to));
    }
  }

  /** Reads one line into the next row; returns why it is refused, or "". */
  private parsePoint(bytes: Buffer, from: number, to: number): string {
    const { columns, words } = this;
    const continues = bytes[from] === EQUALS;
    if (continues && this.series.length === 0) return "it continues a series, and none has begun";
    const start = continues ? from + 1 : from;
    const slash = bytes.indexOf(SLASH, start);
    if (slash < 0 || slash > to) return "it has no timestamp and place";
    if (!parseLong(bytes, start, slash, words)) return "its timestamp is no 64-bit integer";
    const { low, high } = words;
    const blank = bytes.indexOf(BLANK, slash);
    if (blank < 0 || blank > to) return "it has no value";
    const misplaced = this.readPlace(bytes, slash + 1, blank);
    if (misplaced !== "") return misplaced;
    let value = blank + 1;
    if (!continues) {
      const heading = parseHeading(bytes, value, to);
      if ("refused" in heading) return heading.refused;
      if (bytes[heading.next] !== BLANK || heading.next >= to) return "it has no value";
      if (!this.beginSeries(heading.series)) {
        return "its series came before: two series print alike, or selectors overlap";
      }
      value = heading.next + 1;
    } else if (!this.isOlder(low, high)) {
      return "its timestamp is not older than the one before";
    }
    const { batch } = columns;
    if (!readValue(columns, batch.rows, bytes, value, to)) return "its value is of no known type";
    columns.timestampWords[2 * batch.rows] = low;
    columns.timestampWords[2 * batch.rows + 1] = high;
    this.state.low = low;
    this.state.high = high;
    batch.rows++;
    return "";
  }

  private isOlder(low: number, high: number): boolean {
    const { state } = this;
    return high < state.high || (high === state.high && low >>> 0 < state.low >>> 0);
  }

  /** False when the series was met before. */
  private beginSeries(series: SeenSeries): boolean {
    if (this.identities.has(series.identity)) return false;
    const { batch } = this.columns;
    if (this.series.length > 0) {
      batch.series.fill(this.series.length - 1, this.seriesFrom, batch.rows);
    }
    this.seriesFrom = batch.rows;
    this.identities.add(series.identity);
    this.series.push(series);
    return true;
  }

  /**
   * Reads `LAT:LON/ELEV` in [from, to), each part perhaps empty; returns why it is refused, or "".
   */
  private readPlace(bytes: Buffer, from: number, to: number): string {
    const { columns, words } = this;
    const { rows } = columns.batch;
    const slash = bytes.indexOf(SLASH, from);
    if (slash < 0 || slash >= to) return "its place and elevation are not parted by a slash";
    if (slash > from) {
      const colon = bytes.indexOf(COLON, from);
      if (colon < 0 || colon > slash) return "its place has no longitude";
      const latitude = parseDouble(bytes, from, colon);
      const longitude = parseDouble(bytes, colon + 1, slash);
      if (latitude === undefined || longitude === undefined) return "its place is no two numbers";
      columns.setLocation(rows, latitude, longitude);
    }
    if (slash + 1 < to) {
      if (!parseLong(bytes, slash + 1, to, words)) return "its elevation is no 64-bit integer";
      columns.setElevation(rows, words.low, words.high);
    }
    return "";
  }
}
