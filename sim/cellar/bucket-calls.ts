// Calls on a bucket itself: make, look, versioning, lifecycle.
import {
  document,
  empty,
  escapeXml,
  listOf,
  parsedXml,
  Refusal,
  XMLNS,
  type SimAnswer,
  type SimRequest,
} from "./protocol.ts";
import { Bucket, type World } from "./state.ts";

/** The bucket, or 404 NoSuchBucket. */
export function bucketOf(world: World, name: string): Bucket {
  const bucket = world.buckets.get(name);
  if (!bucket) throw new Refusal(404, "NoSuchBucket");
  return bucket;
}

/** CreateBucket; repeating it is harmless. */
export function createBucket(world: World, name: string): SimAnswer {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) throw new Refusal(400, "InvalidBucketName");
  if (!world.buckets.has(name)) world.buckets.set(name, new Bucket(name, world.now()));
  return empty(200);
}

/** DeleteBucket: only an empty one. */
export function deleteBucket(world: World, bucket: Bucket): SimAnswer {
  if (bucket.keys.all.length > 0) throw new Refusal(409, "BucketNotEmpty");
  world.buckets.delete(bucket.name);
  return empty(204);
}

/** ListBuckets. */
export function listBuckets(world: World): SimAnswer {
  const lines = [...world.buckets.values()].map(
    ({ name, createdMs }) =>
      `<Bucket><Name>${name}</Name>` +
      `<CreationDate>${new Date(createdMs).toISOString()}</CreationDate></Bucket>`,
  );
  return document(
    `<ListAllMyBucketsResult ${XMLNS}><Owner><ID>cellarman</ID><DisplayName>cellarman</DisplayName>` +
      `</Owner><Buckets>${lines.join("")}</Buckets></ListAllMyBucketsResult>`,
  );
}

/** HeadBucket, with the gateway's own counters. */
export function headBucket(bucket: Bucket): SimAnswer {
  return empty(200, { "x-rgw-object-count": bucket.keys.all.length });
}

/** GetBucketVersioning: an empty document until it was ever switched on. */
export function getVersioning(bucket: Bucket): SimAnswer {
  const status =
    bucket.versioning === "off"
      ? ""
      : `<Status>${bucket.versioning}</Status><MfaDelete>Disabled</MfaDelete>`;
  return document(`<VersioningConfiguration ${XMLNS}>${status}</VersioningConfiguration>`);
}

/** PutBucketVersioning. */
export function putVersioning(bucket: Bucket, request: SimRequest): SimAnswer {
  const status = parsedXml(request.body, "VersioningConfiguration")["Status"];
  if (status !== "Enabled" && status !== "Suspended") throw new Refusal(400, "MalformedXML");
  bucket.versioning = status;
  return empty(200, { "Content-Type": "application/xml" });
}

/** GetBucketLifecycle: 404 NoSuchLifecycleConfiguration until rules were put. */
export function getLifecycle(bucket: Bucket): SimAnswer {
  if (bucket.lifecycle === undefined) throw new Refusal(404, "NoSuchLifecycleConfiguration");
  return document(`<LifecycleConfiguration ${XMLNS}>${bucket.lifecycle}</LifecycleConfiguration>`);
}

/** PutBucketLifecycle: keeps the rules; nothing here ever acts on them. */
export function putLifecycle(bucket: Bucket, request: SimRequest): SimAnswer {
  const rules = listOf(parsedXml(request.body, "LifecycleConfiguration")["Rule"]);
  if (rules.length === 0) throw new Refusal(400, "MalformedXML");
  bucket.lifecycle = rules.map((rule) => element("Rule", rule)).join("");
  return empty(200, { "Content-Type": "application/xml" });
}

function element(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join("");
  const inner =
    typeof value === "object" && value !== null
      ? Object.entries(value)
          .map(([child, content]) => element(child, content))
          .join("")
      : escapeXml(String(value));
  return `<${name}>${inner}</${name}>`;
}

/** DeleteBucketLifecycle. */
export function deleteLifecycle(bucket: Bucket): SimAnswer {
  bucket.lifecycle = undefined;
  return empty(204);
}
