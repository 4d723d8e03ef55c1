// Listings of series as text: the answers of /find with showattr, and of a delete or its dry run
// (facts warp10 §1.3, §1.4).
import { CellarmanError } from "../runtime/errors.ts";
import type { Labels, ListedSeries } from "./series.ts";

/**
 * The longest line that the server's limits allow is about 34 KiB (facts warp10 §1.6); this is far
 * above.
 */
const MAX_LINE_CHARACTERS = 262_144;
const ERROR_PREFIX = "# ERROR:";

/**
 * Parses a listing while it streams: `class{labels}{attributes}` per line, percent-encoded, LF or
 * CRLF. Identical lines are not merged: both are yielded, so that the caller sees two producers'
 * series that print alike.
 * @param where for errors: a URL.
 * @throws CellarmanError "incomplete-read" on an in-band `# ERROR:` or a partial last line,
 * "unreadable" on any line that is no series.
 */
export async function* parseListing(
  chunks: AsyncIterable<Uint8Array>,
  where: string,
): AsyncGenerator<ListedSeries, void, undefined> {
  let rest = "";
  let line = 0;
  let blank = false;
  for await (const chunk of chunks) {
    const lines = (rest + latin1(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) {
      line += 1;
      if (blank || text.startsWith("#")) throw odd(text, where, line);
      blank = text === "" || text === "\r";
      if (!blank) yield parseListingLine(text, where, line);
    }
    if (rest.length > MAX_LINE_CHARACTERS) throw unreadable("a line without an end", where, line);
  }
  if (rest !== "") {
    throw new CellarmanError("incomplete-read", "the listing ends in the middle of a line", {
      where: `${where} line ${line + 1}`,
      retryable: true,
    });
  }
  if (blank) throw unreadable("an empty line", where, line);
}

const LINE = /^([!-<>-z|~]*)\{([!-z|~]*)\}\{([!-z|~]*)\}\r?$/;

/** One line of a listing; throws "unreadable" unless it is exactly a series with its attributes. */
export function parseListingLine(text: string, where: string, line: number): ListedSeries {
  const match = LINE.exec(text);
  if (match === null) throw unreadable(`not a series: ${quote(text)}`, where, line);
  const [, className = "", labels = "", attributes = ""] = match;
  try {
    return { className: decode(className), labels: pairs(labels), attributes: pairs(attributes) };
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(`${said}: ${quote(text)}`, where, line);
  }
}

/**
 * `name=value,…`, percent-encoded. A name that an object would take for its prototype is a name.
 */
function pairs(text: string): Labels {
  const labels: Record<string, string> = {};
  for (let from = 0; from < text.length;) {
    const comma = text.indexOf(",", from);
    const to = comma < 0 ? text.length : comma;
    const equals = text.indexOf("=", from);
    const name = decode(text.slice(from, equals < 0 ? to : equals));
    const value = text.slice(equals + 1, to);
    if (equals <= from || equals >= to || value.includes("=") || to === text.length - 1) {
      throw new Error(`"${text.slice(from, to)}" is no name=value`);
    }
    if (Object.hasOwn(labels, name)) throw new Error(`the name "${name}" stands twice`);
    if (name === "__proto__") {
      Object.defineProperty(labels, name, { ...PLAIN, value: decode(value) });
    } else {
      labels[name] = decode(value);
    }
    from = to + 1;
  }
  return labels;
}

const PLAIN = { enumerable: true, configurable: true, writable: true };

function decode(text: string): string {
  return text.includes("%") ? decodeURIComponent(text) : text;
}

/** A line that may only stand in a broken listing: after an empty one, or a comment. */
function odd(text: string, where: string, line: number): CellarmanError {
  if (!text.startsWith(ERROR_PREFIX))
    return unreadable(`not a series: ${quote(text)}`, where, line);
  return new CellarmanError(
    "incomplete-read",
    `the server broke off the listing: ${reason(text)}`,
    {
      where: `${where} line ${line}`,
      retryable: true,
    },
  );
}

/** First line of the URL-encoded Java stack trace in a `# ERROR:` trailer (facts warp10 §1.2). */
function reason(text: string): string {
  const encoded = text.slice(ERROR_PREFIX.length).trim();
  const firstLine = (encoded.split(/%0A|%0D/i)[0] ?? "").replaceAll("+", " ");
  return quote(firstLine.replaceAll(/%([\da-fA-F]{2})/g, (_, hex: string) => printable(hex)));
}

function printable(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCodePoint(code) : "?";
}

function unreadable(sentence: string, where: string, line: number): CellarmanError {
  return new CellarmanError("unreadable", `the listing holds ${sentence}`, {
    where: `${where} line ${line}`,
  });
}

function quote(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
