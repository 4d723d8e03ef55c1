// Conformance: the port `Cold`, the probe and the AWS SDK on the same store.
import { randomBytes } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Listed } from "../../../src/cellar/cold.ts";
import { probeStore } from "../../../src/cellar/probe.ts";
import { openCellar, type Cellar, type CellarOptions } from "../../../src/cellar/s3.ts";
import { ground, type Endpoint, type Ground } from "./endpoint.ts";

const optionsOf = (it: Ground, more: Partial<CellarOptions> = {}): CellarOptions => ({
  endpoint: it.endpoint.url,
  accessKeyId: it.endpoint.accessKeyId,
  secretAccessKey: it.endpoint.secretAccessKey,
  bucket: it.bucket,
  prefix: "cold",
  clock: Date,
  ...more,
});

function opened(it: Ground, more: Partial<CellarOptions> = {}): Cellar {
  const cellar = openCellar(optionsOf(it, more));
  onTestFinished(() => cellar.close());
  return cellar;
}

async function listed(cellar: Cellar, prefix: string): Promise<Listed[]> {
  return Array.fromAsync(cellar.list(prefix));
}

export function adapterTests(open: () => Promise<Endpoint>): void {
  describe("the adapter", () => {
    const it = ground(open);

    test("put, get, list and the store's clock", async () => {
      const cellar = opened(it);
      const bytes = randomBytes(300_000);
      await cellar.put("data/é +%&/1", bytes, { contentType: "application/json" });
      await cellar.put("data/empty", Buffer.alloc(0));
      const found = await cellar.get("data/é +%&/1");
      expect(found && bytes.equals(found.bytes)).toBe(true);
      expect((await cellar.get("data/empty"))?.bytes).toHaveLength(0);
      const nowMs = await cellar.nowMs();
      expect(Math.abs(nowMs - Date.now())).toBeLessThan(20_000);
      expect(Math.abs((found?.lastModifiedMs ?? 0) - nowMs)).toBeLessThan(20_000);
      const entries = await listed(cellar, "data/");
      expect(entries.map(({ key, bytes: size }) => [key, size])).toEqual([
        ["data/empty", 0],
        ["data/é +%&/1", 300_000],
      ]);
      // A listing tells milliseconds, a GET's header only seconds.
      const second = (ms: number | undefined) => Math.floor((ms ?? 0) / 1000);
      expect(second(entries[1]?.lastModifiedMs)).toBe(second(found?.lastModifiedMs));
    });

    test("a second put of a key is blocked, and the first stays", async () => {
      const cellar = opened(it);
      await cellar.put("once", Buffer.from("first"));
      await expect(cellar.put("once", Buffer.from("second"))).rejects.toMatchObject({
        code: "blocked",
        retryable: false,
      });
      expect(Buffer.from((await cellar.get("once"))?.bytes ?? []).toString()).toBe("first");
    });

    test("only a missing key is absence", async () => {
      expect(await opened(it).get("absent")).toBeUndefined();
      const nowhere = opened(it, { bucket: `${it.bucket}-not` });
      const missing = { code: "store-missing", retryable: false };
      await expect(nowhere.get("absent")).rejects.toMatchObject(missing);
      await expect(nowhere.put("x", Buffer.from("1"))).rejects.toMatchObject(missing);
      await expect(listed(nowhere, "")).rejects.toMatchObject(missing);
      await expect(nowhere.nowMs()).rejects.toMatchObject(missing);
    });

    test("refused keys are an error everywhere, and say so without the secret", async () => {
      const wrong = opened(it, { secretAccessKey: "s3cret-planted" });
      const calls = [
        () => wrong.get("absent"),
        () => wrong.put("x", Buffer.from("1")),
        () => listed(wrong, ""),
        () => wrong.nowMs(),
      ];
      for (const call of calls) {
        const thrown: unknown = await call().catch((error: unknown) => error);
        expect(thrown).toMatchObject({ code: "not-authorised", retryable: false });
        expect(JSON.stringify(thrown) + String(thrown)).not.toContain("s3cret-planted");
      }
      const reader = opened(it, it.endpoint.reader);
      expect(await reader.get("absent")).toBeUndefined();
      const refused = { code: "not-authorised" };
      await expect(reader.put("x", Buffer.from("1"))).rejects.toMatchObject(refused);
    });

    test("a clock five hours off is named as such", async () => {
      const late = opened(it, { clock: { now: () => Date.now() - 5 * 3_600_000 } });
      await expect(late.get("absent")).rejects.toMatchObject({
        code: "not-authorised",
        message: expect.stringMatching(/clock differs by (17999|18000) s/),
        hint: expect.stringContaining("clock"),
      });
    });

    test("listings page through and stay under the flow's prefix", async () => {
      const cellar = opened(it, { prefix: "paged" });
      const other = opened(it, { prefix: "paged-not" });
      await other.put("x", Buffer.from("1"));
      const names = Array.from({ length: 1050 }, (_, i) => `l/${String(i).padStart(4, "0")}`);
      for (let at = 0; at < names.length; at += 25) {
        await Promise.all(names.slice(at, at + 25).map((name) => cellar.put(name, Buffer.of(1))));
      }
      expect((await listed(cellar, "")).map(({ key }) => key)).toEqual(names);
      expect((await listed(cellar, "l/10")).map(({ key }) => key)).toEqual(names.slice(1000));
    });

    test("the probe finds what Ceph Pacific can and cannot do", async () => {
      const rule = (id: string, action: string) =>
        `<Rule><ID>${id}</ID><Prefix></Prefix><Status>Enabled</Status>${action}</Rule>`;
      const rules =
        rule("tidy", abortRule) + rule("purge", "<Expiration><Days>900</Days></Expiration>");
      const pacific = {
        conditionalCreate: "yes",
        wrongMd5Refused: "yes",
        wrongPayloadHashRefused: "yes",
        wrongChecksumRefused: "no",
        anonymousGetRefused: "yes",
        listedAfterPut: "yes",
        readBack: "yes",
        versioning: "off",
        deletingRules: [],
      };
      expect(await probeStore(optionsOf(it), "probes/1")).toEqual(pacific);
      await it.send({
        method: "PUT",
        query: { lifecycle: "" },
        body: Buffer.from(`<LifecycleConfiguration>${rules}</LifecycleConfiguration>`),
      });
      await it.send({
        method: "PUT",
        query: { versioning: "" },
        body: Buffer.from(
          "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
        ),
      });
      expect(await probeStore(optionsOf(it), "probes/2")).toEqual({
        ...pacific,
        conditionalCreate: "no",
        versioning: "on",
        deletingRules: ['rule "purge": Expiration'],
      });
    });
  });

  describe("the AWS SDK", () => {
    const it = ground(open);

    test.each(["WHEN_REQUIRED", "WHEN_SUPPORTED"] as const)("checksums %s", async (when) => {
      const { url: endpoint, accessKeyId, secretAccessKey } = it.endpoint;
      const sdk = new S3Client({
        endpoint,
        region: "default",
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey },
        requestChecksumCalculation: when,
        responseChecksumValidation: when,
      });
      onTestFinished(() => sdk.destroy());
      const Bucket = it.bucket;
      const Key = `sdk é+/${when}`;
      const Body = randomBytes(70_000);
      await sdk.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch: "*" }));
      const got = await sdk.send(new GetObjectCommand({ Bucket, Key }));
      expect(Body.equals((await got.Body?.transformToByteArray()) ?? Buffer.of())).toBe(true);
      const again = sdk.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch: "*" }));
      await expect(again).rejects.toMatchObject({ name: "PreconditionFailed" });
      const { UploadId } = await sdk.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const upload = { Bucket, Key, UploadId };
      const { ETag } = await sdk.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      await sdk.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
      const head = await sdk.send(new HeadObjectCommand({ Bucket, Key }));
      expect([head.ContentLength, head.ETag?.endsWith('-1"')]).toEqual([70_000, true]);
      const keys: (string | undefined)[] = [];
      for await (const page of paginateListObjectsV2({ client: sdk, pageSize: 1 }, { Bucket })) {
        keys.push(...(page.Contents ?? []).map((object) => object.Key));
      }
      expect(keys).toContain(Key);
    });
  });
}

const abortRule =
  "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>" +
  "</AbortIncompleteMultipartUpload>";
