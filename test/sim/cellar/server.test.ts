import { describe, expect, test } from "vitest";
import { READ_ONLY } from "../../../sim/cellar/protocol.ts";
import { startCellar } from "../../../sim/cellar/server.ts";
import { sendAny, texts, verdict } from "../../conformance/cellar/endpoint.ts";
import { staged } from "./stage.ts";

describe("the stand-in", () => {
  test("follows the clock it is given: Date, Last-Modified, skew", async () => {
    let nowMs = Date.parse("2026-03-01T12:00:00Z");
    const { sim, put, send } = await staged({ now: () => nowMs });
    await put("k", "1");
    nowMs += 40 * 86_400_000;
    const got = await send({ key: "k" });
    expect(got.headers).toMatchObject({
      date: "Fri, 10 Apr 2026 12:00:00 GMT",
      "last-modified": "Sun, 01 Mar 2026 12:00:00 GMT",
    });
    expect(sim.requests.recent.map(({ atMs }) => atMs)).toEqual([nowMs - 40 * 86_400_000, nowMs]);
  });

  test("holds keys to their prefixes and actions", async () => {
    const limited = { accessKeyId: "w", secretAccessKey: "ws" };
    const grants = [
      { actions: ["put"], prefixes: ["data/", "seals/"] },
      { actions: ["get", "list"] },
    ] as const;
    const { client, put } = await staged({ credentials: [{ ...limited, grants }] });
    await put("holds/1", "stop");
    const writer = client(limited);
    const body = Buffer.from("1");
    const tried = async (method: "PUT" | "GET" | "DELETE", key: string, query = {}) =>
      verdict(await sendAny(writer, { method, key, query, ...(method === "PUT" ? { body } : {}) }));
    expect(await tried("PUT", "data/1")).toBe("200");
    expect(await tried("PUT", "holds/2")).toBe("403 AccessDenied");
    expect(await tried("GET", "holds/1")).toBe("200");
    expect(await tried("GET", "", { "list-type": "2" })).toBe("200");
    expect(await tried("DELETE", "data/1")).toBe("403 AccessDenied");
    expect(await tried("GET", "", { lifecycle: "" })).toBe("403 AccessDenied");
  });

  test("counts and remembers what it was asked", async () => {
    const reader = { accessKeyId: "r", secretAccessKey: "rs", grants: READ_ONLY };
    const { sim, client, put, send } = await staged({ credentials: [reader] });
    await put("k", "12345");
    await client(reader).send({ method: "GET", key: "k" });
    await send({ query: { "list-type": "2" } });
    expect([sim.requests.total, sim.requests.count("GetObject")]).toEqual([3, 1]);
    expect(sim.requests.recent.map((one) => [one.operation, one.accessKeyId, one.status])).toEqual([
      ["PutObject", "cellar-sim", 200],
      ["GetObject", "r", 200],
      ["ListObjects", "cellar-sim", 200],
    ]);
    expect(sim.requests.recent[0]).toMatchObject({ key: "k", bytesIn: 5, bytesOut: 0 });
    sim.requests.reset();
    expect([sim.requests.total, sim.requests.recent.length]).toEqual([0, 0]);
  });

  test("lets a test see, tamper with and lose what it holds", async () => {
    const { sim, put, send } = await staged();
    await put("b", "2");
    await put("a", "1");
    expect([...sim.objects("bucket")].map(([key, { bytes }]) => [key, bytes.toString()])).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
    const object = sim.objects("bucket").get("a");
    if (object) object.bytes = Buffer.from("other");
    expect((await send({ key: "a" })).body.toString()).toBe("other");
    sim.lose("bucket", "a");
    expect(verdict(await send({ key: "a" }))).toBe("404 NoSuchKey");
    expect(texts(await send({ query: { "list-type": "2" } }), "Key")).toEqual(["b"]);
  });

  test("takes the port it is told, and gives it back", async () => {
    const first = await startCellar();
    const port = Number(new URL(first.url).port);
    await expect(startCellar({ port })).rejects.toThrow("EADDRINUSE");
    await first.close();
    const second = await startCellar({ port });
    expect(second.url).toBe(first.url);
    await second.close();
  });

  test("answers what is no request with 400, and goes on", async () => {
    const { sim, put } = await staged();
    expect((await fetch(`${sim.url}/bucket/%zz`)).status).toBe(400);
    expect((await fetch(`${sim.url}/bucket/k`, { method: "PATCH" })).status).toBe(405);
    expect(verdict(await put("k", "1"))).toBe("200");
  });
});
