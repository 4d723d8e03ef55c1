// /api/v0/fetch (facts warp10 §1.2).
import { UNITS_PER_MS } from "../../../src/warp10/range.ts";
import type { Context } from "../context.ts";
import { tokenOf } from "../http/exchange.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Slice } from "../store/chunk.ts";
import type { Series } from "../store/series.ts";
import { parseLong } from "../text/javaNumbers.ts";
import type { Token } from "../tokens.ts";
import { JavaError } from "../values.ts";
import {
  fulltextFormat,
  jsonFormat,
  packFormat,
  rawFormat,
  textFormat,
  tsvFormat,
} from "./formats.ts";
import type { Format } from "./formats.ts";
import { OutBuffer } from "./outBuffer.ts";
import { narrowActivity, narrowRange, parseMoment, parseSpan, resolveRange } from "./query.ts";
import type { ReadRange } from "./query.ts";
import { countRows, deduplicated, rowsOf } from "./rows.ts";
import type { RowOptions } from "./rows.ts";
import { page, parseSelectors, seriesFor } from "./select.ts";

/** A refusal: a status and what the error page says. */
class Refusal extends JavaError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Answers a fetch. */
export async function handleFetch(context: Context, exchange: Exchange): Promise<void> {
  const { answer, params } = exchange;
  answer.header("Access-Control-Allow-Origin", "*");
  answer.header("X-Warp10-Timeunit", String(UNITS_PER_MS[context.config.unit] * 1000n));
  answer.showErrors = params.has("showerrors");
  try {
    const token = tokenFor(context, exchange);
    const range = narrowRange(context, token, askedRange(context, exchange), false);
    await writeSeries(context, exchange, token, range);
  } catch (error) {
    if (error instanceof Refusal) return answer.error(error.status, error.message);
    throw error;
  }
  await answer.end();
}

function tokenFor(context: Context, exchange: Exchange): Token {
  const text = tokenOf(exchange, true);
  if (text === undefined) throw new Refusal(403, "Read token missing.");
  let token: Token;
  try {
    token = context.tokens.read(text);
  } catch (error) {
    throw error instanceof JavaError ? new Refusal(403, error.message) : error;
  }
  for (const attribute of [".nofetch", ".nofind"]) {
    if (token.attributes[attribute] !== undefined) {
      throw new Refusal(403, "Token cannot be used for fetching data.");
    }
  }
  return token;
}

function parsed<T>(exchange: Exchange, name: string, parse: (text: string) => T): T | undefined {
  const text = exchange.params.get(name);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    throw new Refusal(400, `Invalid format for parameter '${name}'.`);
  }
}

function askedRange(context: Context, exchange: Exchange): ReadRange {
  const names = ["end", "stop", "now"].filter((name) => exchange.params.has(name));
  if (names.length > 1)
    throw new Refusal(400, `Cannot specify both '${names[0]}' and '${names[1]}'.`);
  const moment = (text: string): bigint => parseMoment(context, text);
  try {
    return resolveRange({
      start: parsed(exchange, "start", moment),
      end: parsed(exchange, names[0] ?? "end", moment),
      timespan: parsed(exchange, "timespan", (text) => parseSpan(context, text)),
      count: parsed(exchange, "count", parseLong),
    });
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof JavaError)) throw error;
    throw new Refusal(400, error.message);
  }
}

function rowOptions(exchange: Exchange): RowOptions {
  const number = (name: string): number | undefined => {
    const value = parsed(exchange, name, parseLong);
    return value === undefined ? undefined : Number(value);
  };
  return {
    skip: number("skip"),
    step: number("step"),
    timestep: parsed(exchange, "timestep", parseLong),
    sample: parsed(exchange, "sample", Number),
    pre: number("boundary.pre"),
    post: number("boundary.post"),
  };
}

function formatOf(context: Context, exchange: Exchange): Format | undefined {
  switch (exchange.params.get("format")) {
    case "fulltext":
      return fulltextFormat(context.cache);
    case "tsv":
      return tsvFormat(false);
    case "fulltsv":
      return tsvFormat(true);
    case "raw":
      return rawFormat;
    case "pack":
      return packFormat(exchange.params.get("suffix") ?? ":packed");
    case "json":
      return jsonFormat;
    case "null":
      return undefined;
    case "wrapper":
      throw new JavaError("Unsigned request.");
    default:
      return textFormat(context.cache);
  }
}

/** What one series had when the request came: a fetch is a snapshot (facts warp10 §1.2). */
interface Snapshot {
  readonly series: Series;
  readonly rows: Slice[];
}

function* snapshots(
  context: Context,
  exchange: Exchange,
  found: Iterable<Series>,
  range: ReadRange,
): Generator<Snapshot> {
  const options = rowOptions(exchange);
  const dedup = exchange.params.has("dedup");
  const skip = parsed(exchange, "gskip", parseLong);
  const count = parsed(exchange, "gcount", parseLong);
  for (const series of page(found, skip, count)) {
    const rows = rowsOf(series, range, options);
    const kept = dedup ? deduplicated(rows) : rows;
    if (kept.length > 0) yield { series, rows: kept };
  }
}

async function writeSeries(
  context: Context,
  exchange: Exchange,
  token: Token,
  range: ReadRange,
): Promise<void> {
  const { params, answer } = exchange;
  const text = params.get("selector");
  if (text === undefined) throw new Refusal(400, "Missing 'selector' parameter.");
  const selectors = parseSelectors(text);
  if (selectors === undefined) throw new Refusal(400, "Bad Request");
  const bounds = narrowActivity(context, token, {
    activeAfter: parsed(exchange, "activeafter", parseLong),
    quietAfter: parsed(exchange, "quietafter", parseLong),
  });
  const json = params.get("format") === "json";
  const format = formatOf(context, exchange);
  const style = { exposed: token.exposed, showAttributes: params.has("showattr") };
  const out = new OutBuffer(answer);
  const parts = selectors.map((selector) => [
    ...snapshots(context, exchange, seriesFor(context, token, selector, bounds), range),
  ]);
  for (const part of parts) {
    if (json) await out.add(Buffer.from("["));
    let comma = false;
    for (const { series, rows } of part) {
      const points = countRows(rows);
      context.counters.fetchPoints += points;
      exchange.points += points;
      if (json && comma) await out.add(Buffer.from(","));
      comma = true;
      if (format === undefined) continue;
      for (const bytes of format(series, rows, style)) {
        const full = out.add(bytes);
        if (full !== undefined) await full;
      }
    }
    if (json) await out.add(Buffer.from("]"));
  }
  await out.flush();
}
