import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/runtime/clock.ts";
import { CellarmanError } from "../../../src/runtime/errors.ts";
import type { ReadLimits } from "../../../src/warp10/hot.ts";
import { ask, askAll, form } from "../../../src/warp10/http/call.ts";
import { ServerSaid } from "../../../src/warp10/http/failure.ts";
import { baseOf, openWire } from "../../../src/warp10/http/wire.ts";
import { chunk, errorPage, type Reply, startRawServer, whole } from "../../faults/raw-server.ts";

const TOKEN = "abcdefghij.KLMNOPQRST_0123456789-uvwxyz";
const QUESTION = { what: "fetching points", path: "/api/v0/fetch", ...form([["selector", "a{}"]]) };
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(reply: Reply) {
  const server = await startRawServer(reply);
  const wire = openWire({
    url: server.url,
    token: TOKEN,
    tokenName: "read token",
    clock: systemClock,
  });
  open.push(
    () => wire.agent.destroy(),
    () => server.close(),
  );
  return { server, wire };
}

const always =
  (answer: string): Reply =>
  (socket) =>
    socket.write(answer);

async function failureFrom(reply: Reply, limits: ReadLimits = {}): Promise<CellarmanError> {
  const { wire } = await serve(reply);
  const failure: unknown = await askAll(wire, QUESTION, limits, 1000).catch((e: unknown) => e);
  if (failure instanceof CellarmanError) return failure;
  throw new Error(`no CellarmanError: ${String(failure)}`);
}

describe("a request", () => {
  it("is a POST with the token in a header and nowhere else", async () => {
    const { server, wire } = await serve(always(whole("body")));
    const { body } = await askAll(wire, QUESTION, {}, 1000);
    expect(body.toString()).toBe("body");
    const { head, body: sent } = server.requests[0] ?? { head: "", body: "" };
    expect(head.split("\r\n")[0]).toBe("POST /api/v0/fetch HTTP/1.1");
    expect(head).toContain(`X-Warp10-Token: ${TOKEN}`);
    expect(head).toContain("Accept-Encoding: identity");
    expect(head).toContain("Content-Type: application/x-www-form-urlencoded");
    expect(head.replace(`X-Warp10-Token: ${TOKEN}`, "")).not.toContain(TOKEN);
    expect(sent).toBe("selector=a%7B%7D");
  });

  it("keeps the connection for the next one", async () => {
    const { server, wire } = await serve(always(whole("x")));
    for (let i = 0; i < 50; i += 1) await askAll(wire, QUESTION, {}, 1000);
    expect(server.requests).toHaveLength(50);
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it("is not sent before the answer is asked for, and only once", async () => {
    const { server, wire } = await serve(always(whole("x")));
    const answer = ask(wire, QUESTION);
    expect(server.requests).toHaveLength(0);
    for await (const _ of answer);
    expect(server.requests).toHaveLength(1);
  });

  it("refuses a form that the server would not take", () => {
    expect(() => form([["selector", "x".repeat(200_001)]])).toThrow(/200000/);
  });

  it("ends with its reader: an answer left early frees the connection", async () => {
    const { server, wire } = await serve(always(`${CHUNKED}${chunk("x".repeat(10_000))}`));
    for await (const _ of ask(wire, QUESTION, { stallMs: 200 })) break;
    const closed = new Promise((resolve) => setTimeout(resolve, 50));
    await closed;
    await expect(askAll(wire, QUESTION, { deadlineMs: 100 }, 1e6)).rejects.toThrow(/deadline/);
    expect(server.connections()).toBe(2);
  });
});

describe("time", () => {
  it("passes on the reason of the caller's signal, before and during an answer", async () => {
    const reason = new CellarmanError("interrupted", "stopped by SIGINT");
    const before = await failureFrom(always(""), { signal: AbortSignal.abort(reason) });
    expect(before).toBe(reason);
    const controller = new AbortController();
    const during = failureFrom(
      (socket) => socket.write(`${CHUNKED}${chunk("a")}`, () => controller.abort(reason)),
      { signal: controller.signal },
    );
    expect(await during).toBe(reason);
  });

  it("does not take a slow reader for a silent server", async () => {
    const { wire } = await serve((socket) => {
      socket.write(`${CHUNKED}${chunk("a")}`);
      setTimeout(() => socket.write(`${chunk("b")}0\r\n\r\n`), 20);
    });
    let text = "";
    for await (const bytes of ask(wire, QUESTION, { stallMs: 60 })) {
      text += Buffer.from(bytes).toString();
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(text).toBe("ab");
  });

  it("ends at the deadline even while bytes come", async () => {
    const failure = await failureFrom(
      (socket) => {
        socket.write(CHUNKED);
        const timer = setInterval(() => socket.write(chunk("a")), 5);
        socket.on("close", () => clearInterval(timer));
      },
      { stallMs: 5_000, deadlineMs: 100 },
    );
    expect(failure).toMatchObject({ code: "stalled", retryable: true });
  });

  it("waits for ever without limits", async () => {
    const { wire } = await serve((socket) => setTimeout(() => socket.write(whole("late")), 300));
    expect((await askAll(wire, QUESTION, {}, 10)).body.toString()).toBe("late");
  });
});

describe("an answer that is no 200", () => {
  it.each([
    ["403 Forbidden", "Missing or invalid token.", "not-authorised", false],
    ["401 Unauthorized", "who?", "not-authorised", false],
    ["500 Server Error", "Invalid token.", "not-authorised", false],
    ["500 Server Error", "Token Expired.", "not-authorised", false],
    ["500 Server Error", "Invalid write token for deletion.", "not-authorised", false],
    ["500 Server Error", "invalid token.", "not-authorised", false],
    ["500 Server Error", "FETCH exceeded limit of 1000 datapoints", "limit", false],
    ["500 Server Error", "LIMIT missing capability 'limit' or 'limits'.", "limit", false],
    ["500 Server Error", "java.lang.NullPointerException", "server", false],
    ["502 Bad Gateway", "nginx", "server", true],
    ["503 Service Unavailable", "busy", "server", true],
    ["504 Gateway Timeout", "slow", "server", true],
    ["429 Too Many Requests", "slow down", "server", true],
    ["400 Bad Request", "no", "server", false],
    ["404 Not Found", "no", "server", false],
  ])("%s, %s: %s", async (status, message, code, retryable) => {
    const failure = await failureFrom(always(errorPage(status, message)));
    expect(failure).toMatchObject({ code, retryable });
    expect(failure.message).toContain(message);
    expect(failure.cause).toMatchObject({ status: Number(status.slice(0, 3)), message });
    expect(failure.cause).toBeInstanceOf(ServerSaid);
  });

  it("is told without the token, whole or in parts", async () => {
    const said = `at '...${TOKEN.slice(-12)}' 'x' FETCH (${TOKEN}) and ${TOKEN.slice(3, 11)}`;
    const failure = await failureFrom(always(errorPage("500 Server Error", said)));
    expect(failure.message).toContain("at '...[token]' 'x' FETCH ([token]) and [token]");
    expect(JSON.stringify(failure.cause)).not.toContain(TOKEN.slice(-8));
  });

  it("is an error even when its page is cut", async () => {
    const failure = await failureFrom((socket) =>
      socket.end("HTTP/1.1 503 Busy\r\nContent-Length: 999\r\n\r\nhalf a pa"),
    );
    expect(failure).toMatchObject({ code: "server", retryable: true });
  });

  it("is read up to 64 KiB", async () => {
    const { wire } = await serve(always(errorPage("500 Server Error", "x".repeat(1_000_000))));
    const failure: unknown = await askAll(wire, QUESTION, {}, 10).catch((e: unknown) => e);
    expect(String(failure).length).toBeLessThan(1_000);
  });

  it("is not followed when it redirects", async () => {
    const other = await startRawServer(always(whole("stolen")));
    open.push(() => other.close());
    const failure = await failureFrom(
      always(whole("", `Location: ${other.url}/x\r\n`, "307 Temporary Redirect")),
    );
    expect(failure.hint).toMatch(/final address/);
    expect(other.requests).toHaveLength(0);
  });

  it("is an error when it is another success than 200", async () => {
    expect(await failureFrom(always(whole("x", "", "206 Partial Content")))).toMatchObject({
      code: "server",
    });
    expect(await failureFrom(always("HTTP/1.1 204 No Content\r\n\r\n"))).toMatchObject({
      code: "server",
    });
  });
});

describe("no answer", () => {
  it("is a network failure, worth another attempt", async () => {
    const { server, wire } = await serve(always(whole("x")));
    await server.close();
    await expect(askAll(wire, QUESTION, {}, 10)).rejects.toMatchObject({
      code: "network",
      retryable: true,
      where: `${server.url}/api/v0/fetch`,
    });
  });

  it("is not made up for by a second request when a kept connection was closed", async () => {
    const { server, wire } = await serve((socket, _request, n) =>
      n === 1 ? socket.write(whole("x")) : socket.destroy(),
    );
    await askAll(wire, QUESTION, {}, 10);
    await expect(askAll(wire, QUESTION, {}, 10)).rejects.toMatchObject({ code: "network" });
    expect(server.requests).toHaveLength(2);
  });

  it("is a limit when an answer is larger than it may be", async () => {
    const { wire } = await serve(always(whole("x".repeat(11))));
    await expect(askAll(wire, QUESTION, {}, 10)).rejects.toMatchObject({ code: "limit" });
  });
});

describe("an address or token that cannot be sent", () => {
  it.each(["", "with blank", "line\nend", "é"])("refuses the token %j", (token) => {
    const options = { url: "http://127.0.0.1:1", token, tokenName: "x", clock: systemClock };
    expect(() => openWire(options)).toThrow(CellarmanError);
  });

  it.each(["ftp://a", "a", "http://u:p@a", "http://a?b", "http://a#c", ""])("refuses %j", (url) => {
    expect(() => baseOf(url)).toThrow(CellarmanError);
  });

  it("takes a slash at the end or none, and a prefix", () => {
    expect(baseOf("https://a.example/")).toBe("https://a.example");
    expect(baseOf("https://a.example:8443/w//")).toBe("https://a.example:8443/w");
  });
});
