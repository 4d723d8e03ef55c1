// /api/v0/find (facts warp10 §1.3).
import { randomUUID } from "node:crypto";
import type { Context } from "../context.ts";
import { tokenOf } from "../http/exchange.ts";
import type { Exchange } from "../http/exchange.ts";
import { labelText } from "../store/series.ts";
import type { Series } from "../store/series.ts";
import { parseLong } from "../text/javaNumbers.ts";
import { jsonText } from "../text/json.ts";
import { encodePercent } from "../text/percent.ts";
import type { Token } from "../tokens.ts";
import { JavaError } from "../values.ts";
import { OutBuffer } from "./outBuffer.ts";
import { narrowActivity } from "./query.ts";
import { page, parseSelectors, seriesFor } from "./select.ts";

type Pairs = readonly (readonly [string, string])[];

/** Answers a find: text lines, or JSON. */
export async function handleFind(context: Context, exchange: Exchange): Promise<void> {
  const { answer, params } = exchange;
  answer.header("Access-Control-Allow-Origin", "*");
  answer.showErrors = params.has("showerrors");
  const text = tokenOf(exchange, true);
  if (text === undefined) return answer.error(403, "Missing token.");
  let token: Token;
  try {
    token = context.tokens.read(text);
  } catch {
    return answer.error(403, "Missing or invalid token.");
  }
  if (token.attributes[".nofind"] !== undefined) {
    return answer.error(403, "Token cannot be used for finding metadata.");
  }
  const out = new OutBuffer(answer);
  const json = params.get("format") === "json";
  let separator = "";
  if (json) await out.add(Buffer.from("[\n"));
  for (const series of listed(context, exchange, token)) {
    const line = json
      ? `${separator}${jsonLine(series, exchange, token)}\n`
      : `${textLine(series, exchange, token)}\n`;
    separator = ",";
    const full = out.add(Buffer.from(line, "latin1"));
    if (full !== undefined) await full;
  }
  if (json) await out.add(Buffer.from("]\n"));
  await out.flush();
  await answer.end();
}

function* listed(context: Context, { params }: Exchange, token: Token): Generator<Series> {
  const text = params.get("selector");
  if (text === undefined) {
    throw new JavaError('Cannot invoke "String.split(String)" because "<local5>" is null');
  }
  const selectors = parseSelectors(text);
  if (selectors === undefined) throw invalidSelector();
  const long = (name: string): bigint | undefined => {
    const value = params.get(name);
    return value === undefined ? undefined : parseLong(value);
  };
  const bounds = narrowActivity(context, token, {
    activeAfter: long("activeafter"),
    quietAfter: long("quietafter"),
  });
  let left = long("limit") ?? 2n ** 62n;
  for (const selector of selectors) {
    const found = seriesFor(context, token, selector, bounds);
    for (const series of page(found, long("gskip"), long("gcount"))) {
      if (left-- <= 0n) return;
      yield series;
    }
  }
}

function invalidSelector(): JavaError {
  const third = new JavaError(" invalid syntax for selector.");
  const second = new JavaError(`io.warp10.script.WarpScriptException: ${third.message}`, third);
  return new JavaError(`java.io.IOException: ${second.message}`, second);
}

function partsOf(series: Series, { params }: Exchange, token: Token): { l: Pairs; a: Pairs } {
  const sorted = (pairs: Pairs): Pairs =>
    params.has("sortmeta") ? pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)) : pairs;
  const attributes: Pairs = [...series.attributes];
  const uuid: Pairs = params.has("showuuid") ? [[".uuid", randomUUID()]] : [];
  return { l: sorted(series.visibleLabels(token.exposed)), a: sorted([...attributes, ...uuid]) };
}

function textLine(series: Series, exchange: Exchange, token: Token): string {
  const { l, a } = partsOf(series, exchange, token);
  const shows = exchange.params.has("showattr") || exchange.params.has("showuuid");
  return encodePercent(series.className) + labelText(l) + (shows ? labelText(a) : "");
}

function jsonLine(series: Series, exchange: Exchange, token: Token): string {
  const { l, a } = partsOf(series, exchange, token);
  const map = (pairs: Pairs): string =>
    `{${pairs.map(([k, v]) => `${jsonText(k)}:${jsonText(v)}`).join(",")}}`;
  const name = jsonText(series.className);
  return `{"c":${name},"l":${map(l)},"a":${map(a)},"la":${series.lastActivityMs}}`;
}
