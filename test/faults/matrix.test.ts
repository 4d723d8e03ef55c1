// The truncation matrix of reliability §2.2 through the fault proxy: an answer of every shape, cut
// at every one of its bytes, by FIN and by RST, before the clients of both servers. Nothing
// truncated is ever accepted; what neither length nor chunk marks the end of is refused even whole.
import { afterEach, describe, expect, it } from "vitest";
import { type FaultProxy, startProxy } from "../../sim/proxy/proxy.ts";
import { openCellar } from "../../src/cellar/s3.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { ask } from "../../src/warp10/http/call.ts";
import { openWire } from "../../src/warp10/http/wire.ts";
import { chunk, type RawServer, startRawServer, whole } from "./raw-server.ts";

const BODY = "1// a{} 1\n=0// 0\n";
const DATE = "Date: Thu, 05 Mar 2026 00:00:00 GMT\r\n";
const STAMPED = `${DATE}Last-Modified: Thu, 05 Mar 2026 00:00:00 GMT\r\n`;
const CHUNKS = `${chunk("1// a{} 1\n")}${chunk("=0// 0\n")}0\r\n\r\n`;
const CHUNKED = `HTTP/1.1 200 OK\r\n${STAMPED}Transfer-Encoding: chunked\r\n`;

/** Answers that say where they end; the store's bodies have lengths, and nothing else will do. */
const LENGTHS = {
  "a length": whole(BODY, STAMPED),
  "a length, closing": whole(BODY, `${STAMPED}Connection: close\r\n`),
};
const CHUNKED_BODIES = {
  chunks: `${CHUNKED}\r\n${CHUNKS}`,
  "chunks, closing": `${CHUNKED}Connection: close\r\n\r\n${CHUNKS}`,
};

/** Answers that end where the connection does: whole or cut, they look the same. */
const UNFRAMED = {
  "no length": `HTTP/1.1 200 OK\r\n${STAMPED}\r\n${BODY}`,
  "HTTP/1.0": `HTTP/1.0 200 OK\r\n${STAMPED}\r\n${BODY}`,
};

/** A cut is a cut: each fifth by RST, which has to be waited for, each by FIN. */
const BOTH_ENDS = ["fin", "rst"] as const;
const REFUSED = /^(incomplete-read|network)$/;

let server: RawServer;
let proxy: FaultProxy;
afterEach(async () => {
  await proxy.close();
  await server.close();
});

/** Everything that one client read; throws what it throws. */
type Client = (url: string) => Promise<string>;

const warp10 =
  (reuse: boolean): Client =>
  async (url) => {
    const token = { token: "t-of-the-test", tokenName: "read token", clock: systemClock };
    const wire = openWire({ url, ...token, reuse });
    try {
      const parts: Uint8Array[] = [];
      const question = { what: "fetching", path: "/x", contentType: "text/plain", body: "" };
      for await (const part of ask(wire, question, { stallMs: 5_000 })) parts.push(part);
      return Buffer.concat(parts).toString();
    } finally {
      await wire.agent.destroy();
    }
  };

const store: Client = async (endpoint) => {
  const keys = { accessKeyId: "key", secretAccessKey: "secret-of-the-test" };
  const cellar = openCellar({
    endpoint,
    bucket: "bucket",
    prefix: "",
    ...keys,
    clock: systemClock,
  });
  try {
    return Buffer.from((await cellar.get("k"))?.bytes ?? "absent").toString();
  } finally {
    await cellar.close();
  }
};

const BOTH = { ...LENGTHS, ...CHUNKED_BODIES };
const OLD = { "HTTP/1.0 with a length": whole(BODY, STAMPED).replace("HTTP/1.1", "HTTP/1.0") };
const CLIENTS: [
  string,
  Client,
  accepts: Record<string, string>,
  refuses: Record<string, string>,
][] = [
  ["Warp 10, a socket for many requests", warp10(true), BOTH, { ...UNFRAMED, ...OLD }],
  ["Warp 10, a socket for one request", warp10(false), BOTH, { ...UNFRAMED, ...OLD }],
  ["the store", store, { ...LENGTHS, ...OLD }, { ...UNFRAMED, ...CHUNKED_BODIES }],
];

async function open(answer: string): Promise<void> {
  server = await startRawServer((socket) => socket.end(answer));
  proxy = await startProxy({ to: server.url });
}

describe.each(CLIENTS)("%s", (_title, client, accepted, refused) => {
  it.each(Object.entries(accepted))("accepts %s only when it is whole", async (_shape, answer) => {
    await open(answer);
    expect(await client(proxy.url)).toBe(BODY);
    for (let at = 0; at < answer.length; at++) {
      for (const by of at % 5 === 0 ? BOTH_ENDS : BOTH_ENDS.slice(0, 1)) {
        proxy.faults.push({ act: { kind: "cut", at, by } });
        const outcome: unknown = await client(proxy.url).catch((error: unknown) => error);
        const code = outcome instanceof CellarmanError ? outcome.code : outcome;
        expect({ at, by, code }).toEqual({ at, by, code: expect.stringMatching(REFUSED) });
      }
    }
    expect(proxy.faults.struck.length).toBeGreaterThan(1.15 * answer.length);
    expect(await client(proxy.url)).toBe(BODY);
  });

  it.each(Object.entries(refused))("never accepts %s, not even whole", async (_shape, answer) => {
    await open(answer);
    for (let at = 0; at <= answer.length; at += 5) {
      proxy.faults.push({ act: { kind: "cut", at, by: "fin" } });
      await expect(client(proxy.url)).rejects.toMatchObject({
        code: expect.stringMatching(REFUSED),
      });
    }
    await expect(client(proxy.url)).rejects.toMatchObject({ code: "incomplete-read" });
  });
});
