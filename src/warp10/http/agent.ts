// The sockets under every request to a Warp 10: our own agent, with none of a library's time-outs
// or upgrades.
import type { Socket } from "node:net";
import { Agent, buildConnector } from "undici";
import { CellarmanError } from "../../runtime/errors.ts";

/** How the agent's sockets are used. */
export interface AgentOptions {
  /**
   * Whether a socket serves several requests. False for a delete: a socket that the server has just
   * closed loses the request, and a delete is never sent twice (reliability §2.2).
   */
  readonly reuse: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
const TCP_KEEP_ALIVE_MS = 30_000;

/**
 * An agent of HTTP/1.1 alone, no pipelining, TCP keep-alive, no header or body time-out (the
 * watchdog has those). Answers in an older version of HTTP break the socket with a CellarmanError
 * "incomplete-read".
 */
export function openAgent(options: AgentOptions): Agent {
  const dial = buildConnector({
    allowH2: false,
    timeout: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
  });
  return new Agent({
    pipelining: options.reuse ? 1 : 0,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (target, callback) =>
      dial(target, (...outcome) => {
        const [failure, socket] = outcome;
        if (failure === null && socket !== null) refuseOldHttp(socket);
        callback(...outcome);
      }),
  });
}

const HTTP_1_1 = Buffer.from("HTTP/1.1", "latin1");

/**
 * Looks at the first bytes that follow each request. The HTTP library reads HTTP/1.0 like 1.1 and
 * does not tell, and 1.0 is what a proxy speaks that ends a body by closing.
 */
function refuseOldHttp(socket: Socket): void {
  const write = socket.write.bind(socket);
  const read = socket.read.bind(socket);
  let seen = 0;
  socket.write = (...args: unknown[]) => {
    seen = 0;
    return Reflect.apply(write, socket, args);
  };
  socket.read = (size?: number) => {
    const chunk: unknown = read(size);
    if (!(chunk instanceof Buffer) || seen >= HTTP_1_1.length) return chunk;
    const expected = HTTP_1_1.subarray(seen, seen + chunk.length);
    seen += expected.length;
    if (expected.equals(chunk.subarray(0, expected.length))) return chunk;
    socket.destroy(
      new CellarmanError(
        "incomplete-read",
        "the answer is not HTTP/1.1: its end cannot be proven",
        {
          hint: "Ask for HTTP/1.1 of every proxy on the way (nginx: proxy_http_version 1.1).",
        },
      ),
    );
    return null;
  };
}
