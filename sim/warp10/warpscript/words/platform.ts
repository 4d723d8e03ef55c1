// The platform around a script: limits, capabilities, tokens, sessions, waiting, writing and
// deleting.
import { UNITS_PER_MS } from "../../../../src/warp10/range.ts";
import type { ScriptLimits } from "../../config.ts";
import type { RunningScript } from "../../context.ts";
import { DeleteRefusal, planDelete, runDelete } from "../../delete.ts";
import { Params } from "../../http/params.ts";
import { UpdateWriter, writerOf } from "../../ingress/update.ts";
import { encodePercent } from "../../text/percent.ts";
import { Tokens } from "../../tokens.ts";
import type { Token } from "../../tokens.ts";
import { labelText } from "../../store/series.ts";
import { locationText, valueText } from "../../store/render.ts";
import { JavaError, NO_ELEVATION, asJavaError } from "../../values.ts";
import type { Point } from "../../values.ts";
import { Encoder, Gts, textMap } from "../items.ts";
import type { Item, Steps, Word } from "../items.ts";
import type { Stack } from "../stack.ts";
import { asLong, asText, constant, unary, word } from "./args.ts";

/** Words that lift limits: the limit, and the capability of its own (facts warp10 §1.1). */
const LIMITS: readonly (readonly [name: string, limit: keyof ScriptLimits, capability: string])[] =
  [
    ["LIMIT", "maxfetch", "limit"],
    ["MAXOPS", "maxops", "maxops"],
    ["MAXGTS", "maxgts", "maxgts"],
    ["MAXLOOP", "maxloop", "maxloop"],
    ["MAXDEPTH", "maxdepth", "maxdepth"],
    ["MAXSYMBOLS", "maxsymbols", "maxsymbols"],
    ["MAXJSON", "maxjson", "maxjson"],
  ];

const limitWords: readonly Word[] = LIMITS.map(([name, limit, capability]) =>
  word(name, (stack) => {
    const value = Number(asLong(stack.pop(), `${name} expects a number on top of the stack.`));
    const granted = stack.require(name, capability, "limits");
    const ceiling = /^\d+$/.test(granted)
      ? Number(granted)
      : stack.context.config.hardLimits[limit];
    if (value > ceiling) throw new JavaError(`${name} cannot extend limit past ${ceiling}`);
    stack.limits[limit] = value;
  }),
);

/** Adds what a read token's `.cap:` attributes grant; the first value of a capability stays. */
export function grant(stack: Stack, token: Token): void {
  for (const [name, value] of Object.entries(token.attributes)) {
    const capability = /^\.cap:(.*)$/.exec(name)?.[1];
    if (capability !== undefined && !stack.capabilities.has(capability)) {
      stack.capabilities.set(capability, value);
    }
  }
}

function capabilityGot(stack: Stack, item: Item): Item {
  if (item === null) return textMap(stack.capabilities);
  return stack.capabilities.get(asText(item, "CAPGET expects a name.")) ?? null;
}

const capabilityWords: readonly Word[] = [
  word("CAPADD", (stack) => {
    const text = asText(stack.pop(), "CAPADD expects a token on top of the stack.");
    grant(stack, stack.context.tokens.read(text));
  }),
  unary("CAPGET", (item, stack) => capabilityGot(stack, item)),
  unary("CAPCHECK", (item, stack) =>
    stack.capabilities.has(asText(item, "CAPCHECK expects a name.")),
  ),
  word("CAPDEL", (stack) => {
    stack.capabilities.delete(asText(stack.pop(), "CAPDEL expects a name."));
  }),
];

function tokenInfo(item: Item, stack: Stack): Item {
  const text = asText(item, "TOKENINFO expects a string on top of the stack.");
  const info = new Map<Item, Item>();
  for (const [type, name] of [
    ["READ", "ReadTokenDecodeError"],
    ["WRITE", "WriteTokenDecodeError"],
  ] as const) {
    try {
      const { tokens } = stack.context;
      const token = type === "READ" ? tokens.read(text) : tokens.write(text);
      return described(token, stack);
    } catch (error) {
      info.set(name, asJavaError(error).message);
    }
  }
  return info;
}

function described({ spec, attributes }: Token, stack: Stack): Item {
  const info = new Map<Item, Item>([
    ["type", spec.type],
    ["issuance", BigInt(spec.issuance ?? 0)],
    ["expiry", BigInt(Tokens.expiryOf(spec))],
    ["application", spec.application ?? null],
  ]);
  const { applications = [], labels = {} } = spec;
  if (spec.type === "READ" && applications.length > 0) info.set("apps", [...applications]);
  if (Object.keys(labels).length > 0) info.set("labels", textMap(Object.entries(labels)));
  if (stack.capability("tokeninfo.attr") !== undefined && Object.keys(attributes).length > 0) {
    info.set("attributes", textMap(Object.entries(attributes)));
  }
  if (spec.type === "WRITE") info.set("limits", textMap([]));
  return info;
}

function entryOf(script: RunningScript): Item {
  const attributes = new Map<Item, Item>([
    ["creation.time", BigInt(script.startedMs)],
    ["fetch.count", BigInt(script.fetched)],
    ["gts.count", BigInt(script.seriesFound)],
    ["macro.name", null],
    ["stack.name", script.stackName ?? null],
    ["section.name", script.section ?? null],
    ["stackps.session", script.session ?? null],
  ]);
  return new Map<Item, Item>([
    ["uuid", script.uuid],
    ["attributes", attributes],
  ]);
}

const inSession = (stack: Stack, session: string): RunningScript[] =>
  [...stack.context.scripts].filter((script) => script.session === session);

function signalSession(name: string, kind: "kill" | "stop"): Word {
  return unary(name, (item, stack) => {
    const scripts = inSession(
      stack,
      asText(item, `${name} expects a session on top of the stack.`),
    );
    for (const script of scripts) script.signal(kind);
    return BigInt(scripts.length);
  });
}

/** Words of the extension stackps. */
export const SESSION_WORDS: readonly Word[] = [
  constant("WSPS", (stack) => {
    stack.require("WSPS", "stackps");
    return [...stack.context.scripts].map(entryOf);
  }),
  unary("WSINFO", (item, stack) =>
    inSession(stack, asText(item, "WSINFO expects a session on top of the stack.")).map(entryOf),
  ),
  signalSession("WSKILLSESSION", "kill"),
  signalSession("WSSTOPSESSION", "stop"),
  word("WSNAME", (stack) => {
    const name = asText(stack.pop(), "WSNAME expects a name on top of the stack.");
    if (name.length > 128) throw new JavaError("WSNAME expects at most 128 characters.");
    stack.stackName = name;
    stack.push(name);
  }),
  constant("WSSESSION", (stack) => stack.session ?? null),
];

function* sleep(stack: Stack): Steps {
  const units = asLong(stack.pop(), "SLEEP expects a number of time units on top of the stack.");
  const most = stack.require("SLEEP", "sleep.maxtime");
  const ms = Number(units) / Number(UNITS_PER_MS[stack.context.config.unit]);
  if (/^\d+$/.test(most) && ms > Number(most)) throw new JavaError("SLEEP time is too long.");
  yield* stack.sleep(ms);
}

function lineOf(series: Gts | Encoder, { ts, location, elevation, value }: Point): string {
  const height = elevation === NO_ELEVATION ? "" : elevation.toString();
  const name = encodePercent(series.meta.className) + labelText([...series.meta.labels]);
  return `${ts}/${locationText(location)}/${height} ${name} ${valueText(value)}`;
}

/** UPDATE writes as a request of its own would: same token, same fences (facts warp10 §2.7). */
function update(stack: Stack): void {
  const token = asText(stack.pop(), "UPDATE expects a write token on top of the stack.");
  const given = stack.pop();
  try {
    const writer = new UpdateWriter(stack.context, writerOf(stack.context, token));
    try {
      for (const item of Array.isArray(given) ? given : [given]) {
        if (!(item instanceof Gts) && !(item instanceof Encoder)) {
          throw new JavaError("UPDATE operates on Geo Time Series or GTSEncoders.");
        }
        const points = item instanceof Gts ? item.points : item.points();
        for (const point of points) writer.line(lineOf(item, point));
      }
      writer.finish();
    } finally {
      writer.register();
    }
  } catch (error) {
    throw new JavaError("UPDATE failed.", asJavaError(error));
  }
}

/** DELETE: a dry run first, which must not match more series than expected (facts warp10 §2.3). */
function remove(stack: Stack): void {
  const expected = stack.pop();
  const [end, start] = [stack.pop(), stack.pop()];
  const selector = asText(stack.pop(), "DELETE expects a selector.");
  const token = asText(stack.pop(), "DELETE expects a write token.");
  const params = new Params();
  params.add(`selector=${encodeURIComponent(selector)}`);
  if (start === null && end === null) params.add("deleteall=true");
  else params.add(`start=${String(start)}&end=${String(end)}`);
  try {
    const plan = planDelete(stack.context, token, params);
    if (expected === null) {
      return stack.push(plan.series.map((series) => series.name(plan.exposed)));
    }
    const most = asLong(expected, "DELETE expects a number of Geo Time Series.");
    if (BigInt(plan.series.length) > most) {
      throw new DeleteRefusal(
        `DELETE expected at most ${most} Geo Time Series to be deleted ` +
          `but found ${plan.series.length}`,
      );
    }
    stack.push(BigInt(runDelete(stack.context, plan).length));
  } catch (error) {
    throw new JavaError("DELETE failed.", asJavaError(error));
  }
}

const debugWords: readonly Word[] = [
  word("NDEBUGON", (stack) => {
    stack.debugDepth = Number(
      asLong(stack.pop(), "NDEBUGON expects a number on top of the stack."),
    );
  }),
  word("DEBUGON", (stack) => void (stack.debugDepth = Number.MAX_SAFE_INTEGER)),
  word("DEBUGOFF", (stack) => void (stack.debugDepth = 0)),
];

/** Words of this file. */
export const PLATFORM_WORDS: readonly Word[] = [
  ...limitWords,
  ...capabilityWords,
  ...debugWords,
  unary("TOKENINFO", tokenInfo),
  word("SLEEP", sleep),
  word("UPDATE", update),
  word("DELETE", remove),
];
