import { setTimeout as sleep } from "node:timers/promises";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { texts, verdict } from "../../conformance/cellar/endpoint.ts";
import { staged, type Stage } from "./stage.ts";

const HOUR_MS = 3_600_000;
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** Begins an upload of one part; returns what completes and what aborts it. */
async function upload({ send }: Stage, key: string, text: string) {
  const begun = await send({ method: "POST", key, query: { uploads: "" } });
  const query = { uploadId: texts(begun, "UploadId")[0] ?? "" };
  const body = Buffer.from(text);
  await send({ method: "PUT", key, query: { ...query, partNumber: "1" }, body });
  const part = `<Part><PartNumber>1</PartNumber><ETag>"${md5(text)}"</ETag></Part>`;
  const xml = Buffer.from(`<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`);
  return {
    complete: () => send({ method: "POST", key, query, body: xml }),
    abort: () => send({ method: "DELETE", key, query }),
  };
}

describe("faults", () => {
  test("strike where and as often as told", async () => {
    const { sim, put } = await staged();
    const refuse = { kind: "refuse", status: 503, code: "SlowDown" } as const;
    sim.faults.push({ ...refuse, op: "PutObject", path: /^\/bucket\/data\//, after: 1, times: 2 });
    const keys = ["data/1", "other", "data/2", "data/3", "data/4"];
    const verdicts: string[] = [];
    for (const key of keys) verdicts.push(verdict(await put(key, "1")));
    expect(verdicts).toEqual(["200", "200", "503 SlowDown", "503 SlowDown", "200"]);
  });

  test("by chance, the same each time for one seed", async () => {
    const run = async (seed: number) => {
      const { sim, put } = await staged({ seed });
      const storm = { kind: "refuse", status: 503, code: "SlowDown" } as const;
      sim.faults.push({ ...storm, chance: 0.5, times: Infinity });
      const verdicts: number[] = [];
      for (let i = 0; i < 20; i += 1) verdicts.push((await put(`k${i}`, "1")).status);
      return verdicts;
    };
    const once = await run(7);
    expect(new Set(once)).toEqual(new Set([200, 503]));
    expect(await run(7)).toEqual(once);
    expect(await run(8)).not.toEqual(once);
  });

  test("vanish: later, GET answers 404 while HEAD and LIST still find it", async () => {
    let nowMs = 1_800_000_000_000;
    const { sim, put, send } = await staged({ now: () => nowMs });
    sim.faults.push({ kind: "vanish", afterMs: 2 * HOUR_MS });
    await put("k", "1");
    expect((await send({ key: "k" })).body.toString()).toBe("1");
    nowMs += 2 * HOUR_MS;
    expect(verdict(await send({ key: "k" }))).toBe("404 NoSuchKey");
    expect((await send({ method: "HEAD", key: "k" })).headers["content-length"]).toBe("1");
    expect(texts(await send({ query: { "list-type": "2" } }), "Key")).toEqual(["k"]);
  });

  test("an abort that races with a completion kills the object two hours later", async () => {
    let nowMs = 1_800_000_000_000;
    const stage = await staged({ now: () => nowMs });
    const { sim, send } = stage;
    sim.faults.push({ kind: "slow-complete", ms: 400, op: "CompleteMultipartUpload" });
    const { complete, abort } = await upload(stage, "k", "hello");
    const completing = complete();
    await sleep(50);
    expect(verdict(await complete())).toBe("500 InternalError");
    expect(verdict(await abort())).toBe("204");
    expect(verdict(await completing)).toBe("200");
    expect((await send({ key: "k" })).body.toString()).toBe("hello");
    nowMs += 2 * HOUR_MS;
    expect(verdict(await send({ key: "k" }))).toBe("404 NoSuchKey");
    expect((await send({ method: "HEAD", key: "k" })).status).toBe(200);
  });

  test("a lost completion can be repeated, a 200 with an error was none", async () => {
    const stage = await staged();
    const { complete } = await upload(stage, "k", "hello");
    stage.sim.faults.push({ kind: "error-in-200", op: "CompleteMultipartUpload" });
    expect(verdict(await complete())).toBe("200 InternalError");
    expect(verdict(await stage.send({ key: "k" }))).toBe("404 NoSuchKey");
    stage.sim.faults.push({ kind: "lost-answer", op: "CompleteMultipartUpload" });
    await expect(complete()).rejects.toMatchObject({ code: "network" });
    expect(verdict(await complete())).toBe("200");
    expect((await stage.send({ key: "k" })).body.toString()).toBe("hello");
  });

  test("a stalled request whose client left was never carried out", async () => {
    const { sim, send } = await staged();
    sim.faults.push({ kind: "stall", ms: 150 });
    const signal = AbortSignal.timeout(50);
    const put = { method: "PUT", key: "k", body: Buffer.from("1"), signal } as const;
    await expect(send(put)).rejects.toMatchObject({ code: "interrupted" });
    await sleep(200);
    expect(verdict(await send({ key: "k" }))).toBe("404 NoSuchKey");
    expect(sim.requests.recent[0]).toMatchObject({ operation: "PutObject", status: 0 });
  });

  test("a late answer was carried out at once", async () => {
    const { sim, put, send } = await staged();
    sim.faults.push({ kind: "late-answer", ms: 500, op: "PutObject" });
    const putting = put("k", "1");
    await sleep(80);
    expect((await send({ key: "k" })).body.toString()).toBe("1");
    expect(verdict(await putting)).toBe("200");
  });

  test("a stall ends with its time, and the request is carried out", async () => {
    const { sim, put } = await staged();
    sim.faults.push({ kind: "stall", ms: 60 });
    const began = performance.now();
    expect(verdict(await put("k", "1"))).toBe("200");
    expect(performance.now() - began).toBeGreaterThan(50);
  });
});
