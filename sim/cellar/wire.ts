// HTTP in and out: bodies and requests read in full, answers sent whole or as a fault has it.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CellarMishap } from "./faults.ts";
import { Refusal, type SimAnswer, type SimRequest } from "./protocol.ts";
import { operationOf } from "./routes.ts";

/** The whole body, or undefined when the client left before its end. */
export function bodyOf(message: IncomingMessage): Promise<Buffer | undefined> {
  const length = message.headers["content-length"];
  return length === undefined ? chunkedBody(message) : announcedBody(message, Number(length));
}

/** Copies into one buffer: what is stored must not pin the socket's larger read buffers. */
function announcedBody(message: IncomingMessage, length: number): Promise<Buffer | undefined> {
  const body = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  return new Promise((resolve) => {
    message.on("data", (chunk: Buffer) => {
      filled += chunk.copy(body, filled);
    });
    message.once("end", () => resolve(filled === length ? body : undefined));
    message.once("close", () => resolve(undefined));
    message.once("error", () => resolve(undefined));
  });
}

async function chunkedBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    return undefined;
  }
  return message.complete ? Buffer.concat(chunks) : undefined;
}

/** The request that a message is. Throws Refusal. */
export function readRequest(message: IncomingMessage, body: Buffer): SimRequest {
  const [rawPath, rawQuery] = splitOnce(message.url ?? "/", "?");
  const [, rawBucket = ""] = rawPath.split("/", 2);
  const method = message.method ?? "GET";
  const query = new Map<string, string>();
  try {
    const bucket = decodeURIComponent(rawBucket);
    const key = decodeURIComponent(rawPath.slice(rawBucket.length + 2));
    for (const pair of rawQuery.split("&")) {
      const [name, value] = splitOnce(pair, "=");
      if (name !== "") query.set(decodeURIComponent(name), decodeURIComponent(value));
    }
    const headers = message.headers as Record<string, string | undefined>;
    const operation = operationOf(method, bucket, key, query);
    return { operation, method, bucket, key, rawPath, rawQuery, query, headers, body };
  } catch (thrown) {
    throw thrown instanceof URIError ? new Refusal(400, "InvalidURI") : thrown;
  }
}

function splitOnce(text: string, at: string): [string, string] {
  const i = text.indexOf(at);
  return i < 0 ? [text, ""] : [text.slice(0, i), text.slice(i + 1)];
}

/** Sends one answer, or what a fault leaves of it. */
export type Sender = (
  response: ServerResponse,
  answer: SimAnswer,
  fault: CellarMishap | undefined,
  context: { readonly isHead: boolean; readonly nowMs: number },
) => void;

/** A sender with its own count of answers. */
export function makeSender(): Sender {
  let answers = 0;
  let second = Number.NaN;
  let date = "";
  return (response, answer, fault, { isHead, nowMs }) => {
    if (fault?.kind === "lost-answer") {
      response.socket?.destroy();
      return;
    }
    answers += 1;
    if (second !== Math.floor(nowMs / 1000)) {
      second = Math.floor(nowMs / 1000);
      date = new Date(nowMs).toUTCString();
    }
    const body = isHead ? undefined : bodyLeft(answer.body, fault);
    const headers = { ...answer.headers, "x-amz-request-id": `tx${answers}-sim`, Date: date };
    if (fault?.kind === "short-body" && !answer.chunked) {
      Object.assign(headers, { "Content-Length": body?.length ?? 0 });
    }
    response.sendDate = false;
    response.writeHead(answer.status, headers);
    if (fault?.kind === "cut") {
      response.write(answer.body.subarray(0, fault.afterBytes), () => response.socket?.destroy());
    } else {
      response.end(body);
    }
  };
}

const bodyLeft = (body: Buffer, fault: CellarMishap | undefined): Buffer =>
  fault?.kind === "short-body" ? body.subarray(0, Math.max(0, body.length - fault.bytes)) : body;
