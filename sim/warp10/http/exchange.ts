// One request and its answer, as the endpoints see them.
import type { IncomingMessage } from "node:http";
import { createGunzip } from "node:zlib";
import type { Answer } from "./answer.ts";
import type { Params } from "./params.ts";

/** A request being answered. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly params: Params;
  readonly answer: Answer;
  /** Points that the answer gave, for the log. */
  points: number;
  /** The script of an /exec, for the log. */
  script: string | undefined;
}

/** The first header of this name. */
export function headerOf(exchange: Exchange, name: string): string | undefined {
  const value = exchange.request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}

/** Headers as they were sent: name to values. */
export function rawHeaders(exchange: Exchange): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const { rawHeaders: raw } = exchange.request;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? "";
    found.set(name, [...(found.get(name) ?? []), raw[i + 1] ?? ""]);
  }
  return found;
}

/**
 * The token: the header, else the parameter (where that counts: not for /update, /meta, /delete).
 */
export function tokenOf(exchange: Exchange, orParameter: boolean): string | undefined {
  const header = headerOf(exchange, "x-warp10-token");
  return header ?? (orParameter ? exchange.params.get("token") : undefined);
}

/**
 * The body as text: gzip'd where the Content-Type is exactly `application/gzip` (then UTF-8), else
 * in the charset that the Content-Type names, else ISO-8859-1 (facts warp10 §1.0).
 */
export async function* bodyText({ request }: Exchange): AsyncGenerator<string> {
  const type = request.headers["content-type"] ?? "";
  const gzipped = type === "application/gzip";
  const charset = gzipped ? "utf-8" : (/charset="?([^\s;"]+)/i.exec(type)?.[1] ?? "latin1");
  // TextDecoder's latin1 is windows-1252; Node's is ISO-8859-1.
  const isLatin = /^(?:latin1|iso-?8859-1)$/i.test(charset);
  const decoder = isLatin ? undefined : new TextDecoder(charset);
  const source = gzipped ? request.pipe(createGunzip()) : request;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    yield decoder === undefined
      ? chunk.toString("latin1")
      : decoder.decode(chunk, { stream: true });
  }
  const rest = decoder?.decode() ?? "";
  if (rest !== "") yield rest;
}

/** The body line by line; CR, LF and CRLF end lines, as for a Java reader. */
export async function* bodyLines(exchange: Exchange): AsyncGenerator<string[]> {
  let rest = "";
  for await (const text of bodyText(exchange)) {
    const whole = rest + text;
    const lines = whole.includes("\r") ? whole.split(/\r\n|\n|\r(?!$)/) : whole.split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
  }
  if (rest !== "") yield [rest.replace(/\r$/, "")];
}
