// From method, path and query to the operation, and from the operation to its answer.
import type { CellarMishap } from "./faults.ts";
import {
  bucketOf,
  createBucket,
  deleteBucket,
  deleteLifecycle,
  getLifecycle,
  getVersioning,
  headBucket,
  listBuckets,
  putLifecycle,
  putVersioning,
} from "./bucket-calls.ts";
import { listObjects, listVersions } from "./listing.ts";
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  listUploads,
  uploadPart,
} from "./multipart.ts";
import { deleteObject, deleteObjects, getObject, putObject } from "./objects.ts";
import {
  document,
  Refusal,
  XMLNS,
  type Operation,
  type SimAnswer,
  type SimRequest,
} from "./protocol.ts";
import type { World } from "./state.ts";

const KEY_BYTES_MAX = 1024;

/** What a request asks for. Unknown parameters are ignored, as Pacific ignores them. */
export function operationOf(
  method: string,
  bucket: string,
  key: string,
  query: ReadonlyMap<string, string>,
): Operation {
  const found =
    bucket === ""
      ? method === "GET" && "ListBuckets"
      : key === ""
        ? bucketOperation(method, query)
        : objectOperation(method, query);
  if (!found) throw new Refusal(405, "MethodNotAllowed");
  return found;
}

function bucketOperation(
  method: string,
  query: ReadonlyMap<string, string>,
): Operation | undefined {
  const about = ["versioning", "lifecycle", "location", "policy", "versions", "uploads", "delete"];
  const named = about.find((name) => query.has(name)) ?? "";
  const calls: Record<string, Operation> = {
    "GET versioning": "GetBucketVersioning",
    "PUT versioning": "PutBucketVersioning",
    "GET lifecycle": "GetBucketLifecycle",
    "PUT lifecycle": "PutBucketLifecycle",
    "DELETE lifecycle": "DeleteBucketLifecycle",
    "GET location": "GetBucketLocation",
    "GET policy": "GetBucketPolicy",
    "GET versions": "ListObjectVersions",
    "GET uploads": "ListMultipartUploads",
    "POST delete": "DeleteObjects",
    "GET ": "ListObjects",
    "HEAD ": "HeadBucket",
    "PUT ": "CreateBucket",
    "DELETE ": "DeleteBucket",
  };
  return calls[`${method} ${named}`];
}

function objectOperation(
  method: string,
  query: ReadonlyMap<string, string>,
): Operation | undefined {
  const inUpload = query.has("uploadId");
  if (method === "GET") return inUpload ? "ListParts" : "GetObject";
  if (method === "HEAD") return "HeadObject";
  if (method === "PUT") return inUpload ? "UploadPart" : "PutObject";
  if (method === "DELETE") return inUpload ? "AbortMultipartUpload" : "DeleteObject";
  if (method !== "POST") return undefined;
  if (inUpload) return "CompleteMultipartUpload";
  return query.has("uploads") ? "CreateMultipartUpload" : undefined;
}

/** Carries a request out. Throws Refusal. */
export function perform(
  world: World,
  request: SimRequest,
  fault: CellarMishap | undefined,
): SimAnswer | Promise<SimAnswer> {
  const { operation, key, query } = request;
  if (operation === "ListBuckets") return listBuckets(world);
  if (operation === "CreateBucket") return createBucket(world, request.bucket);
  const bucket = bucketOf(world, request.bucket);
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) throw new Refusal(400, "InvalidObjectName");
  const nowMs = world.now();
  switch (operation) {
    case "GetObject":
    case "HeadObject":
      return getObject(bucket, request, nowMs);
    case "PutObject":
      return putObject(bucket, request, nowMs, fault);
    case "DeleteObject":
      return deleteObject(bucket, key, query.get("versionId"), nowMs);
    case "DeleteObjects":
      return deleteObjects(bucket, request, nowMs);
    case "ListObjects":
      return listObjects(bucket, request, nowMs, fault);
    case "ListObjectVersions":
      return listVersions(bucket, request);
    case "CreateMultipartUpload":
      return createUpload(bucket, request, nowMs);
    case "UploadPart":
      return uploadPart(bucket, request, nowMs);
    case "ListParts":
      return listParts(bucket, request);
    case "ListMultipartUploads":
      return listUploads(bucket, request);
    case "CompleteMultipartUpload":
      return completeUpload(bucket, request, world.now, fault);
    case "AbortMultipartUpload":
      return abortUpload(bucket, request);
    case "HeadBucket":
      return headBucket(bucket);
    case "DeleteBucket":
      return deleteBucket(world, bucket);
    case "GetBucketVersioning":
      return getVersioning(bucket);
    case "PutBucketVersioning":
      return putVersioning(bucket, request);
    case "GetBucketLifecycle":
      return getLifecycle(bucket);
    case "PutBucketLifecycle":
      return putLifecycle(bucket, request);
    case "DeleteBucketLifecycle":
      return deleteLifecycle(bucket);
    case "GetBucketLocation":
      return document(`<LocationConstraint ${XMLNS}>default</LocationConstraint>`);
    case "GetBucketPolicy":
      throw new Refusal(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
  }
}
