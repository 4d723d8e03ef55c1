// One stand-in's state, and the way of each request through it: intake, fault, endpoint, log.
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { FaultPlan } from "../faults.ts";
import { DEFAULT_CONFIG } from "./config.ts";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { handleDelete } from "./delete.ts";
import { handleFetch } from "./egress/fetch.ts";
import { handleFind } from "./egress/find.ts";
import type { Warp10Fault } from "./faults.ts";
import { Answer, AnswerOver } from "./http/answer.ts";
import type { Exchange } from "./http/exchange.ts";
import { readForm, tooLong } from "./http/intake.ts";
import { Params } from "./http/params.ts";
import { handleMeta } from "./ingress/meta.ts";
import { handleUpdate } from "./ingress/update.ts";
import { LineCache } from "./store/render.ts";
import { Store } from "./store/store.ts";
import { Tokens } from "./tokens.ts";
import type { TokenSpecs } from "./tokens.ts";
import { JavaError, asJavaError, errorMessage } from "./values.ts";
import type { HfilesOptions } from "./hfiles/options.ts";
import { serveFile } from "./hfiles/serve.ts";
import { HfilesSite } from "./hfiles/site.ts";
import { hfileWords } from "./hfiles/words.ts";
import { handleExec } from "./warpscript/exec.ts";
import type { Word } from "./warpscript/items.ts";
import { libraryOf } from "./warpscript/library.ts";

/** Longer than any test. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** How a stand-in is started; everything but the tokens has a default. */
export interface Warp10Options extends Partial<Config> {
  readonly tokens: TokenSpecs;
  /** The server's clock, ms since the epoch; the HTTP `Date` header follows it. */
  readonly now?: () => number;
  /** 0: any free port. */
  readonly port?: number;
  /** Seed of the faults' chances. */
  readonly seed?: number;
  /** Words of extensions. */
  readonly words?: readonly Word[];
  /** The extension for HFiles; absent: the server has none. */
  readonly hfiles?: HfilesOptions;
}

/** One request that was answered. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** First value of each parameter; without tokens. */
  readonly params: Readonly<Record<string, string>>;
  /** By lower-case name; values that are tokens are left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly atMs: number;
  status: number;
  /** Body bytes sent, before compression. */
  bytes: number;
  /** Points that the answer gave, or that the request stored. */
  points: number;
  /** The text of an /exec's script. */
  script?: string;
  fault?: Warp10Fault["kind"];
}

const ENDPOINTS: Readonly<Record<string, (context: Context, exchange: Exchange) => Promise<void>>> =
  {
    "/api/v0/fetch": handleFetch,
    "/api/v0/find": handleFind,
    "/api/v0/delete": handleDelete,
    "/api/v0/update": handleUpdate,
    "/api/v0/meta": handleMeta,
    "/api/v0/check": (_context, { answer }) => answer.end(),
  };

/** One stand-in without its socket. */
export class Site {
  readonly config: Config;
  readonly context: Context;
  readonly faults: FaultPlan<Warp10Fault>;
  readonly requests: LoggedRequest[] = [];
  readonly hfiles: HfilesSite | undefined;
  private readonly library: ReadonlyMap<string, Word>;

  constructor({
    tokens,
    now = () => Date.now(),
    seed = 1,
    words = [],
    hfiles,
    ...settings
  }: Warp10Options) {
    this.config = { ...DEFAULT_CONFIG, ...settings };
    this.hfiles = hfiles === undefined ? undefined : new HfilesSite(hfiles, seed);
    const extensions = this.hfiles === undefined ? words : [...words, ...hfileWords(this.hfiles)];
    this.library = libraryOf(this.config, extensions);
    this.faults = new FaultPlan(seed);
    this.context = {
      config: this.config,
      store: new Store(this.config),
      tokens: new Tokens(tokens, now),
      cache: new LineCache(this.config.textCacheBytes),
      counters: {
        fetchPoints: 0,
        scriptPoints: 0,
        updatePoints: 0,
        deletedPoints: 0,
        requests: {},
      },
      scripts: new Set(),
      now,
    };
  }

  /** Answers one request, whatever happens. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split("?")[0] ?? "/";
    const params = new Params();
    params.add(request.url?.split("?").slice(1).join("?") ?? "");
    response.sendDate = false;
    response.setHeader("Date", new Date(this.context.now()).toUTCString());
    let exchange = this.exchange(request, path, params, new Answer(request, response));
    try {
      const refusal = tooLong(request);
      if (refusal !== undefined) return await exchange.answer.error(refusal, "");
      await readForm(exchange);
      const method = request.method ?? "GET";
      const fault = this.faults.take(path, (f) => f.match?.({ method, path, params }) ?? true);
      exchange = this.exchange(request, path, params, new Answer(request, response, fault));
      await this.answer(exchange, fault);
    } catch (error) {
      await this.failed(exchange, error);
    } finally {
      this.log(exchange);
      if (!request.readableEnded) request.resume();
    }
  }

  private exchange(
    request: IncomingMessage,
    path: string,
    params: Params,
    answer: Answer,
  ): Exchange {
    const method = request.method ?? "GET";
    return { request, method, path, params, answer, points: 0, script: undefined };
  }

  private async answer(exchange: Exchange, fault: Warp10Fault | undefined): Promise<void> {
    const { answer, path } = exchange;
    if (fault?.kind === "call") await fault.run?.();
    if (fault?.kind === "status503") return answer.error(fault.status ?? 503, "");
    if (fault?.kind === "reset" && fault.bytes === undefined) return answer.destroy("rst");
    if (fault?.kind === "stall" && fault.bytes === undefined) {
      await sleep(fault.ms ?? FOR_EVER_MS, undefined, { ref: false });
    }
    if (exchange.method === "OPTIONS") return this.options(exchange);
    if (path === "/api/v0/exec" || path.startsWith("/api/v0/exec/")) {
      return handleExec(this.context, exchange, this.library);
    }
    if (this.hfiles?.settings.serve === true && path.startsWith("/hfiles/")) {
      return serveFile(this.hfiles, exchange);
    }
    const handle = ENDPOINTS[path];
    if (handle === undefined) return answer.error(404, "Not Found");
    await handle(this.context, exchange);
  }

  private async options({ answer }: Exchange): Promise<void> {
    answer.header("Access-Control-Allow-Origin", "*");
    answer.header("Access-Control-Allow-Methods", "POST, GET, OPTIONS");
    await answer.end();
  }

  private async failed({ answer }: Exchange, error: unknown): Promise<void> {
    if (error instanceof AnswerOver) return;
    try {
      const java = error instanceof JavaError ? error : asJavaError(error);
      await answer.error(500, errorMessage(java));
    } catch (second) {
      if (!(second instanceof AnswerOver)) answer.destroy("fin");
    }
  }

  private log(exchange: Exchange): void {
    const { method, path, params, answer, points, script, request } = exchange;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      const text = String(value);
      if (!this.context.tokens.has(text) && !/token|capabilit/i.test(name)) headers[name] = text;
    }
    const { requests } = this.context.counters;
    requests[path] = (requests[path] ?? 0) + 1;
    this.requests.push({
      method,
      path,
      params: params.toRecord(),
      headers,
      atMs: this.context.now(),
      status: answer.status,
      bytes: answer.bytes,
      points,
      ...(script === undefined ? {} : { script }),
      ...(answer.faultKind === undefined ? {} : { fault: answer.faultKind }),
    });
  }
}
