// Between the tool and a real server whose clock nobody can move: dates are moved on the way back. For a store, requests
// are signed anew with the real time, and an object's date is moved by what the world's clock was off by when the object
// was put, as a store that lived in the world would have stamped it.
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { makeSigner, type StoreKeys } from "../../../src/cellar/sign.ts";

/** What is moved, and by how much. */
export interface MovedOptions {
  /** The real server, `http://host:port`. */
  readonly target: string;
  /**
   * Only for a store: the keys that may come in. A request under another key or secret is passed on under a wrong one.
   */
  readonly keys?: readonly StoreKeys[];
  /** The world's clock minus the real one, ms, now. */
  shiftMs(): number;
}

/** A running proxy on loopback. */
export interface Moved {
  readonly url: string;
  /** Breaks every connection off and refuses new ones, until told otherwise. */
  cut(isCut: boolean): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a server. */
export async function startMoved(options: MovedOptions): Promise<Moved> {
  const proxy = new DateProxy(options);
  let refusing = false;
  const server = createServer((incoming, outgoing) => proxy.pass(incoming, outgoing));
  server.on("connection", (socket) => {
    if (refusing) socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cut: (isCut) => {
      refusing = isCut;
      if (isCut) server.closeAllConnections();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      proxy.agent.destroy();
    },
  };
}

/** Headers of a connection, not of a message. */
const HOP = new Set(["connection", "keep-alive", "transfer-encoding"]);

function passedOn(incoming: IncomingMessage, target: string): Record<string, string> {
  const headers = Object.entries(incoming.headers).filter(([name]) => !HOP.has(name));
  return { ...Object.fromEntries(headers.map(([n, v]) => [n, String(v)])), host: new URL(target).host };
}

/** When a request says that it was signed, ms. */
function timeOf({ headers }: IncomingMessage): number {
  const basic = String(headers["x-amz-date"]);
  return Date.parse(basic.replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
}

class DateProxy {
  readonly agent = new Agent({ keepAlive: true });
  private readonly options: MovedOptions;
  /** What each object was put with, ms by its undecoded path. */
  private readonly shifts = new Map<string, number>();

  constructor(options: MovedOptions) {
    this.options = options;
  }

  pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = "GET", url = "/" } = incoming;
    const [path = "/", query = ""] = url.split("?");
    const { keys, target } = this.options;
    const object = keys ? decodeURIComponent(path) : "";
    if (method === "PUT") this.shifts.set(object, this.options.shiftMs());
    const headers = keys ? this.sign(keys, incoming, path, query) : passedOn(incoming, target);
    const upstream = request(
      target + url,
      { method, headers, agent: this.agent },
      (answer) => void this.answer(answer, outgoing, object),
    );
    // As a store that went away looks: the connection breaks off.
    upstream.on("error", () => outgoing.destroy());
    outgoing.on("close", () => {
      if (!outgoing.writableFinished) upstream.destroy();
    });
    incoming.pipe(upstream);
  }

  /** The request's own headers under a signature of the real time; a wrong signature becomes another wrong one. */
  private sign(
    known: readonly StoreKeys[],
    incoming: IncomingMessage,
    path: string,
    query: string,
  ): Record<string, string> {
    const { authorization = "" } = incoming.headers;
    const [, accessKeyId = "none"] = /Credential=([^/]+)\//.exec(authorization) ?? [];
    const [, names = ""] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
    const signed = names.split(";").filter((name) => name !== "" && !name.startsWith("x-amz-"));
    const headers = Object.fromEntries(signed.map((name) => [name, String(incoming.headers[name])]));
    const method = incoming.method ?? "GET";
    const payloadSha256 = String(incoming.headers["x-amz-content-sha256"]);
    const unsigned = { method, path, query, headers, payloadSha256 };
    const keys = known.find((pair) => pair.accessKeyId === accessKeyId);
    const secretAccessKey =
      keys && makeSigner(keys, "default")(unsigned, timeOf(incoming))["authorization"] === authorization
        ? keys.secretAccessKey
        : "not the secret";
    const host = new URL(this.options.target).host;
    const anew = { ...unsigned, headers: { ...headers, host } };
    return makeSigner({ accessKeyId, secretAccessKey }, "default")(anew, Date.now());
  }

  private async answer(
    answer: IncomingMessage,
    outgoing: ServerResponse,
    object: string,
  ): Promise<void> {
    outgoing.sendDate = false;
    for (const [name, value] of Object.entries(answer.headers)) {
      if (!HOP.has(name) && value !== undefined) outgoing.setHeader(name, value);
    }
    const moved = Date.now() + this.options.shiftMs();
    outgoing.setHeader("date", new Date(moved).toUTCString());
    const stamped = answer.headers["last-modified"];
    if (stamped) outgoing.setHeader("last-modified", this.moved(stamped, object).toUTCString());
    outgoing.statusCode = answer.statusCode ?? 502;
    if (!this.options.keys || !answer.headers["content-type"]?.includes("xml")) {
      answer.on("error", () => outgoing.destroy());
      answer.pipe(outgoing);
      return;
    }
    const text = (await buffer(answer)).toString("utf8");
    const body = Buffer.from(this.listing(text, object.replace(/^(\/[^/]*).*$/s, "$1")));
    outgoing.setHeader("content-length", body.length);
    outgoing.end(body);
  }

  /** A listing's dates, object by object; other documents have none. */
  private listing(text: string, bucket: string): string {
    return text.replaceAll(
      /<Key>([^<]*)<\/Key><LastModified>([^<]*)</g,
      (_all, key: string, stamped: string) => {
        const object = `${bucket}/${decodeURIComponent(key)}`;
        return `<Key>${key}</Key><LastModified>${this.moved(stamped, object).toISOString()}<`;
      },
    );
  }

  private moved(stamped: string, object: string): Date {
    const shiftMs = this.shifts.get(object) ?? this.options.shiftMs();
    return new Date(Date.parse(stamped) + shiftMs);
  }
}
