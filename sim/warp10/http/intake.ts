// What is checked and read of a request before its endpoint sees it.
import type { IncomingMessage } from "node:http";
import { JavaError } from "../values.ts";
import type { Exchange } from "./exchange.ts";

/** Bytes of request line and headers that are taken. */
const MAX_HEAD_BYTES = 8192;
/** Longest form that is taken, bytes (facts warp10 §1.0). */
const MAX_FORM_BYTES = 200_000;

/** 414 where the request line alone is too long, 431 where the headers make it so. */
export function tooLong(request: IncomingMessage): number | undefined {
  const line = (request.method?.length ?? 0) + (request.url?.length ?? 0) + 1;
  if (line > MAX_HEAD_BYTES) return 414;
  const head = request.rawHeaders.reduce((sum, text) => sum + text.length + 2, line + 12);
  return head > MAX_HEAD_BYTES ? 431 : undefined;
}

/** Reads a form into the parameters. Throws a JavaError for one that is too large. */
export async function readForm({ request, params }: Exchange): Promise<void> {
  const type = request.headers["content-type"] ?? "";
  const isForm = type.startsWith("application/x-www-form-urlencoded");
  if (!isForm || (request.method !== "POST" && request.method !== "PUT")) return;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_FORM_BYTES) chunks.push(chunk);
  }
  if (length > MAX_FORM_BYTES) throw new JavaError("Form is larger than max length 200000");
  params.add(Buffer.concat(chunks).toString("latin1"));
}
