// A proxy between a client and a server on loopback that does to connections what networks do to
// them, by script: it cuts, stalls, drips, slices, flips bits, swallows answers, delivers twice,
// redirects, answers for the server, closes idle sockets. Plain HTTP/1.1; messages are held whole.
import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { FaultPlan } from "../faults.ts";
import { end, flipped, sendAnswer } from "./answer.ts";
import { type Frame, Framer, requestLine } from "./framing.ts";
import type { Act, ProxyFault } from "./script.ts";

/** A running proxy. */
export interface FaultProxy {
  readonly url: string;
  /** Faults that are armed, and those that struck. */
  readonly faults: FaultPlan<ProxyFault>;
  /** Requests that came, `GET /path` each. */
  readonly requests: readonly string[];
  /** Where requests go from now on, e.g. when the server was started again elsewhere. */
  target: string;
  close(): Promise<void>;
}

/** How a proxy begins. */
export interface ProxyOptions {
  /** `http://host:port` of the server. */
  readonly to: string;
  readonly port?: number;
  readonly script?: readonly ProxyFault[];
  /** Of the script's chances. */
  readonly seed?: number;
}

/** Starts a proxy on loopback. */
export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const faults = new FaultPlan<ProxyFault>(options.seed);
  faults.push(...(options.script ?? []));
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = { target: options.to };
  const server = createServer({ noDelay: true }, (client) => {
    sockets.add(client);
    client.on("close", () => sockets.delete(client)).on("error", () => undefined);
    serve(client, () => proxy.target, faults, requests);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${port}`,
    faults,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  });
}

/** Takes the requests of one connection, one after the other. */
function serve(
  client: Socket,
  target: () => string,
  faults: FaultPlan<ProxyFault>,
  requests: string[],
): void {
  const framer = new Framer("request");
  let turn = Promise.resolve();
  let isOpen = true;
  client.on("data", (part: Buffer) => {
    for (const frame of framer.push(part)) {
      turn = turn.then(async () => {
        if (!isOpen || client.destroyed) return;
        const { method, target: path } = requestLine(frame);
        requests.push(`${method} ${path}`);
        const fault = faults.take(
          path.split("?")[0] ?? "",
          (one) => one.method === undefined || one.method === method,
        );
        try {
          isOpen = (await pass(client, frame, target(), fault?.act)) === "stays";
        } catch {
          // As a server that went away looks: the connection breaks off.
          client.destroy();
        }
      });
    }
  });
}

async function pass(
  client: Socket,
  request: Frame,
  target: string,
  act?: Act,
): Promise<"stays" | "ended"> {
  switch (act?.kind) {
    case "forget":
      return end(client, act.by);
    case "cut-request":
      await sendPart(target, request.bytes.subarray(0, request.body + act.at));
      return end(client, "rst");
    case "redirect":
      return sendAnswer(
        client,
        made(act.status ?? 307, "text/plain", "", `Location: ${act.to}\r\n`),
      );
    case "answer":
      if (act.arrives === true) await ask(target, request, request.bytes);
      return sendAnswer(client, made(act.status, act.type, act.body));
    case "swallow":
      await ask(target, request, request.bytes);
      return end(client, act.by);
    case "twice":
      await ask(target, request, request.bytes);
      return sendAnswer(client, (await ask(target, request, request.bytes)).frame);
    default: {
      const isTurned = act?.kind === "flip" && act.of === "request";
      const bytes = isTurned ? flipped(request, act.at) : request.bytes;
      const { frame, isWhole } = await ask(target, request, bytes);
      const after = await sendAnswer(client, frame, act);
      return isWhole ? after : end(client, "fin");
    }
  }
}

/** An answer of the proxy's own. */
function made(status: number, type: string, body: string, more = ""): Frame {
  const head =
    `HTTP/1.1 ${status} Made\r\nContent-Type: ${type}\r\nDate: ${new Date().toUTCString()}\r\n` +
    `${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return { bytes: Buffer.from(head + body), body: head.length, chunks: [] };
}

/** Asks the server in the client's words, Host included: a signature covers it. */
function ask(
  target: string,
  request: Frame,
  bytes: Buffer,
): Promise<{ frame: Frame; isWhole: boolean }> {
  const framer = new Framer("response");
  framer.headOnly = requestLine(request).method === "HEAD";
  return new Promise((resolve, reject) => {
    const server = open(target);
    server.once("connect", () => server.write(bytes));
    server.on("data", (part: Buffer) => {
      const [frame] = framer.push(part);
      if (!frame) return;
      resolve({ frame, isWhole: true });
      server.destroy();
    });
    server.once("error", reject);
    server.once("close", () => {
      const { frame, rest } = framer.finish();
      if (frame) resolve({ frame, isWhole: false });
      else if (rest.length > 0)
        resolve({ frame: { bytes: rest, body: rest.length, chunks: [] }, isWhole: false });
      else reject(new Error("the server closed its connection"));
    });
  });
}

/** Sends the beginning of a request, and resets the connection to the server. */
function sendPart(target: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const server = open(target);
    server.once("error", () => resolve());
    server.once("close", () => resolve());
    server.write(bytes, () => setTimeout(() => server.resetAndDestroy(), 20));
  });
}

function open(target: string): Socket {
  const { hostname, port } = new URL(target);
  return connect({ host: hostname, port: Number(port), noDelay: true });
}
