// The adapter under every fault that the stand-in knows: never an error that looks like absence.
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { STORE_FULL, type CellarFault } from "../../sim/cellar/faults.ts";
import { startCellar, type CellarSim } from "../../sim/cellar/server.ts";
import { openCellar, type Cellar, type CellarOptions } from "../../src/cellar/s3.ts";

const BYTES = Buffer.alloc(100_000, "points");

interface Stage {
  readonly sim: CellarSim;
  readonly cellar: Cellar;
}

async function stage(more: Partial<CellarOptions> = {}): Promise<Stage> {
  const sim = await startCellar({ buckets: ["cold"] });
  const { url: endpoint, accessKeyId, secretAccessKey } = sim;
  const place = { endpoint, bucket: "cold", prefix: "p" };
  const cellar = openCellar({ ...place, accessKeyId, secretAccessKey, clock: Date, ...more });
  onTestFinished(async () => {
    await cellar.close();
    await sim.close();
  });
  return { sim, cellar };
}

const list = (cellar: Cellar) => Array.fromAsync(cellar.list(""));

describe("reading", () => {
  test.each<[string, CellarFault, string, boolean]>([
    ["503 storm", { kind: "refuse", status: 503, code: "SlowDown" }, "server", true],
    ["500", { kind: "refuse", status: 500, code: "InternalError" }, "server", true],
    ["429", { kind: "refuse", status: 429, code: "TooManyRequests" }, "server", true],
    ["400", { kind: "refuse", status: 400, code: "InvalidArgument" }, "server", false],
    ["404 of a proxy", { kind: "refuse", status: 404, code: "NotFound" }, "server", false],
    ["403", { kind: "refuse", status: 403, code: "AccessDenied" }, "not-authorised", false],
    ["redirect", { kind: "refuse", status: 301, code: "PermanentRedirect" }, "server", false],
    ["lost answer", { kind: "lost-answer" }, "network", true],
    ["cut in the body", { kind: "cut", afterBytes: 10 }, "incomplete-read", true],
  ])("%s", async (_name, fault, code, retryable) => {
    const { sim, cellar } = await stage();
    await cellar.put("k", BYTES);
    for (const read of [() => cellar.get("k"), () => cellar.get("absent"), () => list(cellar)]) {
      sim.faults.push(fault);
      await expect(read()).rejects.toMatchObject({ code, retryable });
    }
    expect(sim.faults.struck).toHaveLength(3);
    expect((await cellar.get("k"))?.bytes).toHaveLength(BYTES.length);
  });

  test("a whole answer that is short is for the reader's digest to find", async () => {
    const { sim, cellar } = await stage();
    await cellar.put("k", BYTES);
    sim.faults.push({ kind: "short-body", bytes: 1 });
    expect((await cellar.get("k"))?.bytes).toHaveLength(BYTES.length - 1);
    sim.faults.push({ kind: "short-body", bytes: 1, op: "ListObjects" });
    await expect(list(cellar)).rejects.toMatchObject({ code: "unreadable" });
  });

  test("silence ends as stalled", async () => {
    const { sim, cellar } = await stage({ stallMs: 1000 });
    await cellar.put("k", BYTES);
    sim.faults.push({ kind: "stall" });
    await expect(cellar.get("k")).rejects.toMatchObject({ code: "stalled", retryable: true });
  });

  test("a listing that goes on without a token is refused", async () => {
    const { sim, cellar } = await stage();
    await cellar.put("k", BYTES);
    sim.faults.push({ kind: "list-without-token" });
    await expect(list(cellar)).rejects.toMatchObject({ code: "incomplete-read" });
  });

  test("a listing that ends early says nothing of it: keys decide, not listings", async () => {
    const { sim, cellar } = await stage();
    for (const key of ["a", "b", "c", "d"]) await cellar.put(key, BYTES);
    sim.faults.push({ kind: "list-short" }, { kind: "list-stale", staleMs: 60_000 });
    expect(await list(cellar)).toHaveLength(2);
    expect(await list(cellar)).toHaveLength(0);
    expect(await cellar.get("d")).toBeDefined();
  });

  test("what LIST finds and GET does not is absent to GET", async () => {
    const { sim, cellar } = await stage();
    sim.faults.push({ kind: "vanish" });
    await cellar.put("k", BYTES);
    expect(await list(cellar)).toHaveLength(1);
    expect(await cellar.get("k")).toBeUndefined();
  });

  test("an answer too large for an object of ours is not read", async () => {
    const { sim, cellar } = await stage();
    await cellar.put("k", BYTES);
    const object = sim.objects("cold").get("p/k");
    if (object) object.bytes = Buffer.alloc(64 * 1024 * 1024 + 1);
    await expect(cellar.get("k")).rejects.toMatchObject({ code: "limit", retryable: false });
    expect((await cellar.nowMs()) > 0).toBe(true);
  });
});

describe("writing", () => {
  test("a put whose answer is lost is not repeated; it may be there all the same", async () => {
    const { sim, cellar } = await stage();
    sim.faults.push({ kind: "lost-answer", op: "PutObject" });
    await expect(cellar.put("k", BYTES)).rejects.toMatchObject({ code: "network" });
    expect(sim.requests.count("PutObject")).toBe(1);
    await expect(cellar.put("k", BYTES)).rejects.toMatchObject({ code: "blocked" });
    expect(BYTES.equals((await cellar.get("k"))?.bytes ?? Buffer.of())).toBe(true);
  });

  test("an acknowledged put may be lost or garbled: only reading back tells", async () => {
    const { sim, cellar } = await stage();
    sim.faults.push({ kind: "dropped" });
    await cellar.put("dropped", BYTES);
    expect(await cellar.get("dropped")).toBeUndefined();
    sim.faults.push({ kind: "corrupted" });
    await cellar.put("garbled", BYTES);
    const found = (await cellar.get("garbled"))?.bytes;
    expect(found).toHaveLength(BYTES.length);
    expect(BYTES.equals(found ?? Buffer.of())).toBe(false);
  });

  test("a 200 that says <Error> is a failure", async () => {
    const { sim, cellar } = await stage();
    sim.faults.push({ kind: "error-in-200" });
    await expect(cellar.put("k", BYTES)).rejects.toMatchObject({ code: "server", retryable: true });
    expect(await cellar.get("k")).toBeUndefined();
  });

  test("a full store: puts stall and end, reads go on", async () => {
    const { sim, cellar } = await stage({ stallMs: 1000 });
    await cellar.put("before", BYTES);
    sim.faults.push(STORE_FULL);
    const stalled = expect(cellar.put("k", Buffer.from("small"))).rejects.toMatchObject({
      code: "stalled",
    });
    expect(await cellar.get("before")).toBeDefined();
    await stalled;
    sim.faults.clear();
    await cellar.put("after", BYTES);
  });

  test("more than 64 MiB is refused before anything is sent", async () => {
    const { sim, cellar } = await stage();
    const large = Buffer.alloc(64 * 1024 * 1024 + 1);
    await expect(cellar.put("k", large)).rejects.toMatchObject({ code: "limit" });
    expect(sim.requests.total).toBe(0);
  });

  test("hostile keys never leave", async () => {
    const { sim, cellar } = await stage();
    await expect(cellar.put("a/../b", BYTES)).rejects.toMatchObject({ code: "internal" });
    await expect(cellar.put("k".repeat(1023), BYTES)).rejects.toMatchObject({ code: "internal" });
    await expect(cellar.get("/k")).rejects.toMatchObject({ code: "internal" });
    expect(sim.requests.total).toBe(0);
  });
});

describe("giving up", () => {
  test("a signal ends a call at once, with its reason", async () => {
    const { sim, cellar } = await stage();
    sim.faults.push({ kind: "stall", times: Infinity });
    const controller = new AbortController();
    const call = cellar.get("k", controller.signal);
    setTimeout(() => controller.abort(new Error("SIGTERM")), 50);
    await expect(call).rejects.toMatchObject({ code: "interrupted", retryable: false });
    await expect(cellar.put("k", BYTES, controller)).rejects.toMatchObject({ code: "interrupted" });
  });

  test("nobody listens: network, retryable", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const address = probe.address();
    await new Promise((resolve) => probe.close(resolve));
    const port = typeof address === "object" && address ? address.port : 1;
    const { cellar } = await stage({ endpoint: `http://127.0.0.1:${port}` });
    await expect(cellar.get("k")).rejects.toMatchObject({
      code: "network",
      retryable: true,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});
