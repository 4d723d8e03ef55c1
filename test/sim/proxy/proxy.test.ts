// What the fault proxy does to a connection is what its script says, and nothing else.
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { Framer } from "../../../sim/proxy/framing.ts";
import { type FaultProxy, startProxy } from "../../../sim/proxy/proxy.ts";
import { type Act, drawScript, parseScript } from "../../../sim/proxy/script.ts";
import { chunk, startRawServer, type RawServer, whole } from "../../faults/raw-server.ts";

const HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKED = `${HEAD}${chunk("first")}${chunk("second")}0\r\n\r\n`;
let server: RawServer;
let proxy: FaultProxy;

afterEach(async () => {
  await proxy.close();
  await server.close();
});

/** Nothing more comes when nothing came for so long, ms. */
const QUIET_MS = 80;
/** An end that is to come may take so long on a busy machine, ms. */
const END_MS = 5_000;

/** What came back for one request, and how the connection ended within a moment. */
interface Heard {
  readonly text: string;
  readonly ended: "fin" | "rst" | "open";
}

async function hear(url: string, times = 1, method = "GET", waits = false): Promise<Heard> {
  const { port } = new URL(url);
  const socket = net.connect(Number(port), "127.0.0.1");
  let text = "";
  let ended: Heard["ended"] = "open";
  socket.on("data", (part) => (text += part.toString("latin1")));
  socket.on("end", () => (ended = "fin")).on("error", () => (ended = "rst"));
  for (let i = 0; i < times; i++) {
    socket.write(`${method} /x?n=${i} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody`);
    let heard = -1;
    for (let ms = 0; ended === "open" && (heard !== text.length || waits); ms += QUIET_MS) {
      if (ms > END_MS) break;
      heard = text.length;
      await sleep(QUIET_MS);
    }
  }
  socket.destroy();
  return { text, ended };
}

/** The same where the connection is to end. */
const hearEnd = (url: string, method = "GET"): Promise<Heard> => hear(url, 1, method, true);

async function stage(answer: string, ...acts: Act[]): Promise<void> {
  server = await startRawServer((socket) => socket.write(answer));
  proxy = await startProxy({ to: server.url, script: acts.map((act) => ({ act })) });
}

describe("the fault proxy", () => {
  it("passes requests and answers on unchanged, many on one connection", async () => {
    await stage(CHUNKED);
    expect(await hear(proxy.url, 3)).toEqual({ text: CHUNKED.repeat(3), ended: "open" });
    expect(server.requests.map((r) => r.body)).toEqual(["body", "body", "body"]);
    expect(proxy.requests).toEqual(["GET /x?n=0", "GET /x?n=1", "GET /x?n=2"]);
  });

  const cuts: [Extract<Act, { kind: "cut" }>["at"], string][] = [
    [20, CHUNKED.slice(0, 20)],
    [-1, CHUNKED.slice(0, -1)],
    ["head", CHUNKED.slice(0, Math.floor(HEAD.length / 2))],
    ["body", HEAD],
    ["chunk-size", `${HEAD}${chunk("first")}6`],
    ["chunk", `${HEAD}${chunk("first")}6\r\nseco`],
    ["chunk-end", `${HEAD}${chunk("first")}${chunk("second")}`],
    ["last-chunk", CHUNKED.slice(0, -2)],
  ];
  it.each(cuts)("cuts at %s, in order and by a reset", async (at, text) => {
    await stage(CHUNKED, { kind: "cut", at, by: "fin" }, { kind: "cut", at, by: "rst" });
    expect(await hearEnd(proxy.url)).toEqual({ text, ended: "fin" });
    expect(await hearEnd(proxy.url)).toEqual({ text, ended: "rst" });
    expect(proxy.faults.struck).toHaveLength(2);
  });

  it("stalls with the connection open", async () => {
    await stage(CHUNKED, { kind: "stall", at: "body" });
    expect(await hear(proxy.url)).toEqual({ text: HEAD, ended: "open" });
  });

  it("drips and slices: all of it comes", async () => {
    const drip: Act = { kind: "drip", bytes: 30, everyMs: 1 };
    await stage(CHUNKED, drip, { kind: "slice", bytes: 1 });
    for (let i = 0; i < 2; i++) expect((await hear(proxy.url)).text).toBe(CHUNKED);
  });

  it("turns one bit of an answer's or a request's body", async () => {
    const flip = { kind: "flip", at: 1 } as const;
    await stage(whole("aaaa"), { ...flip, of: "answer" }, { ...flip, of: "request" });
    expect((await hear(proxy.url)).text).toBe(whole("acaa"));
    expect((await hear(proxy.url)).text).toBe(whole("aaaa"));
    expect(server.requests.map((r) => r.body)).toEqual(["body", "bmdy"]);
  });

  it("swallows an answer after the request took effect, and forgets a request", async () => {
    await stage(CHUNKED, { kind: "swallow", by: "fin" }, { kind: "forget", by: "rst" });
    expect(await hearEnd(proxy.url)).toEqual({ text: "", ended: "fin" });
    expect(server.requests).toHaveLength(1);
    expect(await hearEnd(proxy.url)).toEqual({ text: "", ended: "rst" });
    expect(server.requests).toHaveLength(1);
  });

  it("lets only a part of a request arrive", async () => {
    await stage(CHUNKED, { kind: "cut-request", at: 2 });
    expect(await hearEnd(proxy.url)).toEqual({ text: "", ended: "rst" });
    expect(server.connections()).toBe(1);
    expect(server.requests).toEqual([]);
  });

  it("delivers a request twice and answers once", async () => {
    await stage(CHUNKED, { kind: "twice" });
    expect((await hear(proxy.url)).text).toBe(CHUNKED);
    expect(server.requests).toHaveLength(2);
  });

  it("redirects, and answers for the server, whether or not the request arrives", async () => {
    const answer = {
      kind: "answer",
      status: 200,
      type: "text/plain",
      body: "# ERROR: no",
    } as const;
    await stage(CHUNKED, { kind: "redirect", to: "http://elsewhere/" }, answer, {
      ...answer,
      arrives: true,
    });
    expect((await hear(proxy.url)).text).toMatch(
      /^HTTP\/1.1 307 [^]*Location: http:\/\/elsewhere\//,
    );
    expect((await hear(proxy.url)).text).toContain("# ERROR: no");
    expect(server.requests).toHaveLength(0);
    expect((await hear(proxy.url)).text).toContain("# ERROR: no");
    expect(server.requests).toHaveLength(1);
  });

  it("closes an idle socket after a whole answer", async () => {
    await stage(CHUNKED, { kind: "close-idle", by: "fin" });
    expect(await hearEnd(proxy.url)).toEqual({ text: CHUNKED, ended: "fin" });
  });

  it("shortens an answer that stays well-formed, by bytes and by lines", async () => {
    const lines = `${HEAD}${chunk("one\ntwo\n")}${chunk("three\n")}0\r\n\r\n`;
    await stage(lines, { kind: "shorten", bytes: 3 }, { kind: "thin", lines: 2 });
    expect((await hear(proxy.url)).text).toMatch(/Content-Length: 11\r\n\r\none\ntwo\nthr$/);
    expect((await hear(proxy.url)).text).toMatch(/Content-Length: 4\r\n\r\none\n$/);
  });

  it("breaks the client's connection off when the server does, with what had come", async () => {
    server = await startRawServer((socket) => socket.end(CHUNKED.slice(0, -9)));
    proxy = await startProxy({ to: server.url });
    expect(await hearEnd(proxy.url)).toEqual({ text: CHUNKED.slice(0, -9), ended: "fin" });
  });
});

describe("a script", () => {
  it("is read from JSON and refused where it says what the proxy cannot do", async () => {
    await stage(CHUNKED);
    const [fault] = parseScript('[{"path": "~^/b", "method": "PUT", "act": {"kind": "twice"}}]');
    expect(fault).toEqual({ path: /^\/b/, method: "PUT", act: { kind: "twice" } });
    expect(() => parseScript("{}")).toThrow("a list of faults");
    expect(() => parseScript('[{"act": {"kind": "burn"}}]')).toThrow("act.kind is none of");
    expect(() => parseScript('[{"act": {"kind": "cut", "at": 1}}]')).toThrow("cut needs act.by");
  });

  it("is drawn from a seed: the same one gives the same", async () => {
    await stage(CHUNKED);
    expect(drawScript(7, 40, 100)).toEqual(drawScript(7, 40, 100));
    expect(drawScript(7, 40, 100)).not.toEqual(drawScript(8, 40, 100));
    const kinds = new Set(drawScript(1, 400, 9).map((f) => f.act.kind));
    expect(kinds.size).toBe(14);
    for (const { act } of drawScript(3, 50, 9, ["cut"])) expect(act.kind).toBe("cut");
  });

  it("strikes by method and by path", async () => {
    await stage(CHUNKED);
    proxy.faults.push({ method: "PUT", path: "/x", act: { kind: "forget", by: "fin" } });
    expect((await hear(proxy.url)).text).toBe(CHUNKED);
    expect(await hearEnd(proxy.url, "PUT")).toEqual({ text: "", ended: "fin" });
  });
});

describe("messages in a stream", () => {
  it("are found however the bytes are cut", async () => {
    await stage(CHUNKED);
    const bytes = Buffer.from(`${CHUNKED}${whole("abc")}HTTP/1.1 204 No\r\n\r\n${whole("")}`);
    for (const size of [1, 2, 7, 50, bytes.length]) {
      const framer = new Framer("response");
      const found: string[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        for (const f of framer.push(bytes.subarray(at, at + size))) found.push(f.bytes.toString());
      }
      expect(found).toEqual([CHUNKED, whole("abc"), "HTTP/1.1 204 No\r\n\r\n", whole("")]);
      expect(framer.finish()).toEqual({ frame: undefined, rest: Buffer.alloc(0) });
    }
  });

  it("last until the end of the stream where nothing says how long they are", async () => {
    await stage(CHUNKED);
    const framer = new Framer("response");
    expect(framer.push(Buffer.from("HTTP/1.0 200 OK\r\n\r\nabc"))).toEqual([]);
    expect(framer.finish().frame?.bytes.toString()).toBe("HTTP/1.0 200 OK\r\n\r\nabc");
  });
});
