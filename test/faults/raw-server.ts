// A server of bytes: it reads one request whole, then writes what the test says, and cuts where it
// says.
import net from "node:net";

/** A request as it came over the wire. */
export interface RawRequest {
  readonly head: string;
  readonly body: string;
}

/** What is done with a socket once a request has come. */
export type Reply = (socket: net.Socket, request: RawRequest, n: number) => unknown;

export interface RawServer {
  readonly url: string;
  /** Every request so far, in order. */
  readonly requests: RawRequest[];
  /** Sockets accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

/** Listens on a free loopback port; `reply` is called once per request. */
export async function startRawServer(reply: Reply): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    let received = "";
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      for (;;) {
        const request = takeRequest(received);
        if (request === undefined) return;
        received = received.slice(request.head.length + 4 + request.body.length);
        requests.push(request);
        reply(socket, request, requests.length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function takeRequest(received: string): RawRequest | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = received.slice(0, end);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const body = received.slice(end + 4, end + 4 + length);
  return body.length === length ? { head, body } : undefined;
}

/** A chunk of a chunked body. */
export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

/** A whole answer with a length. */
export function whole(body: string, headers = "", status = "200 OK"): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `HTTP/1.1 ${status}\r\n${length}${headers}\r\n${body}`;
}

/** Jetty's error page, as a real Warp 10 sends it. */
export function errorPage(status: string, message: string): string {
  const page = `<html><head><title>Error</title></head><body><table>
<tr><th>URI:</th><td>/api/v0/x</td></tr><tr><th>STATUS:</th><td>${status.slice(0, 3)}</td></tr>
<tr><th>MESSAGE:</th><td>${message.replaceAll("<", "&lt;").replaceAll("'", "&apos;")}</td></tr>
</table></body></html>`;
  return whole(page, "Content-Type: text/html;charset=iso-8859-1\r\n", status);
}
