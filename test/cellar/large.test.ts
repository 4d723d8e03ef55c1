// Multipart uploads and reads by ranges on the stand-in of Pacific: whole, resumed, and under every
// fault that once lost an object.
import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { startCellar, type CellarSim } from "../../sim/cellar/server.ts";
import type { LargeCold } from "../../src/cellar/large.ts";
import { hashObject } from "../../src/cellar/read-large.ts";
import { openCellar } from "../../src/cellar/s3.ts";
import {
  type LargeSource,
  PART_BYTES,
  partBytesFor,
  type Uploaded,
  uploadLarge,
} from "../../src/cellar/upload.ts";
import { retrying } from "../../src/runtime/retry.ts";

const MIB = 1024 * 1024;
const PART = 5 * MIB;
/** Three parts, the last one short. */
const BYTES = Buffer.alloc(12 * MIB + 345, "points of a file ");
const SHA256 = createHash("sha256").update(BYTES).digest("hex");

const atOnce = { now: () => 0, sleep: () => Promise.resolve() };
const policy = { type: "constant", intervalMs: 1, maxIntervalMs: 1 } as const;
const retry = retrying({ ...policy, maxAttempts: 4, maxDurationMs: 1e9 }, atOnce, () => 0.5);

const source = (bytes: Buffer = BYTES): LargeSource => ({
  bytes: bytes.length,
  read: async (from, length) => bytes.subarray(from, from + length),
});

async function stage(): Promise<{ sim: CellarSim; large: LargeCold }> {
  const sim = await startCellar({ buckets: ["cold"] });
  const { url: endpoint, accessKeyId, secretAccessKey } = sim;
  const keys = { accessKeyId, secretAccessKey };
  const cellar = openCellar({ endpoint, bucket: "cold", prefix: "p", ...keys, clock: Date });
  onTestFinished(async () => {
    await cellar.close();
    await sim.close();
  });
  return { sim, large: cellar.large };
}

const send = (large: LargeCold, upload: string, from = source()): Promise<Uploaded> =>
  uploadLarge(large, from, { key: "f", upload, partBytes: PART, retry });

describe("an upload", () => {
  test("arrives whole, and reads back by ranges", async () => {
    const { large } = await stage();
    const sent = await send(large, await large.beginUpload("f"));
    expect(sent).toEqual({ bytes: BYTES.length, sha256: SHA256, resumed: 0 });
    expect(await hashObject(large, "f")).toEqual({ bytes: BYTES.length, sha256: SHA256 });
    expect(await hashObject(large, "other")).toBeUndefined();
  });

  test("goes on where another process stopped, and sends again what differs", async () => {
    const { sim, large } = await stage();
    const upload = await large.beginUpload("f");
    await large.putPart("f", upload, 1, BYTES.subarray(0, PART));
    await large.putPart("f", upload, 2, Buffer.alloc(PART, "another file"));
    expect((await send(large, upload)).resumed).toBe(1);
    expect((await hashObject(large, "f"))?.sha256).toBe(SHA256);
    expect(sim.requests.count("UploadPart")).toBe(4);
  });

  test.each([
    ["a part's answer is lost", { kind: "lost-answer", op: "UploadPart", times: 2 }],
    ["a completion's answer is lost", { kind: "lost-answer", op: "CompleteMultipartUpload" }],
    ["a completion says Error in a 200", { kind: "error-in-200", op: "CompleteMultipartUpload" }],
    ["the store is busy", { kind: "refuse", status: 503, code: "SlowDown", op: "UploadPart" }],
  ] as const)("survives when %s, and never aborts", async (_name, fault) => {
    const { sim, large } = await stage();
    sim.faults.push(fault);
    const sent = await send(large, await large.beginUpload("f"));
    expect(sent.sha256).toBe(SHA256);
    expect(await hashObject(large, "f")).toEqual({ bytes: BYTES.length, sha256: SHA256 });
    expect(sim.faults.struck.length).toBeGreaterThan(0);
    expect(sim.requests.count("AbortMultipartUpload")).toBe(0);
  });

  test("of a source that ends early fails, and leaves no object", async () => {
    const { large } = await stage();
    const short = { ...source(BYTES.subarray(0, 7 * MIB)), bytes: BYTES.length };
    const failed = send(large, await large.beginUpload("f"), short);
    await expect(failed).rejects.toMatchObject({ code: "incomplete-read" });
    expect(await hashObject(large, "f")).toBeUndefined();
  });

  test("that was taken away is told from one that is fresh", async () => {
    const { large } = await stage();
    await expect(send(large, "2~nobody")).rejects.toMatchObject({ code: "blocked" });
  });

  test("a byte that changed in the store is found by the read-back", async () => {
    const { sim, large } = await stage();
    await send(large, await large.beginUpload("f"));
    const stored = sim.objects("cold").get("p/f")?.bytes;
    if (stored) stored[9 * MIB] = 0;
    expect(await hashObject(large, "f")).toMatchObject({ bytes: BYTES.length });
    expect((await hashObject(large, "f"))?.sha256).not.toBe(SHA256);
  });
});

test("parts are 16 MiB, and more only where there would be too many", () => {
  expect(partBytesFor(1)).toBe(PART_BYTES);
  expect(partBytesFor(156 * 1024 * MIB)).toBe(PART_BYTES);
  const huge = 1024 * 1024 * MIB;
  expect(partBytesFor(huge) % MIB).toBe(0);
  expect(Math.ceil(huge / partBytesFor(huge))).toBeLessThanOrEqual(10_000);
});
