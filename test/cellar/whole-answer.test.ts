// What the store's HTTP client makes of answers that no S3 server of ours gives.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Dispatcher } from "undici";
import { openClient, type StoreClient } from "../../src/cellar/client.ts";
import { placeOf } from "../../src/cellar/place.ts";
import { NoWholeAnswer, wholeAnswer } from "../../src/cellar/whole-answer.ts";
import { rejected } from "../support/values.ts";

/** A client of a server that answers every request by these words. */
async function clientOf(answer: (socket: Socket) => void): Promise<StoreClient> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => answer(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // What listening on a port gives.
  const { port } = server.address() as AddressInfo;
  const place = placeOf({ endpoint: `http://127.0.0.1:${port}`, bucket: "cold", prefix: "" });
  const client = openClient({ place, accessKeyId: "a", secretAccessKey: "b", clock: Date });
  onTestFinished(async () => {
    await client.close();
    server.close();
  });
  return client;
}

const get = { method: "GET", key: "k" } as const;

describe("an answer", () => {
  test("behind interim ones is the one that counts", async () => {
    const client = await clientOf((socket) => {
      socket.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: 1\r\nX-A: 2\r\n\r\nabc");
    });
    const { status, headers, body } = await client.send(get);
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: "abc" });
    expect(headers).toMatchObject({ "content-length": "3", "x-a": "1, 2" });
  });

  test("in chunks, cut anywhere, is put together", async () => {
    const client = await clientOf((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
      setTimeout(() => socket.write("1\r\nc\r\n0\r\n\r\n"), 5);
    });
    const { headers, body } = await client.send(get);
    expect(body.toString()).toBe("abc");
    expect(headers).not.toHaveProperty("content-length");
  });

  test("to a HEAD has no body, whatever length it names", async () => {
    const client = await clientOf((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
    });
    expect((await client.send({ method: "HEAD", key: "k" })).body).toHaveLength(0);
  });

  test.each([
    ["announced", `Content-Length: ${64 * 1024 * 1024 + 1}\r\n\r\n`],
    [
      "in chunks",
      `Transfer-Encoding: chunked\r\n\r\n4000001\r\n${"x".repeat(64 * 1024 * 1024 + 1)}`,
    ],
  ])("of more than 64 MiB, %s, is refused", async (_, rest) => {
    const client = await clientOf((socket) => socket.write(`HTTP/1.1 200 OK\r\n${rest}`));
    expect(await rejected(client.send(get))).toMatchObject({ code: "limit", retryable: false });
  });

  test("that breaks off is no answer, with what came before", async () => {
    const client = await clientOf((socket) => {
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
    });
    expect(await rejected(client.send(get))).toMatchObject({ code: "incomplete-read" });
  });

  test("that never begins is a network failure", async () => {
    const client = await clientOf((socket) => socket.destroy());
    expect(await rejected(client.send(get))).toMatchObject({ code: "network", retryable: true });
  });
});

describe("giving up", () => {
  test.each([
    ["before the head", ""],
    ["in the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"],
  ])("%s ends the call with the signal's reason", async (_, begun) => {
    const controller = new AbortController();
    const client = await clientOf((socket) => {
      socket.write(begun);
      setTimeout(() => controller.abort(new Error("enough")), 20);
    });
    const call = client.send({ ...get, signal: controller.signal });
    expect(await rejected(call)).toMatchObject({ code: "interrupted" });
  });

  test("beforehand sends nothing", async () => {
    let asked = 0;
    const client = await clientOf(() => asked++);
    const call = client.send({ ...get, signal: AbortSignal.abort(new Error("enough")) });
    expect(await rejected(call)).toMatchObject({ code: "interrupted" });
    expect(asked).toBe(0);
  });
});

test("a body shorter than announced is no answer, though a library would take it", async () => {
  const short = {
    dispatch(_: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
      const controller = { abort: () => undefined } as unknown as Dispatcher.DispatchController;
      handler.onRequestStart?.(controller, {});
      handler.onResponseStart?.(controller, 200, { "content-length": "5" });
      handler.onResponseData?.(controller, Buffer.from("abc"));
      handler.onResponseEnd?.(controller, {});
      return true;
    },
  } as unknown as Dispatcher;
  const asked = { path: "/", method: "GET" } as const;
  const answer = wholeAnswer(short, asked, { method: "GET" }, "the store");
  const thrown: unknown = await answer.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(NoWholeAnswer);
  expect(thrown).toMatchObject({
    began: true,
    cause: { code: "incomplete-read", message: "3 of 5 bytes came from the store" },
  });
});
