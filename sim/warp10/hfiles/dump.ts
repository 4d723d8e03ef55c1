// HFDUMP: a selection into one file, chunk by chunk (facts warp10 §2.4, [DOC]).
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { narrowRange } from "../egress/query.ts";
import type { ReadRange } from "../egress/query.ts";
import { countRows, rowsOf } from "../egress/rows.ts";
import type { Slice } from "../store/chunk.ts";
import type { Series } from "../store/series.ts";
import type { Token } from "../tokens.ts";
import { JavaError } from "../values.ts";
import type { Point } from "../values.ts";
import { Encoder, Fatal, Gts, Macro } from "../warpscript/items.ts";
import type { ItemMap, Steps } from "../warpscript/items.ts";
import type { Stack } from "../warpscript/stack.ts";
import { asMap, asText } from "../warpscript/words/args.ts";
import { metaOf } from "../warpscript/words/directory.ts";
import { askedRange, fetchToken, found, rowOptions } from "../warpscript/words/fetchWord.ts";
import { FileWriter } from "./file.ts";
import { infosOf } from "./infos.ts";
import type { HfilesSettings } from "./options.ts";
import type { FileFacts, HfilesSite } from "./site.ts";

const FORMATS = ["WRAPPER", "ZWRAPPER"];
const COMPRESSIONS = ["NONE", "GZ", "SNAPPY", "LZ4", "LZO"];

/** A token that hides nothing: what a dump by secret alone reads with. */
const EVERYTHING: Token = { spec: { type: "READ" }, attributes: {}, exposed: true };

interface Order {
  readonly map: ItemMap;
  readonly token: Token;
  readonly range: ReadRange;
  readonly path: string;
  readonly macro: Macro | undefined;
  readonly compress: boolean;
}

function tokenOf(stack: Stack, { dumpSecret }: HfilesSettings, map: ItemMap): Token {
  const secret = map.get("secret");
  if (
    stack.capability("hfdump") === undefined &&
    (dumpSecret === undefined || secret !== dumpSecret)
  ) {
    throw new JavaError("HFDUMP missing capability 'hfdump' or valid secret.");
  }
  return map.has("token") ? fetchToken(stack, "HFDUMP", map) : EVERYTHING;
}

function oneOf(map: ItemMap, name: string, allowed: readonly string[], standard: string): string {
  const given = asText(map.get(name) ?? standard, `HFDUMP invalid type for '${name}'.`);
  if (!allowed.includes(given)) throw new JavaError(`HFDUMP invalid value for '${name}'.`);
  return given;
}

function orderOf(stack: Stack, site: HfilesSite): Order {
  const { settings } = site;
  const map = asMap(stack.pop(), "HFDUMP expects a map on top of the stack.");
  const token = tokenOf(stack, settings, map);
  if (map.has("selectors")) throw new JavaError("HFDUMP does not support 'selectors'.");
  oneOf(map, "format", FORMATS, "WRAPPER");
  const compress = oneOf(map, "compress", COMPRESSIONS, "GZ") !== "NONE";
  const asked = askedRange(stack, "HFDUMP", map);
  const spans = settings.spanEnd === "exclusive" && map.has("timespan");
  const range = spans ? { ...asked, start: asked.start - 1n, end: asked.end - 1n } : asked;
  const macro = map.get("macro");
  if (macro !== undefined && !(macro instanceof Macro)) {
    throw new JavaError("HFDUMP expects a macro for 'macro'.");
  }
  return {
    map,
    token,
    range: settings.tokenAttributes ? narrowRange(stack.context, token, range, true) : range,
    path: site.pathOf(asText(map.get("path") ?? null, "HFDUMP missing 'path'.")),
    macro,
    compress,
  };
}

/** Runs of rows, the newest first: what the macro is called with, one after the other. */
function piecesOf(rows: readonly Slice[], { macroCalls, chunkPoints }: HfilesSettings): Slice[][] {
  if (macroCalls === "series") return [[...rows]];
  const pieces: Slice[][] = [];
  for (const { chunk, from, to } of rows.toReversed()) {
    for (let end = to; end > from; end -= chunkPoints) {
      pieces.push([{ chunk, from: Math.max(from, end - chunkPoints), to: end }]);
    }
  }
  return pieces.length === 0 ? [[]] : pieces;
}

/** One running dump. */
class Dump {
  readonly order: Order;
  private readonly stack: Stack;
  private readonly site: HfilesSite;
  private readonly writing: string;
  private readonly writer: FileWriter;
  private readonly names = new Set<string>();
  private points = 0;
  private chunks = 0;
  private oldest: bigint | undefined;
  private newest: bigint | undefined;

  constructor(stack: Stack, site: HfilesSite, order: Order) {
    this.stack = stack;
    this.site = site;
    this.order = order;
    const { path, compress } = order;
    this.writing = site.settings.temporaryName ? `${path}.tmp` : path;
    if (existsSync(path) || existsSync(this.writing)) {
      throw new JavaError(`HFDUMP file '${path}' already exists.`);
    }
    this.writer = new FileWriter(this.writing, { compress, encrypted: site.settings.encrypted });
  }

  *run(): Steps {
    const { stack, order } = this;
    for (const series of found(stack, "HFDUMP", order)) {
      const rows = rowsOf(series, order.range, rowOptions(order.map));
      const points = countRows(rows);
      if (this.site.settings.fetched) {
        stack.countSeries("HFDUMP");
        stack.countPoints("HFDUMP", points);
      }
      if (points === 0 && order.map.get("keepempty") !== true) continue;
      for (const piece of piecesOf(rows, this.site.settings)) yield* this.piece(series, piece);
    }
  }

  finish(): FileFacts {
    this.writer.finish();
    const { path, map } = this.order;
    if (this.writing !== path) renameSync(this.writing, path);
    const facts: FileFacts = {
      path,
      size: this.writer.size,
      series: this.names.size,
      points: this.points,
      oldest: this.oldest,
      newest: this.newest,
      attributes: map.get("attributes"),
      tags: map.get("tags"),
    };
    if (this.site.settings.catalogFiles && map.get("catalog") !== false) this.describe(facts);
    return facts;
  }

  abandon(crashed: boolean): void {
    this.writer.abandon();
    if (this.site.settings.partial === "removed" && !crashed) rmSync(this.writing);
  }

  private describe(facts: FileFacts): void {
    const { info, gts } = this.site.companions(this.order.path);
    const infos = infosOf(facts, this.site.settings.infoNames);
    const plain = Object.fromEntries(
      Array.from(infos, ([key, value]) => [String(key), plainOf(value)]),
    );
    writeFileSync(info, `${JSON.stringify(plain)}\n`);
    writeFileSync(gts, Array.from(this.names, (name) => `${name}\n`).join(""));
  }

  private *piece(series: Series, rows: Slice[]): Steps {
    const { stack, order, site } = this;
    const { pace, msPerChunk } = site.settings;
    if (pace !== undefined) yield pace();
    if (msPerChunk > 0) yield* stack.sleep(msPerChunk);
    let stored: Encoder | Gts = new Encoder(metaOf(series, order.token.exposed), rows);
    if (order.macro !== undefined) {
      const symbols = new Map(stack.symbols);
      stack.push(stored);
      yield* stack.exec(order.macro);
      stored = storable(stack);
      if (site.settings.macroSymbols === "restored") stack.symbols = symbols;
    }
    this.store(series, [...(stored instanceof Gts ? stored.points : stored.points())]);
    this.strike();
    yield* stack.rest();
  }

  /** Class and labels stay what they are, whatever the macro made of them. */
  private store(series: Series, points: readonly Point[]): void {
    const { className, labels, attributes } = series;
    this.writer.add({ className, labels, attributes, points });
    this.names.add(series.name(true));
    this.points += points.length;
    this.chunks += 1;
    for (const { ts } of points) {
      if (this.oldest === undefined || ts < this.oldest) this.oldest = ts;
      if (this.newest === undefined || ts > this.newest) this.newest = ts;
    }
  }

  private strike(): void {
    const name = this.order.path.split("/").at(-1) ?? "";
    const fault = this.site.faults.take(name, (one) => (one.chunks ?? 1) === this.chunks);
    if (fault === undefined) return;
    if (fault.kind === "cutConnection") this.stack.hangUp();
    if (fault.kind === "crash") throw new Crash("The server was killed.");
    if (fault.kind === "fail") throw new JavaError("HFDUMP failed.", new JavaError("I/O error"));
  }
}

/** The server is gone: nothing is tidied up, nobody is answered. */
class Crash extends Fatal {}

function storable(stack: Stack): Encoder | Gts {
  const left = stack.pop();
  if (left instanceof Encoder || left instanceof Gts) return left;
  throw new JavaError("HFDUMP expects its macro to leave a Geo Time Series or GTSEncoder.");
}

function plainOf(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Map) {
    return Object.fromEntries(Array.from(value, ([k, v]) => [String(k), plainOf(v)]));
  }
  return Array.isArray(value) ? value.map(plainOf) : value;
}

/** Leaves the infos of the file. */
export function* dumpWord(stack: Stack, site: HfilesSite): Steps {
  const dump = new Dump(stack, site, orderOf(stack, site));
  try {
    yield* dump.run();
  } catch (error) {
    const crashed = error instanceof Crash || stack.isAbandoned;
    dump.abandon(crashed);
    if (crashed) stack.hangUp();
    throw error;
  }
  stack.push(infosOf(dump.finish(), site.settings.infoNames));
}
