// Conformance: multipart uploads (facts cellar-s3 §2).
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ground, texts, verdict, type Endpoint, type Ground } from "./endpoint.ts";

const FULL = Buffer.alloc(5 * 1024 * 1024, 7);
const TAIL = Buffer.from("tail");
const md5Hex = (bytes: Buffer): string => createHash("md5").update(bytes).digest("hex");

type Named = readonly [number: number, etag: string];

async function begin(it: Ground, key: string): Promise<string> {
  const created = await it.send({
    method: "POST",
    key,
    query: { uploads: "" },
    headers: { "content-type": "text/x", "x-amz-meta-a": "b" },
  });
  const [id] = texts(created, "UploadId");
  if (id === undefined) throw new Error(`no upload id: ${verdict(created)}`);
  return id;
}

async function part(it: Ground, key: string, id: string, number: number, body: Buffer) {
  const query = { uploadId: id, partNumber: String(number) };
  const answer = await it.send({ method: "PUT", key, query, body });
  expect(verdict(answer)).toBe("200");
  return answer.headers["etag"] ?? "";
}

function complete(it: Ground, key: string, id: string, parts: readonly Named[], headers = {}) {
  const list = parts.map(
    ([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  const xml = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
  const query = { uploadId: id };
  return it.send({ method: "POST", key, query, headers, body: Buffer.from(xml) });
}

export function multipartTests(open: () => Promise<Endpoint>): void {
  describe("multipart uploads", () => {
    const it = ground(open);

    test("parts come together, in the order of their numbers, with a composite ETag", async () => {
      const id = await begin(it, "m/1");
      const tail = await part(it, "m/1", id, 7, TAIL);
      const full = await part(it, "m/1", id, 1, FULL);
      expect(full).toBe(`"${md5Hex(FULL)}"`);
      const listed = await it.send({ key: "m/1", query: { uploadId: id } });
      expect(texts(listed, "PartNumber")).toEqual(["1", "7"]);
      expect(texts(listed, "ETag")).toEqual([full, tail]);
      expect(texts(await it.ask({ "list-type": "2", prefix: "m/1" }), "Key")).toEqual([]);
      const named: Named[] = [
        [7, tail],
        [1, full],
      ];
      expect(verdict(await complete(it, "m/1", id, named))).toBe("200");
      const digest = createHash("md5").update(md5Hex(FULL), "hex").update(md5Hex(TAIL), "hex");
      const got = await it.get("m/1");
      expect(got.body.equals(Buffer.concat([FULL, TAIL]))).toBe(true);
      expect(got.headers).toMatchObject({
        etag: `"${digest.digest("hex")}-2"`,
        "content-type": "text/x",
        "x-amz-meta-a": "b",
      });
      const range = await it.get("m/1", { range: `bytes=${FULL.length}-` });
      expect(range.body.toString()).toBe("tail");
    });

    test("a completion can be repeated; the first answer has an empty ETag", async () => {
      const id = await begin(it, "m/2");
      const named: Named[] = [[1, await part(it, "m/2", id, 1, TAIL)]];
      const first = await complete(it, "m/2", id, named);
      expect([verdict(first), texts(first, "ETag")]).toEqual(["200", [""]]);
      const etag = `${createHash("md5").update(md5Hex(TAIL), "hex").digest("hex")}-1`;
      for (let again = 0; again < 2; again += 1) {
        const repeated = await complete(it, "m/2", id, named);
        expect([verdict(repeated), texts(repeated, "ETag")]).toEqual(["200", [etag]]);
      }
      const other = await complete(it, "m/2", id, [[1, `"${"a".repeat(32)}"`]]);
      expect(verdict(other)).toBe("500 InternalError");
      const abort = { method: "DELETE", key: "m/2", query: { uploadId: id } } as const;
      expect(verdict(await it.send(abort))).toBe("404 NoSuchUpload");
      expect((await it.get("m/2")).body.equals(TAIL)).toBe(true);
    });

    test("a completion ignores If-None-Match and overwrites", async () => {
      await it.put("m/3", "before");
      const id = await begin(it, "m/3");
      const named: Named[] = [[1, await part(it, "m/3", id, 1, TAIL)]];
      const done = await complete(it, "m/3", id, named, { "if-none-match": "*" });
      expect(verdict(done)).toBe("200");
      expect((await it.get("m/3")).body.equals(TAIL)).toBe(true);
    });

    test("a wrong ETag, a subset, small parts: refused, and the upload survives", async () => {
      const id = await begin(it, "m/4");
      const full = await part(it, "m/4", id, 1, FULL);
      const tail = await part(it, "m/4", id, 2, TAIL);
      const finish = (...named: Named[]) => complete(it, "m/4", id, named);
      expect(verdict(await finish([1, full], [2, full]))).toBe("400 InvalidPart");
      expect(verdict(await finish([1, full]))).toBe("400 InvalidPart");
      expect(verdict(await finish([1, full], [3, tail]))).toBe("400 InvalidPart");
      const small = await part(it, "m/4", id, 1, TAIL);
      expect(verdict(await finish([1, small], [2, tail]))).toBe("400 EntityTooSmall");
      // Size is looked at first.
      expect(verdict(await finish([1, full], [2, tail]))).toBe("400 EntityTooSmall");
      expect(verdict(await complete(it, "m/4", id, []))).toBe("400 MalformedXML");
      const listed = await it.send({ key: "m/4", query: { uploadId: id } });
      expect(texts(listed, "PartNumber")).toEqual(["1", "2"]);
    });

    test("of a part sent twice the last one counts", async () => {
      const id = await begin(it, "m/5");
      const old = await part(it, "m/5", id, 1, Buffer.from("old"));
      const last = await part(it, "m/5", id, 1, Buffer.from("new"));
      expect(verdict(await complete(it, "m/5", id, [[1, old]]))).toBe("400 InvalidPart");
      expect(verdict(await complete(it, "m/5", id, [[1, last]]))).toBe("200");
      expect((await it.get("m/5")).body.toString()).toBe("new");
    });

    test("ListParts pages", async () => {
      const id = await begin(it, "m/6");
      for (const number of [1, 2, 3]) await part(it, "m/6", id, number, TAIL);
      const ask = (more: Record<string, string>) =>
        it.send({ key: "m/6", query: { uploadId: id, ...more } });
      const first = await ask({ "max-parts": "2" });
      expect([texts(first, "PartNumber"), texts(first, "IsTruncated")]).toEqual([
        ["1", "2"],
        ["true"],
      ]);
      const [marker = ""] = texts(first, "NextPartNumberMarker");
      const second = await ask({ "part-number-marker": marker });
      expect([texts(second, "PartNumber"), texts(second, "IsTruncated")]).toEqual([
        ["3"],
        ["false"],
      ]);
    });

    test("odd part numbers, a wrong MD5, an unknown upload", async () => {
      const id = await begin(it, "m/7");
      const send = (number: string, uploadId = id, headers = {}) =>
        it.send({
          method: "PUT",
          key: "m/7",
          query: { uploadId, partNumber: number },
          headers,
          body: TAIL,
        });
      expect(verdict(await send("x"))).toBe("400 InvalidArgument");
      expect(verdict(await send("10001"))).toBe("200");
      expect(verdict(await send("1", "2~nothing"))).toBe("404 NoSuchUpload");
      const wrong = { "content-md5": createHash("md5").update("x").digest("base64") };
      expect(verdict(await send("1", id, wrong))).toBe("400 BadDigest");
    });

    test("uploads are listed until they are aborted; then nothing of them is left", async () => {
      const id = await begin(it, "m/8");
      const named: Named[] = [[1, await part(it, "m/8", id, 1, TAIL)]];
      const listed = await it.ask({ uploads: "", prefix: "m/8" });
      expect(texts(listed, "UploadId")).toEqual([id]);
      const abort = { method: "DELETE", key: "m/8", query: { uploadId: id } } as const;
      expect(verdict(await it.send(abort))).toBe("204");
      expect(verdict(await it.send(abort))).toBe("404 NoSuchUpload");
      expect(texts(await it.ask({ uploads: "", prefix: "m/8" }), "UploadId")).toEqual([]);
      // Not NoSuchUpload: Pacific answers this one as if the key were asked for.
      const parts = await it.send({ key: "m/8", query: { uploadId: id } });
      expect(verdict(parts)).toBe("404 NoSuchKey");
      expect(verdict(await complete(it, "m/8", id, named))).toBe("500 InternalError");
      expect(verdict(await it.get("m/8"))).toBe("404 NoSuchKey");
    });
  });
}
