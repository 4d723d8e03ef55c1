// Stands before both stand-ins on loopback, passes every request on unchanged, counts them as one
// sequence, and strikes at one: before it takes effect, or after, with its answer kept back.
import { createServer, request as askUpstream, type IncomingMessage } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** On which side of a request's effect the client is struck. */
export const SIDES = ["before", "after"] as const;
export type Side = (typeof SIDES)[number];

/** One strike. `hit` ends (or signals) the client; the request goes on as it says. */
export interface Strike {
  /** Which request since the tap was armed; from 1 on. */
  readonly at: number;
  readonly side: Side;
  /** Resolves to what becomes of the struck request: forgotten, or carried through and answered. */
  readonly hit: (request: Passed) => Promise<"forget" | "go on">;
}

/** One request that came. */
export interface Passed {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly server: "warp10" | "cellar";
  readonly body: Buffer;
}

/** Sees every request together with its answer's status. */
export type Watcher = (request: Passed, status: number) => void;

/** Addresses that stand for the two servers. */
export interface Upstreams {
  readonly warp10: string;
  readonly cellar: string;
}

interface Answer {
  readonly status: number;
  readonly message: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Headers that belong to one connection. */
const HOP = new Set(["connection", "keep-alive", "transfer-encoding"]);

/** The tap. */
export class Tap {
  /** Requests since it was last armed, in the order in which they were whole. */
  taken: Passed[] = [];
  readonly watchers: Watcher[] = [];
  private strike: Strike | undefined;
  private readonly servers: Server[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly addresses: Record<Passed["server"], string> = { warp10: "", cellar: "" };

  static async start(upstreams: Upstreams): Promise<Tap> {
    const tap = new Tap();
    for (const server of ["warp10", "cellar"] as const) await tap.front(server, upstreams[server]);
    return tap;
  }

  get urls(): Upstreams {
    return this.addresses;
  }

  /** Counts from zero again; with a strike or without. */
  arm(strike?: Strike): void {
    this.taken = [];
    this.strike = strike;
  }

  /** Resolves when every request that was taken has had its effect. */
  async quiet(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  async close(): Promise<void> {
    await Promise.all(
      this.servers.map((server) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  private async front(name: Passed["server"], upstream: string): Promise<void> {
    const server = createServer({ keepAliveTimeout: 60_000 }, (message, response) => {
      const passing = this.pass(name, upstream, message, response)
        .catch(() => void response.destroy())
        .finally(() => void this.underWay.delete(passing));
      this.underWay.add(passing);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    this.servers.push(server);
    this.addresses[name] = `http://127.0.0.1:${port}`;
  }

  private async pass(
    server: Passed["server"],
    upstream: string,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await bodyOf(message);
    if (body === undefined) return;
    const passed = { method: message.method ?? "GET", target: message.url ?? "/", server, body };
    this.taken.push(passed);
    const struck = this.strike?.at === this.taken.length ? this.strike : undefined;
    if (struck?.side === "before" && (await struck.hit(passed)) === "forget") {
      response.destroy();
      return;
    }
    const answer = await forward(upstream, message, body);
    for (const watch of this.watchers) watch(passed, answer.status);
    if (struck?.side === "after" && (await struck.hit(passed)) === "forget") {
      response.destroy();
      return;
    }
    response.sendDate = false;
    response.writeHead(answer.status, answer.message, [...answer.headers]);
    response.end(answer.body);
  }
}

/** The whole body; undefined when the client left before its end: it has asked for nothing. */
async function bodyOf(message: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  } catch {
    return undefined;
  }
  return message.complete ? Buffer.concat(parts) : undefined;
}

/** Asks the stand-in in the client's words, Host included: the signature covers it. */
function forward(upstream: string, message: IncomingMessage, body: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(upstream);
  const { method = "GET", url: path = "/", rawHeaders } = message;
  const headers = withoutHop(rawHeaders);
  return new Promise((resolve, reject) => {
    const asked = askUpstream({ hostname, port, method, path, headers, setHost: false });
    asked.once("error", reject);
    asked.once("response", (answer) => {
      bodyOf(answer).then((whole) => {
        if (whole === undefined) return reject(new Error("the stand-in's answer was cut"));
        const { statusCode: status = 500, statusMessage = "" } = answer;
        // A chunked answer stays chunked: no length is added, so that the server chunks it again.
        const kept = withoutHop(answer.rawHeaders);
        resolve({ status, message: statusMessage, headers: kept, body: whole });
      }, reject);
    });
    asked.end(body);
  });
}

function withoutHop(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const [name = "", value = ""] = raw.slice(i, i + 2);
    if (!HOP.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
