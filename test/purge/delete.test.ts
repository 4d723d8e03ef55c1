import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { openDeleter } from "../../src/purge/delete.ts";
import { issueWarrant, WARRANT_LIFE_MS } from "../../src/purge/warrant.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { chunk, errorPage, type Reply, startRawServer, whole } from "../faults/raw-server.ts";
import { NOW_MS, OCTOBER, warrantFacts } from "./warrants.ts";

const TOKEN = "delete-token-text";
const TARGET =
  "selector=conf.a%7Bk%3Dv%7D&start=1790812800000000&end=1793491199999999&showerrors=true";
const LISTED = "conf.a{k=v,.app=conf}{}\r\nconf.a{k=v,x=y}{}\r\n";
const SERIES = [
  { className: "conf.a", labels: { k: "v", ".app": "conf" }, attributes: {} },
  { className: "conf.a", labels: { k: "v", x: "y" }, attributes: {} },
];
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function deleterAt(reply: Reply) {
  const server = await startRawServer(reply);
  const deleter = openDeleter({ url: server.url, deleteToken: TOKEN, clock: systemClock });
  open.push(
    () => deleter.close(),
    () => server.close(),
  );
  return { server, deleter, warrant: issueWarrant(warrantFacts({ server: server.url })) };
}

const always =
  (answer: string): Reply =>
  (socket) =>
    socket.end(answer);

describe("a dry run", () => {
  it("says dryrun first, and then exactly what a delete says", async () => {
    const { server, deleter } = await deleterAt(always(whole(LISTED)));
    expect(await Array.fromAsync(deleter.dryRun("conf.a{k=v}", OCTOBER))).toEqual(SERIES);
    const [request] = server.requests;
    expect(request?.body).toBe(`dryrun=true&${TARGET}`);
    expect(request?.head.split("\r\n")[0]).toBe("POST /api/v0/delete HTTP/1.1");
    expect(request?.head).toContain(`X-Warp10-Token: ${TOKEN}`);
  });

  it("throws for every failure: it is no empty list", async () => {
    const answers = [
      errorPage("500 Server Error", "Invalid token."),
      errorPage("503 Busy", ""),
      `${CHUNKED}${chunk(LISTED)}`,
      whole(`${LISTED}conf.b{`),
      whole(`${LISTED}\n# ERROR: x\n`),
    ];
    for (const answer of answers) {
      const { deleter } = await deleterAt(always(answer));
      const listing = Array.fromAsync(deleter.dryRun("conf.a{k=v}", OCTOBER));
      await expect(listing).rejects.toThrow(CellarmanError);
    }
  });

  it.each(["", "a", "a{} b{}", "{}", "a{}\n"])(
    "is not sent for the selector %j",
    async (selector) => {
      const { server, deleter } = await deleterAt(always(whole("")));
      expect(() => deleter.dryRun(selector, OCTOBER)).toThrow(CellarmanError);
      expect(server.requests).toHaveLength(0);
    },
  );
});

describe("a delete", () => {
  it("is one POST of exactly these bytes", async () => {
    const { server, deleter, warrant } = await deleterAt(always(whole(LISTED)));
    expect(await deleter.remove(warrant, NOW_MS)).toEqual({ outcome: "complete", series: SERIES });
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request?.head.split("\r\n")).toEqual([
      "POST /api/v0/delete HTTP/1.1",
      `host: ${server.url.slice("http://".length)}`,
      "connection: close",
      `X-Warp10-Token: ${TOKEN}`,
      "Content-Type: application/x-www-form-urlencoded",
      "Accept-Encoding: identity",
      `content-length: ${TARGET.length}`,
    ]);
    expect(request?.body).toBe(TARGET);
  });

  it("answers with no series when the server matched none", async () => {
    const { deleter, warrant } = await deleterAt(always(whole("")));
    expect(await deleter.remove(warrant, NOW_MS)).toEqual({ outcome: "complete", series: [] });
  });

  it.each<[string, Reply]>([
    ["a closed connection", (socket) => socket.destroy()],
    ["a cut answer", always(`${CHUNKED}${chunk(LISTED)}`)],
    ["an answer that ends in a line", always(whole(`${LISTED}conf.b{`))],
    ["an answer with an in-band error", always(whole(`${LISTED}\n# ERROR: disk\n`))],
    ["an answer without length or chunks", always(`HTTP/1.1 200 OK\r\n\r\n${LISTED}`)],
    ["an answer that is no listing", always(whole("<html>welcome</html>\n"))],
    ["502", always(errorPage("502 Bad Gateway", ""))],
    ["503", always(errorPage("503 Service Unavailable", ""))],
    ["504", always(errorPage("504 Gateway Timeout", ""))],
    ["408", always(errorPage("408 Request Timeout", ""))],
    ["429", always(errorPage("429 Too Many Requests", ""))],
    ["500 in the middle", always(errorPage("500 Server Error", "Error when deleting data: disk"))],
    ["a redirect", always(whole("", "Location: /api/v0/delete\r\n", "307 Temporary Redirect"))],
  ])("takes %s for no answer, and sends nothing more", async (_name, reply) => {
    const { server, deleter, warrant } = await deleterAt(reply);
    expect(await deleter.remove(warrant, NOW_MS)).toMatchObject({
      outcome: "no-answer",
      reason: expect.stringMatching(/./),
    });
    expect(server.requests).toHaveLength(1);
  });

  it("takes a server that is not there for no answer", async () => {
    const { server, deleter, warrant } = await deleterAt(always(""));
    await server.close();
    expect(await deleter.remove(warrant, NOW_MS)).toMatchObject({ outcome: "no-answer" });
  });

  it("takes a deadline for no answer: the server may go on", async () => {
    const { deleter, warrant } = await deleterAt(() => undefined);
    const answer = await deleter.remove(warrant, NOW_MS, { deadlineMs: 50, stallMs: 10 });
    expect(answer).toMatchObject({ outcome: "no-answer", reason: expect.stringMatching(/50 ms/) });
  });

  it("is not given up while the server works in silence", async () => {
    const { deleter, warrant } = await deleterAt((socket) =>
      setTimeout(() => socket.end(whole(LISTED)), 150),
    );
    const answer = await deleter.remove(warrant, NOW_MS, { stallMs: 20 });
    expect(answer.outcome).toBe("complete");
  });

  it.each([
    ["500 Server Error", "Invalid token."],
    ["500 Server Error", "Token Expired."],
    ["500 Server Error", "Invalid write token for deletion."],
    ["500 Server Error", "Token cannot be used for deletions."],
    ["500 Server Error", "Missing token."],
    ["403 Forbidden", "off"],
    ["400 Bad Request", "standalone.delete.disable"],
    ["404 Not Found", ""],
  ])("knows a definite refusal: %s %s", async (status, message) => {
    const { deleter, warrant } = await deleterAt(always(errorPage(status, message)));
    expect(await deleter.remove(warrant, NOW_MS)).toMatchObject({ outcome: "refused" });
  });
});

describe("a warrant at the delete", () => {
  it("is used once, whatever the answer", async () => {
    const { server, deleter, warrant } = await deleterAt((socket) => socket.destroy());
    await deleter.remove(warrant, NOW_MS);
    await expect(deleter.remove(warrant, NOW_MS)).rejects.toThrow(/used before/);
    expect(server.requests).toHaveLength(1);
  });

  it("is refused when it is dead, for another server or forged, and nothing is sent", async () => {
    const { server, deleter, warrant } = await deleterAt(always(whole("")));
    const other = issueWarrant(warrantFacts({ server: "http://127.0.0.1:2" }));
    const forged = { facts: warrant.facts, dead: () => false, spend: undefined };
    await expect(deleter.remove(warrant, NOW_MS + WARRANT_LIFE_MS)).rejects.toThrow(CellarmanError);
    await expect(deleter.remove(other, NOW_MS)).rejects.toThrow(/another server/);
    await expect(deleter.remove(forged as never, NOW_MS)).rejects.toThrow(TypeError);
    expect(server.requests).toHaveLength(0);
  });

  it("stays unused when the caller had aborted before", async () => {
    const { server, deleter, warrant } = await deleterAt(always(whole("")));
    const signal = AbortSignal.abort(new CellarmanError("interrupted", "stopped"));
    await expect(deleter.remove(warrant, NOW_MS, { signal })).rejects.toMatchObject({
      code: "interrupted",
    });
    expect(server.requests).toHaveLength(0);
    expect((await deleter.remove(warrant, NOW_MS)).outcome).toBe("complete");
  });
});

describe("the delete endpoint", () => {
  it("is named in one file of src/ alone", () => {
    const src = new URL("../../src/", import.meta.url);
    const files = readdirSync(src, { recursive: true, encoding: "utf8" });
    const naming = files
      .filter((name) => name.endsWith(".ts"))
      .filter((name) => /v0\/delete|["'`]\/delete/.test(readFileSync(new URL(name, src), "utf8")));
    expect(naming).toEqual(["purge/delete.ts"]);
  });

  it("cannot be told to delete everything", () => {
    const source = readFileSync(new URL("../../src/purge/delete.ts", import.meta.url), "utf8");
    const requests = source.split("\n").filter((line) => /\["|form\(/.test(line));
    expect(requests.join("\n")).not.toMatch(/deleteall|metaonly/);
  });
});
