import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/runtime/clock.ts";
import { openHot } from "../../../src/warp10/client.ts";
import { stringLiteral } from "../../../src/warp10/literals.ts";
import {
  countScript,
  overreach,
  SERVER_CLOCK,
  TOKEN_INFO,
  VERSION,
} from "../../../src/warp10/scripts.ts";
import { errorPage, type RawRequest, startRawServer, whole } from "../../faults/raw-server.ts";

const RANGE = { start: -1n, end: 99n };
const TOKEN_ANSWER = '[{"type":"READ","application":"conf","apps":["conf"]}]';
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const fetched = (points: string) => `X-Warp10-Fetched: ${points}\r\n`;
const refusal = (word: string, said: string) =>
  errorPage("500 Server Error", `ERROR line #1: Exception at '=>${word}<=' (${word} ${said})`);

/** Answers what a count asks first as recorded, and the count with `answer`. */
async function hotCounting(answer: string, tokenAnswer = TOKEN_ANSWER) {
  const counts: RawRequest[] = [];
  const server = await startRawServer((socket, request) => {
    const { body } = request;
    if (body.includes("TOKENINFO")) return socket.write(whole(tokenAnswer));
    if (/^\d+ LIMIT$/.test(body)) {
      return socket.write(refusal("LIMIT", "cannot extend limit past 2000000"));
    }
    if (/^\d+ MAXOPS$/.test(body)) return socket.write(whole("[]"));
    if (/^\d+ MAXGTS$/.test(body)) {
      return socket.write(refusal("MAXGTS", "missing capability 'maxgts' or 'limits'."));
    }
    counts.push(request);
    return socket.write(answer);
  });
  const hot = openHot({ url: server.url, readToken: "read-token-text", clock: systemClock });
  open.push(
    () => hot.close(),
    () => server.close(),
  );
  return { hot, server, counts };
}

const wholeCount = whole('["cellarman.count.end","8","3"]', fetched("8"));

describe("a count", () => {
  it("is a script whose end mark, counts and header agree", async () => {
    const { hot, counts } = await hotCounting(wholeCount);
    expect(await hot.count("a{}", RANGE)).toEqual({ series: 3n, points: 8n });
    expect(counts[0]?.head).toContain("X-Warp10-Token: read-token-text");
    expect(counts[0]?.head).toContain("X-Warp10-Capabilities: read-token-text");
    expect(counts[0]?.body).not.toContain("read-token-text");
  });

  it("may exceed what a double holds", async () => {
    const points = "9007199254740993";
    const answer = whole(`["cellarman.count.end","${points}","1"]`, fetched(points));
    const { hot } = await hotCounting(answer);
    expect(await hot.count("a{}", RANGE)).toEqual({ series: 1n, points: 9_007_199_254_740_993n });
  });

  it("raises the limits to what the token may, once per process", async () => {
    const { hot, server, counts } = await hotCounting(wholeCount);
    await hot.count("a{}", RANGE);
    await hot.count("a{}", RANGE);
    expect(counts[0]?.body).toContain("2000000 LIMIT 9223372036854775807 MAXOPS\n");
    expect(server.requests).toHaveLength(4 + 2);
    expect(await hot.grantedLimits()).toEqual({
      points: 2_000_000n,
      operations: 9_223_372_036_854_775_807n,
      series: undefined,
    });
  });

  it.each([
    ["without its end mark", whole('["8","3"]', fetched("8"))],
    ["with more on the stack", whole('["cellarman.count.end","8","3","1"]', fetched("8"))],
    ["of points fetched but not counted", whole('["cellarman.count.end","8","3"]', fetched("9"))],
    ["without the header that proves it", whole('["cellarman.count.end","8","3"]')],
    ["in bare numbers", whole('["cellarman.count.end",8,3]', fetched("8"))],
    ["below zero", whole('["cellarman.count.end","-8","3"]', fetched("-8"))],
    ["cut in its JSON", whole('["cellarman.count.end","8"', fetched("8"))],
    ["that is no list", whole('{"points":"8"}', fetched("8"))],
    ["with a bare NaN", whole('["cellarman.count.end","8",NaN]', fetched("8"))],
    ["that is empty", whole("", fetched("8"))],
  ])("is refused %s", async (_name, answer) => {
    const { hot } = await hotCounting(answer);
    await expect(hot.count("a{}", RANGE)).rejects.toMatchObject({
      code: "incomplete-read",
      retryable: true,
    });
  });

  it("says which capability is missing when a limit is too low", async () => {
    const said = "FETCH exceeded limit of 1000 datapoints, current count is 12322.";
    const { hot } = await hotCounting(errorPage("500 Server Error", said));
    await expect(hot.count("a{}", RANGE)).rejects.toMatchObject({
      code: "limit",
      hint: expect.stringContaining(".cap:limit"),
    });
  });

  it("is made series by series only with a token of exactly one application", async () => {
    for (const [apps, byGts] of [
      [["conf"], true],
      [["a", "b"], false],
      [[], false],
    ] as const) {
      const token = JSON.stringify([{ type: "READ", application: "conf", apps }]);
      const { hot, counts } = await hotCounting(wholeCount, token);
      await hot.count("a{}", RANGE);
      expect(counts[0]?.body.includes("'gts'")).toBe(byGts);
    }
  });

  it("asks again for the token's facts after a failure", async () => {
    const { hot, server } = await hotCounting(wholeCount, "[1]");
    await expect(hot.count("a{}", RANGE)).rejects.toMatchObject({ code: "unreadable" });
    await expect(hot.count("a{}", RANGE)).rejects.toMatchObject({ code: "unreadable" });
    expect(server.requests.filter(({ body }) => body.includes("TOKENINFO"))).toHaveLength(2);
  });

  it("refuses reversed bounds: a script would swap them", async () => {
    const { hot } = await hotCounting(wholeCount);
    await expect(hot.count("a{}", { start: 2n, end: 1n })).rejects.toMatchObject({
      code: "internal",
    });
  });

  it("is not cut by a stall limit: a script is silent until its end", async () => {
    const server = await startRawServer((socket, { body }) => {
      const answer = body.includes("TOKENINFO") ? whole(TOKEN_ANSWER) : wholeCount;
      setTimeout(() => socket.write(answer), 150);
    });
    const hot = openHot({ url: server.url, readToken: "read-token-text", clock: systemClock });
    open.push(
      () => hot.close(),
      () => server.close(),
    );
    expect(await hot.count("a{}", RANGE, { stallMs: 30 })).toEqual({ series: 3n, points: 8n });
    await expect(hot.count("a{}", RANGE, { deadlineMs: 30 })).rejects.toMatchObject({
      code: "stalled",
    });
  });
});

describe("a literal", () => {
  it("is data whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const literal = stringLiteral(text);
        expect(literal).toMatch(/^'[A-Za-z0-9_.%-]*'$/);
        expect(decodeURIComponent(literal.slice(1, -1))).toBe(text);
      }),
    );
    expect(stringLiteral("a'b %\n")).toBe("'a%27b%20%25%0A'");
    expect(stringLiteral("~(a.*){k=é}")).toBe("'%7E%28a.%2A%29%7Bk%3D%C3%A9%7D'");
  });
});

describe("our scripts", () => {
  const granted = { points: 1n, operations: 1n, series: 1n };
  const scripts = [
    countScript({ selector: "a{}", range: RANGE, oneApplication: true, limits: granted }),
    countScript({ selector: "a{}", range: RANGE, oneApplication: false, limits: granted }),
    overreach("points"),
    overreach("operations"),
    overreach("series"),
    TOKEN_INFO,
    VERSION,
    SERVER_CLOCK,
  ];
  const wordsOf = (script: string) =>
    script
      .replaceAll(/'[^']*'/g, " ")
      .split(/\s+/)
      .filter((word) => word !== "" && !/^-?\d+$/.test(word) && !word.startsWith("$"));

  it("use only words that were recorded on a real server", () => {
    const folder = new URL("../../conformance/warp10/", import.meta.url);
    const recorded = new Set<string>();
    for (const name of readdirSync(folder).filter((n) => /^\d\d-.*\.json$/.test(n))) {
      const { steps } = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as {
        steps: { request: { path?: string; body?: string } }[];
      };
      for (const { request } of steps) {
        if (request.path?.includes("/exec") !== true) continue;
        for (const word of wordsOf(request.body ?? "")) recorded.add(word);
      }
    }
    for (const script of scripts) {
      for (const word of wordsOf(script)) expect(recorded).toContain(word);
    }
  });

  it("balance their brackets", () => {
    for (const script of scripts) {
      const words = wordsOf(script);
      for (const [left, right] of [
        ["<%", "%>"],
        ["{", "}"],
        ["[", "]"],
      ]) {
        const count = (wanted: string | undefined) => words.filter((w) => w === wanted).length;
        expect(count(left)).toBe(count(right));
      }
    }
  });
});
