// Conformance: the bucket itself: versioning, lifecycle rules, who may do what.
import { request as httpRequest } from "node:http";
import { describe, expect, test } from "vitest";
import { ground, sendAny, texts, verdict, type Endpoint, type Ground } from "./endpoint.ts";

const switchVersioning = (it: Ground, status: string) =>
  it.send({
    method: "PUT",
    query: { versioning: "" },
    body: Buffer.from(
      `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`,
    ),
  });

const putRules = (it: Ground, rules: string) =>
  it.send({
    method: "PUT",
    query: { lifecycle: "" },
    body: Buffer.from(`<LifecycleConfiguration>${rules}</LifecycleConfiguration>`),
  });

export function bucketTests(open: () => Promise<Endpoint>): void {
  describe("a versioned bucket", () => {
    const it = ground(open);

    test("never on, on, suspended: If-None-Match counts only while it is off", async () => {
      const never = await it.ask({ versioning: "" });
      expect([verdict(never), texts(never, "Status")]).toEqual(["200", []]);
      const once = { "if-none-match": "*" };
      expect(verdict(await switchVersioning(it, "Enabled"))).toBe("200");
      expect(texts(await it.ask({ versioning: "" }), "Status")).toEqual(["Enabled"]);
      const first = await it.put("k", "1", once);
      const second = await it.put("k", "22", once);
      expect([verdict(first), verdict(second)]).toEqual(["200", "200"]);
      expect(first.headers["x-amz-version-id"]).not.toBe(second.headers["x-amz-version-id"]);
      expect((await it.get("k")).body.toString()).toBe("22");
      const old = { versionId: first.headers["x-amz-version-id"] ?? "" };
      expect((await it.send({ key: "k", query: old })).body.toString()).toBe("1");
      expect(verdict(await switchVersioning(it, "Suspended"))).toBe("200");
      expect(texts(await it.ask({ versioning: "" }), "Status")).toEqual(["Suspended"]);
      expect(verdict(await it.put("k", "333", once))).toBe("412 PreconditionFailed");
    });

    test("a delete lays a marker; deleting the marker brings the object back", async () => {
      await switchVersioning(it, "Enabled");
      await it.put("d", "1");
      const deleted = await it.send({ method: "DELETE", key: "d" });
      expect(deleted.headers["x-amz-delete-marker"]).toBe("true");
      expect(verdict(await it.get("d"))).toBe("404 NoSuchKey");
      expect(texts(await it.ask({ "list-type": "2", prefix: "d" }), "Key")).toEqual([]);
      const versions = await it.ask({ versions: "", prefix: "d" });
      expect(texts(versions, "IsLatest")).toEqual(["true", "false"]);
      expect(versions.body.toString()).toContain("<DeleteMarker>");
      const versionId = deleted.headers["x-amz-version-id"] ?? "";
      await it.send({ method: "DELETE", key: "d", query: { versionId } });
      expect((await it.get("d")).body.toString()).toBe("1");
      const nothing = await it.send({ key: "d", query: { versionId: "nothing" } });
      expect(verdict(nothing)).toBe("404 NoSuchKey");
    });
  });

  describe("a bucket", () => {
    const it = ground(open);

    test("making it again is harmless; a bad name is refused", async () => {
      expect(verdict(await it.send({ method: "PUT" }))).toBe("200");
      expect((await it.send({ method: "HEAD" })).status).toBe(200);
    });

    test("lifecycle rules: none, put, read, removed", async () => {
      const none = "404 NoSuchLifecycleConfiguration";
      expect(verdict(await it.ask({ lifecycle: "" }))).toBe(none);
      const rules =
        "<Rule><ID>a</ID><Prefix></Prefix><Status>Enabled</Status><AbortIncompleteMultipartUpload>" +
        "<DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>" +
        "<Rule><ID>b</ID><Prefix>x/</Prefix><Status>Enabled</Status>" +
        "<Expiration><Days>3</Days></Expiration></Rule>";
      expect(verdict(await putRules(it, rules))).toBe("200");
      const read = await it.ask({ lifecycle: "" });
      expect(read.body.toString().replace(/^.*?<Rule>/, "<Rule>")).toBe(
        `${rules}</LifecycleConfiguration>`,
      );
      expect(verdict(await putRules(it, "<Rule>"))).toBe("400 MalformedXML");
      expect(verdict(await it.ask({ lifecycle: "" }, "DELETE"))).toBe("204");
      expect(verdict(await it.ask({ lifecycle: "" }))).toBe(none);
    });

    test("a bucket that holds something cannot be deleted", async () => {
      await it.put("something", "1");
      expect(verdict(await it.send({ method: "DELETE" }))).toBe("409 BucketNotEmpty");
    });
  });

  describe("who may do what", () => {
    const it = ground(open);
    const asked = { method: "GET", key: "seen" } as const;

    test("nobody, a stranger, a wrong secret", async () => {
      await it.put("seen", "1");
      const anonymous = { ...asked, anonymous: true };
      expect(verdict(await it.send(anonymous))).toBe("403 AccessDenied");
      expect(verdict(await it.send({ ...anonymous, key: "unseen" }))).toBe("403 AccessDenied");
      const stranger = it.as({ accessKeyId: "nobody" });
      expect(verdict(await stranger.send(asked))).toBe("403 InvalidAccessKeyId");
      const wrong = it.as({ secretAccessKey: "wrong" });
      expect(verdict(await wrong.send(asked))).toBe("403 SignatureDoesNotMatch");
    });

    test.each([
      [-16, "403 RequestTimeTooSkewed"],
      [16, "403 RequestTimeTooSkewed"],
      [-14, "200"],
      [14, "200"],
    ])("a clock off by %d minutes: %s", async (minutes, wanted) => {
      await it.put("seen", "1");
      const client = it.as({ skewMs: minutes * 60_000 });
      expect(verdict(await client.send(asked))).toBe(wanted);
    });

    test("a reader reads and lists, and writes and deletes nothing", async () => {
      await it.put("seen", "1");
      const reader = it.as(it.endpoint.reader);
      expect((await reader.send(asked)).body.toString()).toBe("1");
      expect(verdict(await reader.send({ ...asked, key: "unseen" }))).toBe("404 NoSuchKey");
      const listing = { method: "GET", key: "", query: { "list-type": "2" } } as const;
      expect(texts(await reader.send(listing), "Key")).toEqual(["seen"]);
      const put = { method: "PUT", key: "new", body: Buffer.from("1") } as const;
      expect(verdict(await reader.send(put))).toBe("403 AccessDenied");
      const gone = { method: "DELETE", key: "seen" } as const;
      expect(verdict(await sendAny(reader, gone))).toBe("403 AccessDenied");
      expect((await it.get("seen")).body.toString()).toBe("1");
    });

    test("a header that is no signature, and a method that is none", async () => {
      const nonsense = { authorization: "AWS4-HMAC-SHA256 nonsense" };
      expect(await bare(it, "GET", nonsense)).toBe(400);
      expect(await bare(it, "PUT", {})).toBe(403);
    });
  });
}

/** The status of an unsigned request with the given headers. */
function bare(it: Ground, method: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = `${it.endpoint.url}/${it.bucket}/seen`;
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", reject);
    request.end();
  });
}
