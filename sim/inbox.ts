// A receiver of alerts on loopback: Slack's API, an incoming webhook, or any other. It keeps what
// it was sent, and can be told to refuse.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One thing that was sent. */
export interface Letter {
  /** `/api/chat.postMessage`, `/hook`, … */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Inbox {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly letters: Letter[];
  /** Messages of the channel as they read now, by `ts`. */
  readonly messages: Map<string, string>;
  /** The next answers, by path; `hang` never answers. Without one a letter is taken. */
  readonly refusals: { path: string; status: number | "hang"; body?: string }[];
  close(): Promise<void>;
}

/** Starts a receiver. */
export async function startInbox(): Promise<Inbox> {
  const letters: Letter[] = [];
  const messages = new Map<string, string>();
  const refusals: Inbox["refusals"] = [];
  const server = createServer((message, response) => {
    receive(message).then(
      (letter) => answer(letter, response),
      () => response.destroy(),
    );
  });
  function answer(letter: Letter, response: ServerResponse): void {
    letters.push(letter);
    const at = refusals.findIndex((r) => r.path === letter.path);
    const [refusal] = at < 0 ? [] : refusals.splice(at, 1);
    if (refusal?.status === "hang") return void response.destroy();
    if (refusal) return void response.writeHead(refusal.status).end(refusal.body ?? "no");
    const slack = letter.path.startsWith("/api/") ? slackAnswer(letter, messages) : "ok";
    response.writeHead(200, { "content-type": "application/json" });
    response.end(typeof slack === "string" ? slack : JSON.stringify(slack));
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    letters,
    messages,
    refusals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(message: IncomingMessage): Promise<Letter> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part);
  const text = Buffer.concat(parts).toString("utf8");
  const json: Record<string, unknown> = text === "" ? {} : JSON.parse(text);
  return { path: message.url ?? "", authorization: message.headers.authorization, json };
}

/** As Slack answers: 200 whatever happens, and what happened in `ok` and `error`. */
function slackAnswer({ path, authorization, json }: Letter, messages: Map<string, string>): object {
  if (!authorization?.startsWith("Bearer xoxb-")) return { ok: false, error: "invalid_auth" };
  const { channel, text } = json;
  if (path === "/api/chat.update") {
    const ts = String(json["ts"]);
    if (!messages.has(ts)) return { ok: false, error: "message_not_found" };
    messages.set(ts, String(text));
    return { ok: true, channel, ts, text };
  }
  if (path !== "/api/chat.postMessage") return { ok: false, error: "unknown_method" };
  const ts = `17000000${String(messages.size).padStart(2, "0")}.000100`;
  messages.set(ts, String(text));
  return { ok: true, channel, ts };
}
