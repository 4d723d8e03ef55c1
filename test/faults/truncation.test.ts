// The truncation matrix of reliability §2.2, on the Node that runs this: nothing truncated is ever
// accepted.
import type net from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { ask } from "../../src/warp10/http/call.ts";
import { openWire } from "../../src/warp10/http/wire.ts";
import { chunk, type RawServer, startRawServer, whole } from "./raw-server.ts";

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
const CLOSING = `${CHUNKED}Connection: close\r\n`;
const PLAIN = "HTTP/1.1 200 OK\r\n";
const POINTS = "1// a{} 1\n=0// 0\n";
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(reply: (socket: net.Socket, n: number) => unknown): Promise<RawServer> {
  const server = await startRawServer((socket, _request, n) => reply(socket, n));
  open.push(() => server.close());
  return server;
}

async function readFrom(url: string, reuse: boolean, stallMs = 5_000): Promise<string> {
  const wire = openWire({
    url,
    token: "token-of-the-test",
    tokenName: "read token",
    clock: systemClock,
    reuse,
  });
  try {
    const chunks: Uint8Array[] = [];
    const question = { what: "fetching", path: "/x", contentType: "text/plain", body: "" };
    for await (const bytes of ask(wire, question, { stallMs })) chunks.push(bytes);
    return Buffer.concat(chunks).toString();
  } finally {
    await wire.agent.destroy();
  }
}

/** Writes, then ends the connection after the bytes have left. */
const fin = (text: string | Buffer) => (socket: net.Socket) => socket.end(text);
const reset = (text: string) => (socket: net.Socket) =>
  socket.write(text, () => setTimeout(() => socket.resetAndDestroy(), 20));

const long = "x".repeat(200_000);
const gzipped = gzipSync(long);

/** Every row must be refused; the code says as what. */
const REFUSED: readonly [name: string, reply: (socket: net.Socket) => unknown, code: string][] = [
  ["chunked, FIN between chunks", fin(`${CHUNKED}\r\n${chunk(POINTS)}`), "incomplete-read"],
  ["chunked, FIN inside a chunk", fin(`${CHUNKED}\r\nff\r\n${POINTS}`), "incomplete-read"],
  ["chunked, FIN in a chunk's size", fin(`${CHUNKED}\r\n${chunk(POINTS)}f`), "incomplete-read"],
  ["chunked, FIN in the last chunk", fin(`${CHUNKED}\r\n${chunk(POINTS)}0\r\n`), "incomplete-read"],
  ["chunked, FIN before the first chunk", fin(`${CHUNKED}\r\n`), "incomplete-read"],
  ["chunked, close, FIN between chunks", fin(`${CLOSING}\r\n${chunk(POINTS)}`), "incomplete-read"],
  ["chunked, close, FIN inside a chunk", fin(`${CLOSING}\r\nff\r\n${POINTS}`), "incomplete-read"],
  ["chunked, close, FIN before a chunk", fin(`${CLOSING}\r\n`), "incomplete-read"],
  ["chunked, close, FIN in the end", fin(`${CLOSING}\r\n${chunk(POINTS)}0\r`), "incomplete-read"],
  ["chunked, RST", reset(`${CHUNKED}\r\n${chunk(POINTS)}`), "incomplete-read"],
  ["chunked, close, RST", reset(`${CLOSING}\r\n${chunk(POINTS)}`), "incomplete-read"],
  ["chunked, close, RST inside a chunk", reset(`${CLOSING}\r\nff\r\n${POINTS}`), "incomplete-read"],
  ["200,000 bytes, then FIN", fin(`${CLOSING}\r\n${chunk(long)}`), "incomplete-read"],
  [
    "a length too large, FIN",
    fin(`${PLAIN}Content-Length: 99\r\n\r\n${POINTS}`),
    "incomplete-read",
  ],
  [
    "a length too large, close, FIN",
    fin(`${PLAIN}Content-Length: 99\r\nConnection: close\r\n\r\n${POINTS}`),
    "incomplete-read",
  ],
  [
    "a length too large, RST",
    reset(`${PLAIN}Content-Length: 99\r\n\r\n${POINTS}`),
    "incomplete-read",
  ],
  ["no length, ended by closing", fin(`${PLAIN}\r\n${POINTS}`), "incomplete-read"],
  [
    "no length, close, ended by closing",
    fin(`${PLAIN}Connection: close\r\n\r\n${POINTS}`),
    "incomplete-read",
  ],
  ["HTTP/1.0, ended by closing", fin(`HTTP/1.0 200 OK\r\n\r\n${POINTS}`), "incomplete-read"],
  [
    "HTTP/1.0 with a length, whole",
    fin(`HTTP/1.0 200 OK\r\nContent-Length: ${POINTS.length}\r\n\r\n${POINTS}`),
    "incomplete-read",
  ],
  [
    "HTTP/1.0 with chunks, whole",
    fin(`HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(POINTS)}0\r\n\r\n`),
    "incomplete-read",
  ],
  [
    "gzip that was not asked for, cut, ended by closing",
    fin(
      Buffer.concat([
        Buffer.from(`${PLAIN}Content-Encoding: gzip\r\n\r\n`),
        gzipped.subarray(0, -9),
      ]),
    ),
    "incomplete-read",
  ],
  [
    "gzip that was not asked for, whole",
    fin(
      Buffer.concat([
        Buffer.from(
          `${PLAIN}Content-Encoding: gzip\r\nContent-Length: ${gzipped.byteLength}\r\n\r\n`,
        ),
        gzipped,
      ]),
    ),
    "incomplete-read",
  ],
  [
    "an encoding beside chunks",
    fin(`${PLAIN}Transfer-Encoding: gzip, chunked\r\n\r\n${chunk(POINTS)}0\r\n\r\n`),
    "incomplete-read",
  ],
  [
    "chunked is not the last encoding",
    fin(`${PLAIN}Transfer-Encoding: chunked, identity\r\n\r\n${POINTS}`),
    "incomplete-read",
  ],
  [
    "an unreadable chunk size",
    fin(`${CHUNKED}\r\nzz\r\n${POINTS}\r\n0\r\n\r\n`),
    "incomplete-read",
  ],
  ["a closed connection instead of an answer", (socket) => socket.destroy(), "network"],
  ["half a head", fin("HTTP/1.1 200 OK\r\nContent-Len"), "network"],
  ["no HTTP at all", fin("SSH-2.0-OpenSSH_9.6\r\n"), "incomplete-read"],
];

describe.each([
  ["a socket for many requests", true],
  ["a socket for one request (delete)", false],
])("truncation, %s", (_title, reuse) => {
  it.each(REFUSED)("refuses: %s", async (_name, reply, code) => {
    const server = await serve(reply);
    const failure: unknown = await readFrom(server.url, reuse).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CellarmanError);
    expect(failure).toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  });

  it("accepts whole answers, chunked or with a length, kept alive or closed", async () => {
    const answers = [
      `${CHUNKED}\r\n${chunk("1// a{} 1\n")}${chunk("=0// 0\n")}0\r\n\r\n`,
      `${CLOSING}\r\n${chunk(POINTS)}0\r\n\r\n`,
      whole(POINTS),
      whole(POINTS, "Connection: close\r\n"),
    ];
    for (const answer of answers) {
      const server = await serve(fin(answer));
      expect(await readFrom(server.url, reuse)).toBe(POINTS);
    }
  });

  it("accepts an empty whole answer", async () => {
    const server = await serve(fin(whole("")));
    expect(await readFrom(server.url, reuse)).toBe("");
  });

  it("gives up on an answer that stalls, before and after its head", async () => {
    for (const begin of ["", `${CHUNKED}\r\n${chunk(POINTS)}`]) {
      const server = await serve((socket) => socket.write(begin));
      await expect(readFrom(server.url, reuse, 100)).rejects.toMatchObject({ code: "stalled" });
    }
  });

  it("reads an answer that comes byte by byte", async () => {
    const server = await serve(async (socket) => {
      socket.setNoDelay(true);
      for (const byte of `${CLOSING}\r\n${chunk(POINTS)}0\r\n\r\n`) {
        socket.write(byte);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      socket.end();
    });
    expect(await readFrom(server.url, reuse, 1_000)).toBe(POINTS);
  });
});

describe("what no HTTP client can see", () => {
  it("accepts a well-formed answer with data missing: a count must tell", async () => {
    const server = await serve(fin(`${CHUNKED}\r\n${chunk("1// a{} 1\n")}0\r\n\r\n`));
    expect(await readFrom(server.url, true)).toBe("1// a{} 1\n");
  });

  it("accepts a well-formed answer that ends in a line: its reader must tell", async () => {
    const server = await serve(fin(whole("1// a{} 1\n=0//")));
    expect(await readFrom(server.url, true)).toBe("1// a{} 1\n=0//");
  });
});
