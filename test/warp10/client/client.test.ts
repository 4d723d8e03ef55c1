import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/runtime/clock.ts";
import { CellarmanError } from "../../../src/runtime/errors.ts";
import { openHot, type HotOptions } from "../../../src/warp10/client.ts";
import {
  chunk,
  errorPage,
  type RawRequest,
  startRawServer,
  whole,
} from "../../faults/raw-server.ts";

const UNIT = "X-Warp10-Timeunit: 1000000\r\n";
const DATE = "Date: Tue, 10 Nov 2026 12:00:00 GMT\r\n";
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function hotWith(
  reply: (request: RawRequest) => string | Promise<string>,
  options: Partial<HotOptions> = {},
) {
  const server = await startRawServer(async (socket, request) =>
    socket.write(await reply(request)),
  );
  const hot = openHot({
    url: server.url,
    readToken: "read-token-text",
    clock: systemClock,
    ...options,
  });
  open.push(
    () => hot.close(),
    () => server.close(),
  );
  return { hot, server };
}

const textOf = async (chunks: AsyncIterable<Uint8Array>) =>
  Buffer.concat(await Array.fromAsync(chunks)).toString();

describe("find", () => {
  it("asks by form, with attributes and errors shown, and streams series", async () => {
    const { hot, server } = await hotWith(() => whole("conf.a{k=v,.app=conf}{x=y}\nconf.b{}{}\n"));
    expect(await Array.fromAsync(hot.find("~(conf\\..*){k=v}"))).toEqual([
      { className: "conf.a", labels: { k: "v", ".app": "conf" }, attributes: { x: "y" } },
      { className: "conf.b", labels: {}, attributes: {} },
    ]);
    const [request] = server.requests;
    expect(request?.head).toMatch(/^POST \/api\/v0\/find HTTP\/1\.1/);
    expect(request?.body).toBe(
      "selector=~(conf%5C..*)%7Bk%3Dv%7D&format=text&showattr=true&showerrors=true",
    );
  });

  it("never takes a failure for an empty listing", async () => {
    const answers = [
      errorPage("403 Forbidden", "Missing or invalid token."),
      errorPage("500 Server Error", "x"),
      whole("\n# ERROR: x\n"),
      whole("conf.a{}{"),
    ];
    for (const answer of answers) {
      const { hot } = await hotWith(() => answer);
      await expect(Array.fromAsync(hot.find("a{}"))).rejects.toThrow(CellarmanError);
    }
  });

  it("takes a selector that no URL could hold", async () => {
    const { hot, server } = await hotWith(() => whole(""));
    const selector = `~(${"x".repeat(100_000)}){}`;
    expect(await Array.fromAsync(hot.find(selector))).toEqual([]);
    expect(server.requests[0]?.body).toContain("x".repeat(100_000));
  });
});

describe("fetch", () => {
  const range = { start: -5n, end: 1_793_491_199_999_999_999n };

  it("asks by form for text, bounds as exact integers, errors shown", async () => {
    const { hot, server } = await hotWith(() => whole("1// a{} 1\n", UNIT), { unit: "us" });
    expect(await textOf(hot.fetch("a{}", range))).toBe("1// a{} 1\n");
    expect(server.requests[0]?.head).toMatch(/^POST \/api\/v0\/fetch HTTP\/1\.1/);
    expect(server.requests[0]?.body).toBe(
      "selector=a%7B%7D&start=-5&end=1793491199999999999&format=text&showerrors=true",
    );
  });

  it("passes on every byte, in-band errors too: the reader of points judges them", async () => {
    const text = "1// a{} 1\n\n# ERROR: x\n";
    const body = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(text)}0\r\n\r\n`;
    const { hot } = await hotWith(() => body);
    expect(await textOf(hot.fetch("a{}", range))).toBe(text);
  });

  it("refuses reversed bounds before anything is sent: the server would swap them", async () => {
    const { hot, server } = await hotWith(() => whole(""));
    expect(() => hot.fetch("a{}", { start: 2n, end: 1n })).toThrow(/before it starts/);
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ["another", "X-Warp10-Timeunit: 1000000000\r\n"],
    ["none", ""],
    ["two", `${UNIT}${UNIT}`],
  ])("refuses an answer in %s unit than expected", async (_name, headers) => {
    const { hot } = await hotWith(() => whole("1// a{} 1\n", headers), { unit: "us" });
    await expect(textOf(hot.fetch("a{}", range))).rejects.toMatchObject({ code: "blocked" });
  });
});

describe("facts", () => {
  it("are the unit and the date of an empty script's answer", async () => {
    const { hot, server } = await hotWith(() => whole("[]", UNIT + DATE));
    expect(await hot.facts()).toEqual({
      timeUnit: "us",
      dateMs: Date.UTC(2026, 10, 10, 12),
    });
    expect(server.requests[0]?.head).toMatch(/^POST \/api\/v0\/exec/);
    expect(server.requests[0]?.body).toBe("");
  });

  it("come from the script's clock where the answer has no date", async () => {
    const { hot } = await hotWith(({ body }) =>
      body.includes("NOW") ? whole('["1790000000000"]') : whole("[]", UNIT),
    );
    expect(await hot.facts()).toEqual({ timeUnit: "us", dateMs: 1_790_000_000_000 });
  });

  it("are an error where the unit is missing or odd", async () => {
    for (const unit of ["", "X-Warp10-Timeunit: 1\r\n", "X-Warp10-Timeunit: us\r\n"]) {
      const { hot } = await hotWith(() => whole("[]", unit + DATE));
      await expect(hot.facts()).rejects.toMatchObject({ code: "unreadable" });
    }
  });

  it("include the version", async () => {
    const { hot } = await hotWith(() => whole('["3.5.0"]'));
    expect(await hot.version()).toBe("3.5.0");
    const { hot: odd } = await hotWith(() => whole("[3]"));
    await expect(odd.version()).rejects.toMatchObject({ code: "unreadable" });
  });
});

describe("token facts", () => {
  const answer = (json: unknown) => hotWith(() => whole(JSON.stringify([json])));

  it("of a read token, as recorded", async () => {
    const { hot, server } = await answer({
      type: "READ",
      issuance: 0,
      expiry: 4_000_000_000_000,
      application: "conf",
      apps: ["conf"],
      attributes: { ".expose": "true", ".cap:limits": "" },
    });
    expect(await hot.tokenFacts()).toEqual({
      type: "READ",
      expiryMs: 4_000_000_000_000,
      applications: ["conf"],
      owners: [],
      producers: [],
      attributes: { ".expose": "true", ".cap:limits": "" },
    });
    const [request] = server.requests;
    expect(request?.body).not.toContain("read-token-text");
    expect(request?.head).toContain("X-Warp10-ExposeHeaders: h");
    expect(request?.head).toContain("X-Warp10-Capabilities: read-token-text");
  });

  it("of a write token, as recorded", async () => {
    const { hot } = await answer({
      type: "WRITE",
      issuance: 0,
      expiry: 4_000_000_000_000,
      application: "conf",
      attributes: { ".maxpast": "3888000000" },
      limits: {},
    });
    expect(await hot.tokenFacts()).toMatchObject({
      type: "WRITE",
      applications: ["conf"],
      attributes: { ".maxpast": "3888000000" },
    });
  });

  it("without attributes, applications or expiry", async () => {
    const { hot } = await answer({ type: "READ", application: "conf" });
    expect(await hot.tokenFacts()).toMatchObject({
      applications: [],
      attributes: undefined,
      expiryMs: undefined,
    });
  });

  it.each([
    [
      { ReadTokenDecodeError: "Token Expired.", WriteTokenDecodeError: "Invalid token." },
      /expired/,
    ],
    [{ ReadTokenDecodeError: "Invalid token.", WriteTokenDecodeError: "Invalid token." }, /none/],
  ])("are a refusal for a token that does not work", async (json, message) => {
    const { hot } = await answer(json);
    const failure: unknown = await hot.tokenFacts().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "not-authorised",
      message: expect.stringMatching(message),
    });
  });

  it("are asked without capabilities where the server takes none from this token", async () => {
    const { hot, server } = await hotWith(({ head }) =>
      head.includes("X-Warp10-Capabilities")
        ? errorPage("500 Server Error", "invalid token.")
        : whole('[{"type":"WRITE","application":"conf"}]'),
    );
    expect(await hot.tokenFacts()).toMatchObject({ type: "WRITE" });
    expect(server.requests).toHaveLength(2);
  });

  it.each(["[]", "[1]", '[{"type":"OTHER"}]', "[{},{}]", "[{}]"])(
    "are no guess: %s",
    async (json) => {
      const { hot } = await hotWith(() => whole(json));
      await expect(hot.tokenFacts()).rejects.toMatchObject({ code: "unreadable" });
    },
  );
});
