import { describe, expect, onTestFinished, test } from "vitest";
import { startCellar } from "../../sim/cellar/server.ts";
import { dryRun } from "../../src/cellar/dry-run.ts";
import { openCellar } from "../../src/cellar/s3.ts";

async function stage() {
  const nowMs = 1_800_000_000_000;
  const sim = await startCellar({ buckets: ["cold"], now: () => nowMs });
  const { url: endpoint, accessKeyId, secretAccessKey } = sim;
  const cellar = openCellar({
    endpoint,
    accessKeyId,
    secretAccessKey,
    bucket: "cold",
    clock: { now: () => nowMs },
  });
  onTestFinished(async () => {
    await cellar.close();
    await sim.close();
  });
  return { sim, cellar, dry: dryRun(cellar), nowMs };
}

const keys = async (list: AsyncIterable<{ key: string }>): Promise<string[]> =>
  (await Array.fromAsync(list)).map(({ key }) => key);

describe("a dry run", () => {
  test("finds what it wrote, and the store has none of it", async () => {
    const { sim, cellar, dry, nowMs } = await stage();
    const bytes = Buffer.from("hello");
    await dry.put("b", bytes);
    bytes.fill(0);
    const found = await dry.get("b");
    expect(Buffer.from(found?.bytes ?? []).toString()).toBe("hello");
    expect(found?.lastModifiedMs).toBe(nowMs);
    expect(await cellar.get("b")).toBeUndefined();
    expect(sim.requests.count("PutObject")).toBe(0);
  });

  test("lists both in order, and reads what the store has", async () => {
    const { cellar, dry } = await stage();
    for (const key of ["x/a", "x/c", "x/e"]) await cellar.put(key, Buffer.from(key));
    for (const key of ["x/f", "x/b", "x/\u{1F600}", "x/\uffee", "y"]) {
      await dry.put(key, Buffer.from(key));
    }
    expect(await keys(dry.list("x/"))).toEqual(
      ["a", "b", "c", "e", "f", "\uffee", "\u{1F600}"].map((name) => `x/${name}`),
    );
    expect(await keys(cellar.list(""))).toEqual(["x/a", "x/c", "x/e"]);
    expect(Buffer.from((await dry.get("x/c"))?.bytes ?? []).toString()).toBe("x/c");
    expect(await dry.get("x/d")).toBeUndefined();
  });

  test("a key that exists is blocked, wherever it lies", async () => {
    const { cellar, dry } = await stage();
    await cellar.put("there", Buffer.from("1"));
    await dry.put("here", Buffer.from("1"));
    const blocked = { code: "blocked" };
    await expect(dry.put("there", Buffer.from("2"))).rejects.toMatchObject(blocked);
    await expect(dry.put("here", Buffer.from("2"))).rejects.toMatchObject(blocked);
  });

  test("a key that turns up at the store meanwhile is listed once", async () => {
    const { cellar, dry } = await stage();
    await dry.put("k", Buffer.from("mine"));
    await cellar.put("k", Buffer.from("theirs"));
    expect(await keys(dry.list(""))).toEqual(["k"]);
  });

  test("failures of reads come through", async () => {
    const { sim, dry } = await stage();
    sim.faults.push({ kind: "refuse", status: 503, code: "SlowDown", times: Infinity });
    await expect(dry.put("k", Buffer.from("1"))).rejects.toMatchObject({ code: "server" });
    await expect(dry.get("k")).rejects.toMatchObject({ code: "server", retryable: true });
  });
});
