// Makes the stand-in as slow as a real server: it burns CPU time for what it sends.
//
// A Warp 10 delivers 1.27 million points of text per CPU second (facts warp10 §13), the stand-in
// several times that. Sleeping would leave the CPU to the tool, which no real server on the same
// machine does; so the process spins until it has used as much CPU time as those points cost.
import { ServerResponse } from "node:http";

/** Points of text that a real Warp 10 delivers per CPU second (facts warp10 §13). */
export const REAL_POINTS_PER_CPU_S = 1_270_000;

const pace = { bytesPerCpuS: Number.POSITIVE_INFINITY, bytes: 0, begun: process.cpuUsage() };
const write = ServerResponse.prototype.write;

/** From now on each body byte costs its share of a CPU second; Infinity: nothing. */
export function setPace(bytesPerCpuS: number): void {
  pace.bytesPerCpuS = bytesPerCpuS;
  pace.bytes = 0;
  pace.begun = process.cpuUsage();
  ServerResponse.prototype.write = Number.isFinite(bytesPerCpuS) ? paced : write;
}

function paced(this: ServerResponse, ...args: unknown[]): boolean {
  const [chunk] = args;
  if (chunk instanceof Uint8Array) burn(chunk.length);
  return Reflect.apply(write, this, args);
}

function burn(bytes: number): void {
  pace.bytes += bytes;
  const owedUs = (pace.bytes / pace.bytesPerCpuS) * 1e6;
  for (;;) {
    const { user, system } = process.cpuUsage(pace.begun);
    if (user + system >= owedUs) return;
  }
}
