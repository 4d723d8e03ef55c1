// The port `Hot` over HTTP: everything that is read from a real Warp 10.
import type { Clock } from "../runtime/clock.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Log } from "../runtime/log.ts";
import { countByScript, grantedLimits } from "./counting.ts";
import { EXEC_PATH, execute } from "./exec.ts";
import type { Hot, ReadLimits, ServerFacts } from "./hot.ts";
import { ask, form, type Wire } from "./http/call.ts";
import { type AnswerHeaders, headerOf } from "./http/head.ts";
import { openWire } from "./http/wire.ts";
import { parseListing } from "./listing.ts";
import { type Range, type TimeUnit, timeUnitOfHeader } from "./range.ts";
import { type GrantedLimits, SERVER_CLOCK, VERSION } from "./scripts.ts";
import type { ListedSeries } from "./series.ts";
import { readPoints } from "./text/read.ts";
import { tokenFactsOf } from "./token.ts";

const FIND_PATH = "/api/v0/find";
const FETCH_PATH = "/api/v0/fetch";

/** What a hot store is opened with. */
export interface HotOptions {
  /** `http(s)://host[:port][/prefix]`. */
  readonly url: string;
  readonly readToken: string;
  readonly clock: Clock;
  readonly log?: Log;
  /**
   * Another token of the same server whose capabilities `tokenFacts` uses: write tokens rarely have
   * any.
   */
  readonly capabilityToken?: string;
  /** Where given, every fetch's answer must name it, or the fetch fails. */
  readonly unit?: TimeUnit;
}

/** A hot store with connections to close. */
export interface OpenHot extends Hot {
  close(): Promise<void>;
  /**
   * What the read token may raise the script engine's limits to: a count needs as much (facts
   * warp10 §1.1).
   */
  grantedLimits(limits?: ReadLimits): Promise<GrantedLimits>;
  /**
   * Identities of the selected series that hold a point at any time: the newest point of each is
   * read (recordings 03-fetch, "count: the newest N").
   */
  withPoints(selector: string, limits?: ReadLimits): AsyncIterable<string>;
}

/**
 * Opens a Warp 10 for reading. Sends nothing yet; throws "usage" or "not-authorised" for what
 * cannot be sent.
 */
export function openHot(options: HotOptions): OpenHot {
  const { url, readToken: token, clock, log } = options;
  const wire = openWire({ url, token, tokenName: "read token", clock, log });
  // A token's attributes stand in the token itself.
  const facts = onceKept((limits?: ReadLimits) =>
    tokenFactsOf(wire, limits, options.capabilityToken),
  );
  const abilities = onceKept((limits?: ReadLimits) => abilitiesOf(wire, limits));
  return {
    facts: (limits) => factsOf(wire, limits),
    version: (limits) => versionOf(wire, limits),
    find: (selector, limits) => find(wire, selector, limits),
    fetch: (selector, range, limits) => fetchText(wire, { selector, range, options }, limits),
    count: async (selector, range, limits) => {
      assertForward(range);
      return countByScript(wire, { selector, range, ...(await abilities(limits)) }, limits);
    },
    tokenFacts: facts,
    grantedLimits: async (limits) => (await abilities(limits)).granted,
    withPoints: (selector, limits) => withPoints(wire, selector, limits),
    close: () => wire.agent.close(),
  };
}

/** Facts of the token that every count of a process rests on. */
async function abilitiesOf(wire: Wire, limits?: ReadLimits) {
  const [facts, granted] = await Promise.all([
    tokenFactsOf(wire, limits),
    grantedLimits(wire, limits),
  ]);
  return { oneApplication: facts.applications.length === 1, granted };
}

/** Asks once and keeps a success; a failure is asked again next time. */
function onceKept<T>(work: (limits?: ReadLimits) => Promise<T>): (l?: ReadLimits) => Promise<T> {
  let kept: T | undefined;
  return async (limits) => (kept ??= await work(limits));
}

/**
 * The server's unit, from the header that even an empty script's answer has, and its clock (facts
 * warp10 §1.0).
 */
async function factsOf(wire: Wire, limits: ReadLimits = {}): Promise<ServerFacts> {
  const what = "asking for unit and clock";
  const { headers } = await execute(wire, "", { what, capabilities: false }, limits);
  const timeUnit = timeUnitOfHeader(headerOf(headers, "x-warp10-timeunit"));
  if (timeUnit === undefined) {
    throw new CellarmanError("unreadable", `${what}: the answer names no time unit`, {
      where: wire.base + EXEC_PATH,
      hint: "Check that this is a Warp 10, and that no proxy takes X-Warp10-Timeunit away.",
    });
  }
  const dateMs = Date.parse(headerOf(headers, "date") ?? "");
  return { timeUnit, dateMs: Number.isNaN(dateMs) ? await clockByScript(wire, limits) : dateMs };
}

/** The clock of a server whose answers carry no date. */
async function clockByScript(wire: Wire, limits: ReadLimits): Promise<number> {
  const what = "asking for the server's clock";
  const { stack } = await execute(wire, SERVER_CLOCK, { what, capabilities: false }, limits);
  if (typeof stack[0] === "string" && /^\d{1,15}$/.test(stack[0])) return Number(stack[0]);
  throw new CellarmanError("unreadable", `${what}: no number`, { where: wire.base + EXEC_PATH });
}

async function versionOf(wire: Wire, limits: ReadLimits = {}): Promise<string> {
  const what = "asking for the version";
  const { stack } = await execute(wire, VERSION, { what, capabilities: false }, limits);
  if (typeof stack[0] === "string") return stack[0];
  throw new CellarmanError("unreadable", `${what}: REV left no text`, {
    where: wire.base + EXEC_PATH,
  });
}

function find(wire: Wire, selector: string, limits?: ReadLimits): AsyncIterable<ListedSeries> {
  const question = {
    what: "listing series",
    path: FIND_PATH,
    ...form([
      ["selector", selector],
      ["format", "text"],
      ["showattr", "true"],
      ["showerrors", "true"],
    ]),
  };
  return parseListing(ask(wire, question, limits), wire.base + FIND_PATH);
}

interface FetchQuestion {
  readonly selector: string;
  readonly range: Range;
  readonly options: HotOptions;
}

function fetchText(
  wire: Wire,
  { selector, range, options }: FetchQuestion,
  limits?: ReadLimits,
): AsyncIterable<Uint8Array> {
  assertForward(range);
  const question = {
    what: "fetching points",
    path: FETCH_PATH,
    ...form([
      ["selector", selector],
      ["start", range.start.toString()],
      ["end", range.end.toString()],
      ["format", "text"],
      ["showerrors", "true"],
    ]),
  };
  return ask(wire, question, limits, (headers) => assertUnit(wire, options.unit, headers));
}

/** The newest timestamp that there is (facts warp10 §7). */
const LONG_MAX = 2n ** 63n - 1n;

async function* withPoints(
  wire: Wire,
  selector: string,
  limits?: ReadLimits,
): AsyncGenerator<string, void, undefined> {
  const question = {
    what: "fetching the newest points",
    path: FETCH_PATH,
    ...form([
      ["selector", selector],
      ["end", LONG_MAX.toString()],
      ["count", "1"],
      ["format", "text"],
      ["showerrors", "true"],
    ]),
  };
  const stream = readPoints(ask(wire, question, limits), { where: wire.base + FETCH_PATH });
  let told = 0;
  for await (const _ of stream) {
    for (; told < stream.series.length; told++) yield stream.series[told]?.identity ?? "";
  }
}

/** /fetch swaps reversed bounds without a word, /delete refuses them (facts warp10 §1.2, §1.4). */
function assertForward(range: Range): void {
  if (range.start <= range.end) return;
  throw new CellarmanError(
    "internal",
    `a range that ends before it starts: ${range.start} ${range.end}`,
  );
}

function assertUnit(wire: Wire, expected: TimeUnit | undefined, headers: AnswerHeaders): void {
  if (expected === undefined) return;
  const said = headerOf(headers, "x-warp10-timeunit");
  if (timeUnitOfHeader(said) === expected) return;
  throw new CellarmanError(
    "blocked",
    `the server counts ${said ?? "an unknown number of"} units a second, expected ${expected}`,
    { where: wire.base + FETCH_PATH, hint: "Plan again: the plan pins the server's time unit." },
  );
}
