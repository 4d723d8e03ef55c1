// /api/v0/meta: replaces the attributes of known series (facts warp10 §1.7).
import type { Context } from "../context.ts";
import { bodyLines, headerOf, tokenOf } from "../http/exchange.ts";
import type { Exchange } from "../http/exchange.ts";
import { parseLabelSelectors } from "../selector.ts";
import { decodePercent } from "../text/percent.ts";
import type { Token } from "../tokens.ts";
import { JavaError, asJavaError } from "../values.ts";
import { tokenLabels } from "./update.ts";

const PREFIX = "Error when updating meta: ";

/** Answers a meta request; unknown series are ignored silently. */
export async function handleMeta(context: Context, exchange: Exchange): Promise<void> {
  const { answer } = exchange;
  answer.header("Access-Control-Allow-Origin", "*");
  let token: Token;
  try {
    token = metaWriter(context, tokenOf(exchange, false));
  } catch (error) {
    return answer.error(403, PREFIX + asJavaError(error).message);
  }
  const delta =
    context.config.attributesDelta && headerOf(exchange, "x-warp10-attributes") === "delta";
  try {
    for await (const lines of bodyLines(exchange)) {
      for (const line of lines)
        if (line.trim() !== "") applyLine(context, token, line.trim(), delta);
    }
  } catch (error) {
    return answer.error(500, PREFIX + asJavaError(error).message);
  }
  await answer.end();
}

function metaWriter(context: Context, text: string | undefined): Token {
  if (text === undefined) throw new JavaError("Write token missing.");
  const token = context.tokens.write(text);
  if (token.attributes[".nometa"] !== undefined) {
    throw new JavaError("Token cannot be used for updating metadata.");
  }
  return token;
}

function pairsOf(text: string): Map<string, string> {
  return new Map([...parseLabelSelectors(text)].map(([name, value]) => [name, value.slice(1)]));
}

function applyLine(context: Context, token: Token, line: string, delta: boolean): void {
  const match = /^([^{]*)\{([^}]*)\}\{([^}]*)\}$/.exec(line);
  if (match === null) {
    throw new JavaError(
      'Cannot invoke "io.warp10.continuum.store.thrift.data.Metadata.getLabels()" because "<local16>" is null',
    );
  }
  const [, className = "", labels = "", attributes = ""] = match;
  const series = context.store.listed(
    decodePercent(className),
    tokenLabels(pairsOf(labels), token),
  );
  if (series === undefined) return;
  const given = pairsOf(attributes);
  series.attributes = delta ? merged(series.attributes, given) : given;
  if (context.config.activityMeta) series.lastActivityMs = Math.floor(context.now());
}

/** A delta: an empty value takes an attribute away. */
function merged(old: ReadonlyMap<string, string>, given: Map<string, string>): Map<string, string> {
  const all = new Map([...old, ...given]);
  for (const [name, value] of given) if (value === "") all.delete(name);
  return all;
}
