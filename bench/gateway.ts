// The real Ceph gateway that scripts/radosgw.sh runs, with a bucket of the benchmark's own.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { openCellar } from "../src/cellar/s3.ts";
import { systemClock } from "../src/runtime/clock.ts";
import type { Store } from "./stage.ts";

const SCRIPT = fileURLToPath(new URL("../scripts/radosgw.sh", import.meta.url));

/** A bucket on the gateway; `empty` takes away what was written, `remove` the bucket too. */
export interface Gateway {
  readonly store: Store;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a bucket. Throws where no gateway runs: `scripts/radosgw.sh up` starts one. */
export async function openGateway(): Promise<Gateway> {
  const variable = variablesOfGateway();
  const url = variable("CELLARMAN_REAL_S3");
  const accessKeyId = variable("CELLARMAN_REAL_S3_KEY_ID");
  const secretAccessKey = variable("CELLARMAN_REAL_S3_SECRET");
  const bucket = `bench-${randomBytes(6).toString("hex")}`;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({
    endpoint: url,
    region: "default",
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    store: { url, bucket, accessKeyId, secretAccessKey },
    empty: () => emptyBucket(s3, bucket),
    remove: async () => {
      await emptyBucket(s3, bucket);
      await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
      s3.destroy();
    },
  };
}

/** What the environment says, else what the script says of the gateway that it runs. */
function variablesOfGateway(): (name: string) => string {
  const said = process.env["CELLARMAN_REAL_S3"]
    ? ""
    : execFileSync(SCRIPT, ["env"], { encoding: "utf8" });
  const pairs = [...said.matchAll(/(CELLARMAN_\w+)=(\S+)/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  const found: Record<string, string> = Object.fromEntries(pairs);
  return (name) => {
    const value = process.env[name] ?? found[name];
    if (value === undefined) throw new Error(`${name} is not known: scripts/radosgw.sh up`);
    return value;
  };
}

async function emptyBucket(s3: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const { Contents: listed = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    if (listed.length === 0) return;
    const Objects = listed.map(({ Key }) => ({ Key: Key ?? "" }));
    await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  }
}

/** The batches of the one plan under a prefix. */
export async function readPlan(
  store: Store,
  prefix: string,
): Promise<readonly { selector: string; range: { start: string; end: string } }[]> {
  const cold = openCellar({ endpoint: store.url, ...store, prefix, clock: systemClock });
  try {
    for await (const { key } of cold.list("plans/")) {
      if (!key.includes("/plan-")) continue;
      const found = await cold.get(key);
      return JSON.parse(Buffer.from(found?.bytes ?? []).toString("utf8")).batches;
    }
    throw new Error(`no plan under ${prefix}`);
  } finally {
    await cold.close();
  }
}

/** Bytes of all objects whose key begins so. */
export async function bytesUnder(store: Store, prefix: string, start: string): Promise<number> {
  const cold = openCellar({ endpoint: store.url, ...store, prefix, clock: systemClock });
  try {
    let bytes = 0;
    for await (const object of cold.list(start)) bytes += object.bytes;
    return bytes;
  } finally {
    await cold.close();
  }
}
