// /api/v0/update: lines into series, not atomic (facts warp10 §1.6).
import { UNITS_PER_MS } from "../../../src/warp10/range.ts";
import { nowUnits } from "../context.ts";
import type { Context } from "../context.ts";
import { bodyLines, tokenOf } from "../http/exchange.ts";
import type { Exchange } from "../http/exchange.ts";
import { parseLong } from "../text/javaNumbers.ts";
import type { Series } from "../store/series.ts";
import type { Token } from "../tokens.ts";
import { JavaError, MAX_MESSAGE, asJavaError, errorMessage } from "../values.ts";
import type { Point } from "../values.ts";
import { lineError, parseLine } from "./parse.ts";
import type { LineRules, ParsedLine } from "./parse.ts";

const PREFIX = "Error when updating data: ";
/**
 * Points of one series that are gathered before they count as stored (500 KB on the real server).
 */
const FLUSH_POINTS = 50_000;
/** Points of finished series that wait to be written in one go. */
const READY_POINTS = 200_000;
const MAX_CLASS = 1024;
const MAX_LABELS = 2048;

/** Answers an update: 200 and nothing, or 400 with the place of the first bad line. */
export async function handleUpdate(context: Context, exchange: Exchange): Promise<void> {
  const { answer } = exchange;
  answer.header("Access-Control-Allow-Origin", "*");
  if (context.config.updateOff !== undefined) return answer.error(403, context.config.updateOff);
  let token: Token;
  try {
    token = writerOf(context, tokenOf(exchange, false));
  } catch (error) {
    return answer.error(403, PREFIX + asJavaError(error).message);
  }
  const writer = new UpdateWriter(context, token);
  let failure: JavaError | undefined;
  try {
    for await (const lines of bodyLines(exchange)) for (const line of lines) writer.line(line);
    writer.finish();
  } catch (error) {
    failure = error instanceof JavaError ? error : new JavaError(String(error));
  }
  writer.register();
  exchange.points = writer.stored;
  if (failure === undefined) return answer.end();
  return answer.error(400, PREFIX + errorMessage(failure, MAX_MESSAGE - PREFIX.length));
}

/** The write token that may update. Throws a JavaError. */
export function writerOf(context: Context, text: string | undefined): Token {
  if (text === undefined) throw new JavaError("Write token missing.");
  const token = context.tokens.write(text);
  if (token.attributes[".noupdate"] !== undefined) {
    throw new JavaError("Token cannot be used for updating data.");
  }
  return token;
}

/** The fences of a token, and how its lines are taken (facts warp10 §7). */
export function rulesOf(context: Context, token: Token): LineRules {
  const { config } = context;
  const now = nowUnits(context);
  const perMs = UNITS_PER_MS[config.unit];
  const limit = (fallback: number | undefined, name: string, override: number | undefined) => {
    const own = token.attributes[name];
    const ms = override ?? (own === undefined ? fallback : Number(parseLong(own)));
    return ms === undefined ? undefined : BigInt(Math.floor(ms)) * perMs;
  };
  const past = limit(config.maxPastDefaultMs, ".maxpast", config.maxPastOverrideMs);
  const future = limit(config.maxFutureDefaultMs, ".maxfuture", config.maxFutureOverrideMs);
  const maxSize = token.attributes[".maxsize"];
  return {
    now,
    parseAttributes: config.parseAttributes,
    maxValueBytes: maxSize === undefined ? config.maxValueBytes : Number(parseLong(maxSize)),
    outOfRange: (ts) => {
      if (past !== undefined && ts < now - past) return "past";
      if (future !== undefined && ts > now + future) return "future";
      return undefined;
    },
    names: new Map(),
    ignoresOutOfRange: config.outOfRangeIgnore || token.attributes[".ignoor"] !== undefined,
  };
}

/**
 * Takes the lines of one request. Points are stored series by series; series are listed at the end.
 */
export class UpdateWriter {
  /** Points stored so far. */
  stored = 0;
  private readonly context: Context;
  private readonly token: Token;
  private readonly rules: LineRules;
  private readonly startedMs: number;
  private current: Series | undefined;
  private points: Point[] = [];
  private readonly ready = new Map<Series, Point[]>();
  private readyPoints = 0;
  private readonly met = new Map<Series, ReadonlyMap<string, string> | undefined>();
  /** Series by the text that names them in a line. */
  private readonly series = new Map<string, Series>();

  constructor(context: Context, token: Token) {
    this.context = context;
    this.token = token;
    this.rules = rulesOf(context, token);
    this.startedMs = Math.floor(context.now());
  }

  /**
   * Takes one line. Throws a JavaError for a bad one; what was gathered of its series is lost then.
   */
  line(raw: string): void {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const { named, point, dropped } = parseLine(line, this.current !== undefined, this.rules);
    if (named !== undefined) this.turnTo(line, named);
    if (dropped) return;
    this.points.push(point);
    if (this.points.length >= FLUSH_POINTS) this.settle();
  }

  /** Stores the series that is still being gathered. */
  finish(): void {
    this.settle();
  }

  /**
   * Writes the series that are finished, and lists every series that was met, with activity and
   * attributes.
   */
  register(): void {
    this.writeReady();
    const { config, store } = this.context;
    for (const [series, attributes] of this.met) {
      const known = series.listed;
      store.register(series);
      if (attributes !== undefined) series.attributes = attributes;
      const age = this.startedMs - series.lastActivityMs;
      const due = !known || (config.activityWindowMs > 0 && age >= config.activityWindowMs);
      if (config.activityUpdate && due) series.lastActivityMs = this.startedMs;
    }
  }

  private turnTo(line: string, named: NonNullable<ParsedLine["named"]>): void {
    const known = this.series.get(named.text);
    const series = known ?? this.seriesOf(line, named);
    if (series !== this.current) {
      this.settle();
      this.current = series;
    }
    if (named.attributes !== undefined) this.met.set(series, named.attributes);
    else if (known === undefined && !this.met.has(series)) this.met.set(series, undefined);
  }

  private seriesOf(line: string, named: NonNullable<ParsedLine["named"]>): Series {
    const labels = tokenLabels(new Map(named.labels), this.token);
    if (tooLarge(named.className, labels)) {
      throw lineError(line, 0, "Invalid or too large metadata");
    }
    const series = this.context.store.series(named.className, labels);
    if (this.series.size < 100_000) this.series.set(named.text, series);
    return series;
  }

  /** The gathered points are safe from now on, whatever the next line is. */
  private settle(): void {
    const { points, current } = this;
    if (points.length === 0 || current === undefined) return;
    this.points = [];
    const waiting = this.ready.get(current);
    if (waiting === undefined) this.ready.set(current, points);
    else for (const point of points) waiting.push(point);
    this.readyPoints += points.length;
    if (this.readyPoints >= READY_POINTS) this.writeReady();
  }

  private writeReady(): void {
    for (const [series, points] of this.ready) series.write(points);
    this.stored += this.readyPoints;
    this.context.counters.updatePoints += this.readyPoints;
    this.ready.clear();
    this.readyPoints = 0;
  }
}

/**
 * A line's labels with the token's labels, producer, owner and application, which it cannot change.
 */
export function tokenLabels(labels: Map<string, string>, { spec }: Token): Map<string, string> {
  for (const [name, value] of Object.entries(spec.labels ?? {})) labels.set(name, value);
  labels.set(".producer", spec.producer ?? "");
  labels.set(".owner", spec.owner ?? "");
  if (spec.application === undefined) labels.delete(".app");
  else labels.set(".app", spec.application);
  return labels;
}

function tooLarge(className: string, labels: ReadonlyMap<string, string>): boolean {
  let size = 0;
  for (const [name, value] of labels) size += name.length + value.length;
  return className.length > MAX_CLASS || size > MAX_LABELS;
}
