// What a long run may leak: memory, file descriptors, uploads that nobody completes.
import { readdirSync } from "node:fs";
import { BUCKET, type World } from "../../sim/world.ts";
import { openClient } from "../../src/cellar/client.ts";
import { placeOf } from "../../src/cellar/place.ts";

/** One reading. */
export interface Gauges {
  readonly rssMb: number;
  /** Open file descriptors of this process; −1 where the system does not tell. */
  readonly fds: number;
  readonly orphanUploads: number;
}

/** Reads all gauges, after a garbage collection where there is one to be had. */
export async function readGauges(world: World): Promise<Gauges> {
  globalThis.gc?.();
  const rssMb = Math.round(process.memoryUsage.rss() / 1e6);
  return { rssMb, fds: openFiles(), orphanUploads: await orphanUploads(world) };
}

function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return -1;
  }
}

/** Multipart uploads that lie open in the bucket, by the store's own listing of them. */
async function orphanUploads(world: World): Promise<number> {
  const keys = {
    accessKeyId: world.env.get("KEY_ID") ?? "",
    secretAccessKey: world.env.get("SECRET_KEY") ?? "",
  };
  const place = placeOf({ endpoint: world.cellar.url, bucket: BUCKET });
  const client = openClient({ ...keys, place, clock: { now: () => world.now() } });
  try {
    const answer = await client.send({ method: "GET", key: "", query: { uploads: "" } });
    if (answer.status !== 200) throw new Error(`uploads cannot be listed: ${answer.status}`);
    return answer.body.toString("utf8").split("<UploadId>").length - 1;
  } finally {
    await client.close();
  }
}
