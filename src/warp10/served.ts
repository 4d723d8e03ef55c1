// Files that a Warp 10 host serves over HTTP, read by ranges: what was cut is asked for again from
// where it stopped, by whoever reads.
import { request } from "undici";
import type { Clock } from "../runtime/clock.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import { startWatchdog } from "../runtime/watchdog.ts";
import { openAgent } from "./http/agent.ts";

/** Longest silence of the server of the files, ms. */
const STALL_MS = 60_000;

/** Some bytes of a file of a known length. */
export interface ServedRange {
  readonly from: number;
  readonly length: number;
  /** The file's length: another one means that it is another file. */
  readonly total: number;
}

/** A folder that is served. */
export interface Served {
  /** A file's length; undefined when the server says 404. */
  length(name: string, signal?: AbortSignal): Promise<number | undefined>;
  /** Exactly these bytes. Throws "incomplete-read", retryable, where they were cut. */
  range(name: string, range: ServedRange, signal?: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a served folder; no credential goes there, and no redirect is followed. */
export function openServed(url: string, clock: Clock): Served {
  const agent = openAgent({ reuse: true });
  const ask = async (
    name: string,
    method: "HEAD" | "GET",
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> => {
    const where = `${url}/${name}`;
    const watchdog = startWatchdog({ stallMs: STALL_MS, what: "reading a dump", where, signal });
    const beganMs = clock.now();
    try {
      const answer = await request(where, {
        method,
        dispatcher: agent,
        signal: watchdog.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
        headers: { ...headers, "Accept-Encoding": "identity" },
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        watchdog.heard();
        chunks.push(chunk);
      }
      return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
    } catch (thrown) {
      if (thrown instanceof CellarmanError) throw thrown;
      const seconds = Math.round((clock.now() - beganMs) / 1000);
      throw new CellarmanError(
        "incomplete-read",
        `reading a dump was cut after ${seconds} s: ${asCellarmanError(thrown).message}`,
        { where, retryable: true, cause: thrown },
      );
    } finally {
      watchdog.stop();
    }
  };
  return {
    async length(name, signal) {
      const { status, headers } = await ask(name, "HEAD", {}, signal);
      if (status === 404) return undefined;
      const length = headers["content-length"];
      if (status === 200 && typeof length === "string" && /^\d+$/.test(length)) {
        return Number(length);
      }
      throw refused(`${url}/${name}`, status);
    },
    async range(name, { from, length, total }, signal) {
      const range = `bytes=${from}-${from + length - 1}`;
      const { status, headers, body } = await ask(name, "GET", { range }, signal);
      if (status !== 206) throw refused(`${url}/${name}`, status);
      const expected = `bytes ${from}-${from + length - 1}/${total}`;
      if (headers["content-range"] !== expected || body.length !== length) {
        throw new CellarmanError(
          "incomplete-read",
          `${String(headers["content-range"])} came where ${expected} was asked for`,
          { where: `${url}/${name}`, retryable: true },
        );
      }
      return body;
    },
    close: () => agent.close(),
  };
}

const refused = (where: string, status: number): CellarmanError =>
  new CellarmanError("server", `the server of the dumps answered ${status}`, {
    where,
    retryable: status >= 500 || status === 429,
    hint: "Serve the dump folder at export.url, with lengths and ranges, and without a login.",
  });
