// The stand-in Warp 10 as a process of its own, which may be killed at any moment; and a pipe
// before it that tells how many bytes of its answers have passed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { WORLD_TOKENS } from "../../sim/world.ts";

const SERVE = join(import.meta.dirname, "../../sim/serve.ts");

/** A stand-in that runs in a process of its own. */
export class Warp10Process {
  private child: ChildProcess | undefined;
  private url = "";
  private readonly tokens: string;

  private constructor(tokens: string) {
    this.tokens = tokens;
  }

  /** Starts it; `folder` takes the file of its tokens. */
  static async start(folder: string): Promise<Warp10Process> {
    const tokens = join(folder, "tokens.json");
    await writeFile(tokens, JSON.stringify(WORLD_TOKENS));
    const server = new Warp10Process(tokens);
    await server.up();
    return server;
  }

  get target(): string {
    return this.url;
  }

  /** Starts it again, with nothing in it. */
  async up(): Promise<void> {
    const args = [SERVE, "warp10", "--unit", "us", "--tokens", this.tokens];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.child = child;
    const [first]: [Buffer] = (await once(child.stdout, "data")) as [Buffer];
    this.url = (JSON.parse(first.toString()) as { url: string }).url;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** Writes GTS text. Throws unless the server took it. */
  async update(lines: readonly string[]): Promise<void> {
    const headers = { "X-Warp10-Token": "WORLD_DELETE" };
    const body = lines.join("\n");
    const answer = await fetch(`${this.url}/api/v0/update`, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(`update: ${answer.status} ${await answer.text()}`);
  }

  /** Every point in a range, as text. */
  async points(start: bigint, end: bigint): Promise<string[]> {
    const headers = { "X-Warp10-Token": "WORLD_READ" };
    const query = new URLSearchParams({
      selector: "~.*{}",
      start: String(start),
      end: String(end),
      format: "fulltext",
    });
    const answer = await fetch(`${this.url}/api/v0/fetch?${query.toString()}`, { headers });
    return (await answer.text()).split("\n").filter((line) => line !== "");
  }
}

/** Sees the bytes of an answer to a request as they pass. */
export type Passing = (request: string, bytes: number) => void;

/** A pipe on loopback to wherever `target` says; unlike the fault proxy it holds nothing back. */
export async function startPipe(
  target: () => string,
  passing: { current: Passing | undefined },
): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const { hostname, port } = new URL(target());
    const upstream = connect(Number(port), hostname);
    let request = "";
    let bytes = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    client.on("data", (part: Buffer) => {
      // A request may come in parts: head and body.
      request = bytes > 0 ? part.toString("latin1") : request + part.toString("latin1");
      bytes = 0;
      passing.current?.(request, 0);
      upstream.write(part);
    });
    upstream.on("data", (part: Buffer) => {
      bytes += part.length;
      passing.current?.(request, bytes);
      client.write(part);
    });
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
