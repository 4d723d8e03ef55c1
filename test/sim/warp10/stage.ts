// A stand-in with its demo tokens, and requests that decode nothing behind our back.
import { readFileSync } from "node:fs";
import http from "node:http";
import { startWarp10 } from "../../../sim/warp10/server.ts";
import type { Warp10Sim } from "../../../sim/warp10/server.ts";
import type { Warp10Options } from "../../../sim/warp10/site.ts";
import type { TokenSpecs } from "../../../sim/warp10/tokens.ts";

export const OWNER = "d0000000-0000-4000-8000-000000000001";
export const NAMED = { producer: OWNER, owner: OWNER, application: "demo" } as const;

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** Set where the body did not end as it should. */
  readonly broken: string | undefined;
}

export interface Ask {
  readonly token?: string;
  readonly method?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** A request of its own connection. Rejects where no answer came at all. */
export function ask(sim: Warp10Sim, path: string, options: Ask = {}): Promise<Reply> {
  const {
    token,
    query = {},
    headers = {},
    body,
    method = body === undefined ? "GET" : "POST",
  } = options;
  const url = `${sim.url}/api/v0/${path}?${new URLSearchParams(query).toString()}`;
  return new Promise((resolve, reject) => {
    const sent = { ...(token === undefined ? {} : { "X-Warp10-Token": token }), ...headers };
    let answered = false;
    const request = http.request(url, { method, headers: sent, agent: false }, (answer) => {
      answered = true;
      const chunks: Buffer[] = [];
      const done = (broken?: string): void => {
        const bytes = Buffer.concat(chunks);
        const { statusCode: status = 0, headers: got } = answer;
        resolve({ status, headers: got, bytes, text: bytes.toString("utf8"), broken });
      };
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => done());
      answer.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    });
    request.on("error", (error) => (answered ? undefined : reject(error)));
    request.end(body);
  });
}

/** Posts lines as UTF-8 text. */
export const update = (sim: Warp10Sim, lines: string, token = "WRITE"): Promise<Reply> =>
  ask(sim, "update", {
    token,
    body: lines,
    headers: { "Content-Type": "text/plain; charset=utf-8" },
  });

/** Runs a script with READ's capabilities; the token is in `$t`. */
export const exec = (
  sim: Warp10Sim,
  script: string,
  token = "READ",
  headers: Record<string, string> = {},
): Promise<Reply> =>
  ask(sim, "exec", {
    body: `$h 'X-Read' GET 0 GET 't' STORE ${script}`,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "X-Warp10-Capabilities": "READ",
      "X-Warp10-ExposeHeaders": "h",
      "X-Read": token,
      ...headers,
    },
  });

/** The message in an error page. */
export const messageOf = (reply: Reply): string =>
  (/MESSAGE:<\/th><td>([\s\S]*?)<\/td>/.exec(reply.text)?.[1] ?? reply.text)
    .replaceAll("&apos;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

export const DEMO_TOKENS = JSON.parse(
  readFileSync(new URL("../../../sim/warp10/tokens.json", import.meta.url), "utf8"),
) as TokenSpecs;

/** Starts a stand-in for one test and ends it afterwards. */
export async function staged(
  run: (sim: Warp10Sim) => Promise<void>,
  options: Partial<Warp10Options> = {},
): Promise<void> {
  const sim = await startWarp10({ tokens: DEMO_TOKENS, ...options });
  try {
    await run(sim);
  } finally {
    await sim.close();
  }
}
