// /api/v0/exec: a script from the body, run as it is read; the stack as JSON (facts warp10 §1.1).
import { UNITS_PER_MS } from "../../../src/warp10/range.ts";
import type { Context } from "../context.ts";
import { bodyLines, headerOf, rawHeaders } from "../http/exchange.ts";
import type { Exchange } from "../http/exchange.ts";
import { parseIsoDurationMs } from "../text/iso.ts";
import { decodePercent } from "../text/percent.ts";
import { JavaError, MAX_MESSAGE, asJavaError, errorMessage } from "../values.ts";
import { Leave, Macro } from "./items.ts";
import type { Item, Word } from "./items.ts";
import { toJson } from "./json.ts";
import { Reader } from "./reader.ts";
import { drive } from "./drive.ts";
import { Stack } from "./stack.ts";
import { timeboxMessage } from "./words/control.ts";
import { grant } from "./words/platform.ts";

/** Longest script that the request log keeps. */
const LOGGED_SCRIPT = 65_536;

interface Run {
  readonly stack: Stack;
  /** Number of the line being run. */
  line: number;
}

/** Answers an exec. The script runs on when its client leaves (facts warp10 §1.1). */
export async function handleExec(
  context: Context,
  exchange: Exchange,
  library: ReadonlyMap<string, Word>,
): Promise<void> {
  const { answer } = exchange;
  const started = process.hrtime.bigint();
  answer.header("Access-Control-Allow-Origin", "*");
  answer.header("X-Warp10-Timeunit", String(UNITS_PER_MS[context.config.unit] * 1000n));
  const lines = await scriptLines(exchange);
  exchange.script = lines.join("\n").slice(0, LOGGED_SCRIPT);
  const session = headerOf(exchange, "x-warp10-warpscriptsession");
  const cut = (): void => answer.destroy("rst");
  const run: Run = { stack: new Stack(context, library, session, cut), line: 0 };
  const { stack } = run;
  context.scripts.add(stack);
  let failure: JavaError | undefined;
  try {
    prepare(context, exchange, stack);
    await parameters(exchange, stack);
    await runLines(exchange, run, lines);
  } catch (error) {
    if (!(error instanceof Leave)) failure = asJavaError(error);
  } finally {
    context.scripts.delete(stack);
  }
  exchange.points = stack.fetched;
  answer.header("X-Warp10-Elapsed", String(process.hrtime.bigint() - started));
  answer.header("X-Warp10-Ops", String(stack.ops));
  answer.header("X-Warp10-Fetched", String(stack.fetched));
  if (failure !== undefined) return fail(exchange, run, failure);
  // Too much JSON fails while it is written: the status stays, the body is cut (facts warp10 §1.1).
  const json = stackJson(stack, stack.items.length).slice(0, stack.limits.maxjson);
  await answer.write(Buffer.from(json, "latin1"));
  await answer.end();
}

async function scriptLines(exchange: Exchange): Promise<string[]> {
  const all: string[] = [];
  for await (const lines of bodyLines(exchange)) all.push(...lines);
  return all;
}

/** Exposed headers and capabilities. Throws a JavaError. */
function prepare(context: Context, exchange: Exchange, stack: Stack): void {
  const granting = headerOf(exchange, "x-warp10-capabilities");
  for (const text of granting?.split(",") ?? []) {
    try {
      grant(stack, context.tokens.read(text.trim()));
    } catch {
      throw new RequestRefusal("invalid token.");
    }
  }
  const symbol = headerOf(exchange, "x-warp10-exposeheaders");
  if (symbol !== undefined) {
    const headers = [...rawHeaders(exchange)].map(([name, values]): [Item, Item] => [name, values]);
    stack.store(symbol, new Map(headers));
  }
}

/** A request that is refused before its first line: no `ERROR line` in front of its message. */
class RequestRefusal extends JavaError {}

/** `/api/v0/exec/name=VALUE`: each value is run as a script and stored. */
async function parameters(exchange: Exchange, stack: Stack): Promise<void> {
  const rest = exchange.path.slice("/api/v0/exec".length);
  for (const part of rest.split("/").filter(Boolean)) {
    const [name = "", value] = part.split("=");
    if (value === undefined) throw new RequestRefusal(`Invalid parameter '${name}'.`);
    const reader = new Reader(stack);
    await drive(reader.line(decodePercent(value)));
    stack.store(decodePercent(name), stack.pop());
  }
}

async function runLines(exchange: Exchange, run: Run, lines: readonly string[]): Promise<void> {
  const { stack } = run;
  const box = headerOf(exchange, "x-warp10-timebox");
  const reader = new Reader(stack);
  if (box === undefined) {
    for (const line of lines) {
      run.line += 1;
      await drive(reader.line(line));
    }
    reader.checkBalanced();
    return;
  }
  const ms = box.startsWith("P") ? parseIsoDurationMs(box) : BigInt(box);
  run.line = lines.length;
  // A timebox has the whole script compiled to one macro before any of it runs.
  await drive(reader.line("<%"));
  for (const line of lines) await drive(reader.line(line));
  await drive(reader.line("%>"));
  reader.checkBalanced();
  const script = stack.pop();
  const units = ms * UNITS_PER_MS[stack.context.config.unit];
  stack.setDeadline(Number(ms), timeboxMessage(stack, units));
  if (script instanceof Macro) await drive(stack.exec(script));
}

function stackJson(stack: Stack, depth: number): string {
  const items = stack.items.slice(-depth || stack.items.length).toReversed();
  return `[${items.map((item) => toJson(item, stack.strictJson)).join(",")}]`;
}

async function fail(exchange: Exchange, { stack, line }: Run, error: JavaError): Promise<void> {
  const { answer } = exchange;
  if (error instanceof RequestRefusal) return answer.error(500, error.message);
  const prefix = `ERROR line #${line}: `;
  const message = prefix + errorMessage(error, MAX_MESSAGE - prefix.length);
  answer.header("Access-Control-Expose-Headers", "X-Warp10-Error-Line,X-Warp10-Error-Message");
  answer.header("X-Warp10-Error-Line", String(line));
  answer.header("X-Warp10-Error-Message", message.replaceAll(/[^\u0020-\u007e]/g, " "));
  if (stack.debugDepth === 0) return answer.error(500, message);
  const shown = stack.items.slice(-stack.debugDepth).toReversed();
  const all = [message, ...shown].map((item) => toJson(item, stack.strictJson));
  answer.status = 500;
  await answer.write(Buffer.from(`[${all.join(",")}]`, "latin1"));
  await answer.end();
}
