// What the month weighs as the text that Warp 10 gives, plain and with zstd: the archive is
// measured against it.
import { type IncomingMessage, request } from "node:http";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import type { World } from "../world.ts";
import type { MonthRange } from "./picture.ts";

/** Bytes of a text, and of the same text compressed by zstd at its default level. */
export interface TextSize {
  readonly plain: number;
  readonly zstd: number;
}

/** Reads every series of a range, as `curl … /api/v0/fetch | zstd | wc -c` would. */
export async function textSizeOf(world: World, range: MonthRange): Promise<TextSize> {
  const answer = await fetchText(world, range);
  let [plain, zstd] = [0, 0];
  answer.on("data", (chunk: Buffer) => (plain += chunk.length));
  const compress = createZstdCompress({ chunkSize: 1024 * 1024 });
  compress.on("data", (chunk: Buffer) => (zstd += chunk.length));
  await pipeline(answer, compress);
  return { plain, zstd };
}

function fetchText(world: World, { start, end }: MonthRange): Promise<IncomingMessage> {
  const headers = { "X-Warp10-Token": world.env.get("READ_TOKEN") ?? "" };
  const query = new URLSearchParams({
    selector: "~(.*){}",
    start: String(start),
    end: String(end),
    format: "text",
  });
  return new Promise((resolve, reject) => {
    const asked = request(`${world.warp10.url}/api/v0/fetch?${query.toString()}`, { headers });
    asked.on("error", reject);
    asked.on("response", (answer) => {
      if (answer.statusCode === 200) return resolve(answer);
      reject(new Error(`/fetch answered ${answer.statusCode}`));
    });
    asked.end();
  });
}
