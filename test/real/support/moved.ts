// Between the tool and a real server whose clock nobody can move: dates are moved on the way
// back. For a store, requests are signed anew with the real time, and an object's date is moved
// by what the world's clock was off by when the object was put, as a store that lived in the
// world would have stamped it.
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { StoreKeys } from "../../../src/cellar/sign.ts";
import { signedAnew } from "./signed-anew.ts";

/** What is moved, and by how much. */
export interface MovedOptions {
  /** The real server, `http://host:port`. */
  readonly target: string;
  /**
   * Only for a store: the keys that may come in. A request under another key or secret is passed on
   * under a wrong one.
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

/** The headers as they were spelled: scripts find them by that (facts warp10 §1.1). */
function passedOn({ rawHeaders }: IncomingMessage, target: string): Record<string, string> {
  const passed: Record<string, string> = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (!HOP.has(name.toLowerCase())) passed[name] = rawHeaders[i + 1] ?? "";
    if (name.toLowerCase() === "host") passed[name] = new URL(target).host;
  }
  return passed;
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
    const { keys, target } = this.options;
    const object = keys ? decodeURIComponent(url.split("?")[0] ?? "") : "";
    if (method === "PUT") this.shifts.set(object, this.options.shiftMs());
    const headers = keys ? signedAnew(keys, incoming, target) : passedOn(incoming, target);
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
