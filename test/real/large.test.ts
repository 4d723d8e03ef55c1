// Large objects on the real gateway: multipart, resumed, completed more than once, read by ranges.
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashObject } from "../../src/cellar/read-large.ts";
import { type Cellar, openCellar } from "../../src/cellar/s3.ts";
import { type LargeSource, PART_BYTES, uploadLarge } from "../../src/cellar/upload.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { retrying } from "../../src/runtime/retry.ts";
import { RealWorld } from "./support/real-world.ts";

const policy = { type: "constant", intervalMs: 500, maxIntervalMs: 500 } as const;
const retry = retrying(
  { ...policy, maxAttempts: 5, maxDurationMs: 60_000 },
  systemClock,
  () => 0.5,
);

describe("a large object", () => {
  const bytes = randomBytes(2 * PART_BYTES + 12_345);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const source: LargeSource = {
    bytes: bytes.length,
    read: async (from, length) => bytes.subarray(from, from + length),
  };
  let world: RealWorld;
  let cellar: Cellar;
  beforeAll(async () => {
    world = await RealWorld.start();
    const { url: endpoint, accessKeyId, secretAccessKey } = world.store;
    const keys = { accessKeyId, secretAccessKey };
    cellar = openCellar({ endpoint, bucket: world.bucket, ...keys, clock: systemClock });
  });
  afterAll(async () => {
    await cellar?.close();
    await world?.close();
  });

  it("goes on where another process stopped, and reads back whole", async () => {
    const { large } = cellar;
    const upload = await large.beginUpload("f");
    await large.putPart("f", upload, 2, bytes.subarray(PART_BYTES, 2 * PART_BYTES));
    await large.putPart("f", upload, 1, Buffer.alloc(PART_BYTES, "another file"));
    const listed = await large.listParts("f", upload);
    expect(listed?.map((part) => [part.number, part.bytes])).toEqual([
      [1, PART_BYTES],
      [2, PART_BYTES],
    ]);
    const sent = await uploadLarge(large, source, {
      key: "f",
      upload,
      partBytes: PART_BYTES,
      retry,
    });
    expect(sent).toEqual({ bytes: bytes.length, sha256, resumed: 1 });
    expect(await hashObject(large, "f")).toEqual({ bytes: bytes.length, sha256 });
  });

  it("may be completed again: the same answer, the same object", async () => {
    const { large } = cellar;
    const upload = await large.beginUpload("g");
    const order = { key: "g", upload, partBytes: PART_BYTES, retry };
    await uploadLarge(large, source, order);
    const parts = [0, 1, 2].map((i) => {
      const part = bytes.subarray(i * PART_BYTES, (i + 1) * PART_BYTES);
      const md5 = createHash("md5").update(part).digest("hex");
      return { number: i + 1, bytes: part.length, md5 };
    });
    await large.completeUpload("g", upload, parts);
    expect(await large.listParts("g", upload)).toBeUndefined();
    expect(await hashObject(large, "g")).toEqual({ bytes: bytes.length, sha256 });
  });

  it("is absent by a definite answer alone", async () => {
    expect(await hashObject(cellar.large, "nothing")).toBeUndefined();
    await expect(cellar.large.getRange("f", bytes.length, 1)).rejects.toMatchObject({
      code: "server",
    });
  });
});
