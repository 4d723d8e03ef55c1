// Conformance: one object put, read, looked at, deleted.
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { request as httpRequest } from "node:http";
import { describe, expect, test } from "vitest";
import { makeSigner } from "../../../src/cellar/sign.ts";
import { ground, texts, verdict, type Endpoint, type Ground } from "./endpoint.ts";

const md5 = (text: string, form: "hex" | "base64" = "base64"): string =>
  createHash("md5").update(text).digest(form);

/** Keys that name every trap we know of: blanks, percent, plus, dots, XML, surrogates, controls. */
export const ODD_KEYS = [
  "odd/sp ace",
  "odd/pl+us",
  "odd/pct%20",
  "odd/é",
  "odd/\u{1F600}",
  "odd/\uffee",
  "odd//x",
  "odd/../y",
  "odd/amp&<>\"'",
  "odd/st*(r)!'",
  "odd/=?#;:@,$[]^`{|}~\\",
  "odd/x_y-z.q",
];

export function objectTests(open: () => Promise<Endpoint>): void {
  describe("objects", () => {
    const it = ground(open);

    test("a put reads back with its bytes, MD5 as ETag, type and metadata", async () => {
      const put = await it.put("plain", "hello", {
        "content-type": "text/plain",
        "x-amz-meta-who": "me",
      });
      expect(verdict(put)).toBe("200");
      expect(put.headers["etag"]).toBe(`"${md5("hello", "hex")}"`);
      const got = await it.get("plain");
      expect(got.body.toString()).toBe("hello");
      expect(got.headers).toMatchObject({
        "content-length": "5",
        "content-type": "text/plain",
        "x-amz-meta-who": "me",
        etag: `"${md5("hello", "hex")}"`,
        "accept-ranges": "bytes",
      });
      const { date = "", "last-modified": modified = "" } = got.headers;
      expect(Math.abs(Date.parse(date) - Date.parse(modified))).toBeLessThan(20_000);
    });

    test("an empty object is an object, of type binary/octet-stream unless told", async () => {
      await it.put("empty", "");
      const got = await it.get("empty");
      expect([verdict(got), got.body.length]).toEqual(["200", 0]);
      expect(got.headers["content-type"]).toBe("binary/octet-stream");
    });

    test("HEAD tells what GET tells, without body", async () => {
      await it.put("headed", "12345");
      const head = await it.send({ method: "HEAD", key: "headed" });
      expect([head.status, head.headers["content-length"]]).toEqual([200, "5"]);
      expect(head.headers["etag"]).toBe(`"${md5("12345", "hex")}"`);
      expect((await it.send({ method: "HEAD", key: "nothing-here" })).status).toBe(404);
    });

    test("If-None-Match: * refuses what exists and leaves it as it was", async () => {
      const once = { "if-none-match": "*" };
      expect(verdict(await it.put("once", "first", once))).toBe("200");
      expect(verdict(await it.put("once", "second", once))).toBe("412 PreconditionFailed");
      expect((await it.get("once")).body.toString()).toBe("first");
    });

    test("of eight racing If-None-Match puts one wins", async () => {
      const racers = Array.from({ length: 8 }, (_, i) =>
        it.put("race", `w${i}`, { "if-none-match": "*" }),
      );
      const verdicts = (await Promise.all(racers)).map(verdict);
      expect(verdicts.filter((one) => one === "200")).toHaveLength(1);
      expect(verdicts.filter((one) => one === "412 PreconditionFailed")).toHaveLength(7);
    });

    test("an unconditional put overwrites", async () => {
      await it.put("over", "one");
      await it.put("over", "two");
      expect((await it.get("over")).body.toString()).toBe("two");
    });

    test("Content-MD5 is enforced and nothing is stored", async () => {
      const wrong = await it.put("md5", "hello", { "content-md5": md5("x") });
      expect(verdict(wrong)).toBe("400 BadDigest");
      const none = await it.put("md5", "hello", { "content-md5": "AA" });
      expect(verdict(none)).toBe("400 InvalidDigest");
      expect(verdict(await it.get("md5"))).toBe("404 NoSuchKey");
      expect(verdict(await it.put("md5", "hello", { "content-md5": md5("hello") }))).toBe("200");
    });

    test("the signed payload hash is enforced and nothing is stored", async () => {
      const body = Buffer.from("hello");
      const wrong = { method: "PUT", key: "sha", body, payloadSha256: "a".repeat(64) } as const;
      expect(verdict(await it.send(wrong))).toBe("400 XAmzContentSHA256Mismatch");
      expect(verdict(await it.get("sha"))).toBe("404 NoSuchKey");
      const unsigned = { ...wrong, payloadSha256: "UNSIGNED-PAYLOAD" };
      expect(verdict(await it.send(unsigned))).toBe("200");
    });

    test.each([
      ["sha256", createHash("sha256").update("x").digest("base64")],
      ["sha1", createHash("sha1").update("x").digest("base64")],
      ["crc32", "AAAAAA=="],
      ["crc32c", "AAAAAA=="],
      ["crc64nvme", "AAAAAAAAAAA="],
    ])("a wrong x-amz-checksum-%s is ignored", async (name, value) => {
      const put = await it.put(`sum-${name}`, "hello", { [`x-amz-checksum-${name}`]: value });
      expect(verdict(put)).toBe("200");
      expect((await it.get(`sum-${name}`)).body.toString()).toBe("hello");
    });

    test.each([
      ["bytes=1-2", "206 el bytes 1-2/5"],
      ["bytes=3-", "206 lo bytes 3-4/5"],
      ["bytes=-2", "206 lo bytes 3-4/5"],
      ["bytes=0-99", "206 hello bytes 0-4/5"],
      ["bytes=5-", "416 InvalidRange"],
      ["bytes=abc", "416 InvalidRange"],
    ])("range %s gives %s", async (range, wanted) => {
      await it.put("ranged", "hello");
      const got = await it.get("ranged", { range });
      const said =
        got.status === 206
          ? `206 ${got.body.toString()} ${got.headers["content-range"]}`
          : verdict(got);
      expect(said).toBe(wanted);
    });

    test("conditional GETs", async () => {
      await it.put("cond", "hello");
      const etag = `"${md5("hello", "hex")}"`;
      expect(verdict(await it.get("cond", { "if-match": '"x"' }))).toBe("412 PreconditionFailed");
      expect((await it.get("cond", { "if-match": etag })).body.toString()).toBe("hello");
      expect((await it.get("cond", { "if-none-match": etag })).status).toBe(304);
    });

    test("GetObjectAttributes and partNumber are ignored: the whole body comes", async () => {
      await it.put("whole", "hello");
      for (const query of [{ attributes: "" }, { partNumber: "1" }] as const) {
        const got = await it.send({ key: "whole", query });
        expect([got.status, got.body.toString()]).toEqual([200, "hello"]);
      }
    });

    test.each(ODD_KEYS)("key %j keeps its name", async (key) => {
      expect(verdict(await it.put(key, key))).toBe("200");
      expect((await it.get(key)).body.toString()).toBe(key);
    });

    test("keys of 1,024 bytes are taken, longer ones refused", async () => {
      expect(verdict(await it.put("é".repeat(512), "1"))).toBe("200");
      expect(verdict(await it.put("k".repeat(1025), "1"))).toBe("400 InvalidObjectName");
    });

    test("a missing key, a missing bucket: two different 404s", async () => {
      expect(verdict(await it.get("absent"))).toBe("404 NoSuchKey");
      const nowhere = it.as({ bucket: `${it.bucket}-not` });
      const asked = { method: "GET", key: "x" } as const;
      expect(verdict(await nowhere.send(asked))).toBe("404 NoSuchBucket");
      expect(verdict(await nowhere.send({ ...asked, key: "" }))).toBe("404 NoSuchBucket");
      const put = { method: "PUT", key: "x", body: Buffer.from("1") } as const;
      expect(verdict(await nowhere.send(put))).toBe("404 NoSuchBucket");
    });

    test("a delete answers 204 whether there was anything or not", async () => {
      await it.put("gone", "1");
      expect(verdict(await it.send({ method: "DELETE", key: "gone" }))).toBe("204");
      expect(verdict(await it.send({ method: "DELETE", key: "gone" }))).toBe("204");
      expect(verdict(await it.get("gone"))).toBe("404 NoSuchKey");
    });

    test("DeleteObjects names what it deleted, unless asked to be quiet", async () => {
      await it.put("many/1", "1");
      await it.put("many/2", "2");
      const call = (xml: string) =>
        it.send({ method: "POST", query: { delete: "" }, body: Buffer.from(xml) });
      const object = (key: string) => `<Object><Key>${key}</Key></Object>`;
      const told = await call(`<Delete>${object("many/1")}${object("many/absent")}</Delete>`);
      expect(texts(told, "Key").toSorted()).toEqual(["many/1", "many/absent"]);
      const quiet = await call(`<Delete><Quiet>true</Quiet>${object("many/2")}</Delete>`);
      expect(texts(quiet, "Key")).toEqual([]);
      expect(verdict(await it.get("many/2"))).toBe("404 NoSuchKey");
    });

    test("a put without length is refused", async () => {
      expect(await chunkedPut(it, "nolen")).toBe(411);
      expect(verdict(await it.get("nolen"))).toBe("404 NoSuchKey");
    });

    test.each(["reset", "end"] as const)("a put cut by %s stores nothing", async (how) => {
      await cutPut(it, `cut-${how}`, how);
      expect(verdict(await it.get(`cut-${how}`))).toBe("404 NoSuchKey");
    });
  });
}

/** Headers of a signed put whose body is not covered by the signature. */
function signedPut({ endpoint, bucket }: Ground, key: string, more: Record<string, string>) {
  const { host } = new URL(endpoint.url);
  const path = `/${bucket}/${key}`;
  const payloadSha256 = "UNSIGNED-PAYLOAD";
  const headers = { host, ...more };
  const unsigned = { method: "PUT", path, query: "", headers, payloadSha256 };
  return { path, headers: makeSigner(endpoint, "default")(unsigned, Date.now()) };
}

function chunkedPut(it: Ground, key: string): Promise<number | undefined> {
  const { path, headers } = signedPut(it, key, {});
  return new Promise((resolve, reject) => {
    const url = `${it.endpoint.url}${path}`;
    const request = httpRequest(url, { method: "PUT", headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", reject);
    request.write("ab");
    request.end("cd");
  });
}

/** Announces 100,000 bytes, sends 60,000 and cuts the line; resolves some time after. */
function cutPut(it: Ground, key: string, how: "reset" | "end"): Promise<void> {
  const { path, headers } = signedPut(it, key, { "content-length": "100000" });
  const { hostname, port } = new URL(it.endpoint.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`PUT ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
      socket.write(Buffer.alloc(60_000, 1), () => {
        setTimeout(() => (how === "reset" ? socket.resetAndDestroy() : socket.destroy()), 100);
      });
    });
    socket.on("error", () => undefined);
    socket.on("close", () => setTimeout(resolve, 300));
  });
}
