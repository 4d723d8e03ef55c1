// Sending an answer the way a script says: cut, stalled, in drops, with a bit turned.
import type { Socket } from "node:net";
import { setImmediate as soon, setTimeout as sleep } from "node:timers/promises";
import type { Frame } from "./framing.ts";
import type { Act, Cut, Place } from "./script.ts";

/** What becomes of the client's connection after an answer. */
export type After = "stays" | "ended";

/** Sends an answer to the client as the act says. */
export async function sendAnswer(client: Socket, frame: Frame, act?: Act): Promise<After> {
  switch (act?.kind) {
    case "cut":
      await write(client, frame.bytes.subarray(0, offsetOf(frame, act.at)));
      return end(client, act.by);
    case "stall":
      await write(client, frame.bytes.subarray(0, offsetOf(frame, act.at)));
      return "ended";
    case "drip":
      return inParts(client, frame.bytes, act.bytes, () => sleep(act.everyMs));
    case "slice":
      return inParts(client, frame.bytes, act.bytes, soon);
    case "flip":
      await write(client, act.of === "answer" ? flipped(frame, act.at) : frame.bytes);
      return "stays";
    case "shorten":
    case "thin":
      await write(client, shortened(frame, act));
      return "stays";
    case "close-idle":
      await write(client, frame.bytes);
      return end(client, act.by);
    default:
      await write(client, frame.bytes);
      return "stays";
  }
}

/** Ends a connection in order, or resets it. */
export function end(client: Socket, by: Cut): After {
  if (by === "fin") client.end();
  // A reset overtakes what was written before it: the bytes get their time to leave.
  else setTimeout(() => client.resetAndDestroy(), 20);
  return "ended";
}

/** The message with one bit of its body turned; the body's length is counted in a circle. */
export function flipped({ bytes, body }: Frame, at: number): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === body) return copy;
  const byte = body + (at % (copy.length - body));
  copy[byte] = (copy[byte] ?? 0) ^ (1 << (at % 8));
  return copy;
}

/** The answer with a shorter body, framed as if that were all of it. */
function shortened(frame: Frame, act: Extract<Act, { kind: "shorten" | "thin" }>): Buffer {
  const body = bodyOf(frame);
  const kept =
    act.kind === "shorten"
      ? body.subarray(0, Math.max(0, body.length - act.bytes))
      : Buffer.from(withoutLines(body.toString("latin1"), act.lines), "latin1");
  const head = frame.bytes
    .toString("latin1", 0, frame.body)
    .replace(/^(transfer-encoding|content-length):.*\r\n/gim, "")
    .replace(/\r\n\r\n$/, `\r\nContent-Length: ${kept.length}\r\n\r\n`);
  return Buffer.concat([Buffer.from(head, "latin1"), kept]);
}

const withoutLines = (text: string, lines: number): string =>
  text
    .split(/(?<=\n)/)
    .slice(0, -lines)
    .join("");

function bodyOf({ bytes, body, chunks }: Frame): Buffer {
  if (chunks.length === 0) return bytes.subarray(body);
  return Buffer.concat(
    chunks.slice(0, -1).map(({ data, end: to }) => bytes.subarray(data, to - 2)),
  );
}

function offsetOf({ bytes, body, chunks }: Frame, at: Place): number {
  if (typeof at === "number") return at < 0 ? Math.max(0, bytes.length + at) : at;
  const chunk = chunks.length > 2 ? chunks[1] : chunks[0];
  const last = chunks.at(-1);
  switch (at) {
    case "head":
      return Math.floor(body / 2);
    case "body":
      return body;
    case "chunk-size":
      return chunk ? chunk.size + 1 : body;
    case "chunk":
      return chunk
        ? Math.floor((chunk.data + chunk.end) / 2)
        : Math.floor((body + bytes.length) / 2);
    case "chunk-end":
      return chunk ? chunk.end : bytes.length - 1;
    case "last-chunk":
      return last ? last.data : bytes.length - 1;
  }
}

/** Parts that one answer is sent in at most: a listing of megabytes in bytes takes for ever. */
const PARTS_MAX = 2_000;

async function inParts(
  client: Socket,
  bytes: Buffer,
  length: number,
  pause: () => Promise<void>,
): Promise<After> {
  client.setNoDelay(true);
  const size = Math.max(length, Math.ceil(bytes.length / PARTS_MAX));
  for (let at = 0; at < bytes.length; at += size) {
    if (client.destroyed) return "ended";
    await write(client, bytes.subarray(at, at + size));
    await pause();
  }
  return "stays";
}

/** Resolves when the bytes have left, or when nobody takes them any more. */
function write(client: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (client.destroyed) resolve();
    else client.write(bytes, () => resolve());
  });
}
