// How fast a large file gets from the place of the dumps into a real gateway and is read back, and
// how much memory that takes, in each hand-over. No Warp 10 is involved: the bytes are random.
import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Bench, Row } from "./figures.ts";
import { rounded } from "./figures.ts";
import { openGateway } from "./gateway.ts";
import type { HandedOver, HandOverTask } from "./hand-over-child.ts";

const MIB = 1024 * 1024;
const FILE = "cellarman-bench.hfile";
const CHILD = fileURLToPath(new URL("hand-over-child.ts", import.meta.url));

/** Measures each mode in a process of its own; `--small`: 256 MiB instead of 4 GiB. */
export const benchHandOver: Bench = async ({ small, tell }) => {
  const bytes = (small ? 256 : 4096) * MIB;
  const folder = mkdtempSync(join(tmpdir(), "cellarman-hand-over-"));
  const gateway = await openGateway();
  const server = serve(folder);
  const rows: Row[] = [];
  try {
    tell(`hand-over: writing ${bytes / MIB} MiB`);
    await fill(join(folder, FILE), bytes);
    const { port } = server.address() as AddressInfo;
    const at = { ...gateway.store, file: FILE };
    const key = `data/bench/period=2025-11/b-0/${"0".repeat(32)}`;
    const tasks: HandOverTask[] = [
      { ...at, rule: { kind: "directory", directory: folder }, generation: "0".repeat(32) },
      {
        ...at,
        rule: { kind: "http", url: `http://127.0.0.1:${port}` },
        generation: "1".repeat(32),
      },
      // What the first one put is what the server would have put.
      { ...at, rule: { kind: "bucket", prefix: key }, generation: "2".repeat(32) },
    ];
    for (const task of tasks) {
      tell(`  ${task.rule.kind}`);
      const { handOverS, readBackS, peakMb } = await inChild(task);
      rows.push({
        "hand-over": task.rule.kind,
        MiB: bytes / MIB,
        "MiB/s": rounded(bytes / MIB / handOverS),
        "read back MiB/s": rounded(bytes / MIB / readBackS),
        "peak MB": rounded(peakMb),
      });
    }
  } finally {
    server.close();
    await gateway.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  const notes = [
    "bucket: only hashed, the server has put it; gateway, client and disk share a host",
  ];
  return [{ title: "hand-over of one large file", rows, notes }];
};

async function fill(path: string, bytes: number): Promise<void> {
  const out = createWriteStream(path);
  for (let written = 0; written < bytes; written += 4 * MIB) {
    if (!out.write(randomBytes(4 * MIB))) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
}

/** The dump folder over HTTP, with ranges. */
function serve(folder: string) {
  const server = createServer((request, response) => {
    const path = join(folder, FILE);
    const { size } = statSync(path);
    const [, from = "0", to = String(size - 1)] =
      /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const length = Number(to) - Number(from) + 1;
    response.writeHead(request.headers.range ? 206 : 200, {
      "content-length": length,
      "content-range": `bytes ${from}-${to}/${size}`,
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(path, { start: Number(from), end: Number(to) }).pipe(response);
  });
  return server.listen(0, "127.0.0.1");
}

async function inChild(task: HandOverTask): Promise<HandedOver> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`hand-over by ${task.rule.kind}: exit ${code}`);
  return JSON.parse(said) as HandedOver;
}
