// The dump directory over HTTP, as a web server beside the real one would serve it: GET and HEAD,
// one range, a validator that changes with the file (for the `http` hand-over).
import { createReadStream, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { headerOf } from "../http/exchange.ts";
import type { Exchange } from "../http/exchange.ts";
import { decodePercent } from "../text/percent.ts";
import type { HfilesSite } from "./site.ts";

const PREFIX = "/hfiles/";

interface Span {
  readonly from: number;
  /** The last byte, inclusive. */
  readonly to: number;
}

function statOf(path: string): Stats | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats : undefined;
}

/** The span that a range header asks for; "none" where it lies behind the end. */
function spanOf(header: string | undefined, size: number): Span | "none" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (match === null || (first === "" && last === "")) return undefined;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return from > to || from >= size ? "none" : { from, to };
}

/** Answers one request for a file. */
export async function serveFile(site: HfilesSite, exchange: Exchange): Promise<void> {
  const { answer, method, path } = exchange;
  const name = decodePercent(path.slice(PREFIX.length));
  const stats = name === "" || name.includes("/") ? undefined : statOf(site.pathOf(name));
  if (stats === undefined) return answer.error(404, "");
  if (method !== "GET" && method !== "HEAD") return answer.error(405, "");
  const etag = `"${stats.size.toString(16)}-${Math.floor(stats.mtimeMs).toString(16)}"`;
  answer.header("ETag", etag);
  answer.header("Last-Modified", stats.mtime.toUTCString());
  answer.header("Accept-Ranges", "bytes");
  answer.header("Content-Type", "application/octet-stream");
  const condition = headerOf(exchange, "if-range");
  const ranged = condition === undefined || condition === etag;
  const span = ranged ? spanOf(headerOf(exchange, "range"), stats.size) : undefined;
  if (span === "none") {
    answer.header("Content-Range", `bytes */${stats.size}`);
    return answer.error(416, "");
  }
  if (span !== undefined) {
    answer.status = 206;
    answer.header("Content-Range", `bytes ${span.from}-${span.to}/${stats.size}`);
  }
  const { from, to } = span ?? { from: 0, to: stats.size - 1 };
  answer.beginFile(to - from + 1);
  if (method === "GET" && to >= from) {
    const stream = createReadStream(site.pathOf(name), { start: from, end: to });
    for await (const chunk of stream as AsyncIterable<Buffer>) await answer.write(chunk);
  }
  await answer.end();
}
