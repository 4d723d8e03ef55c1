// One way to ask a Warp 10: a POST whose answer is read to its proven end, or an error.
import type { Agent, Dispatcher } from "undici";
import { request } from "undici";
import type { Clock } from "../../runtime/clock.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/log.ts";
import { startWatchdog, type Watchdog } from "../../runtime/watchdog.ts";
import type { ReadLimits } from "../hot.ts";
import { brokenOff, noAnswer } from "./broken.ts";
import { failureOf, messageOf, redact } from "./failure.ts";
import { type AnswerHeaders, refuseUnprovable } from "./head.ts";

/** Where requests go, and with what. */
export interface Wire {
  /** Scheme, host, port and path prefix, without a slash at the end. */
  readonly base: string;
  readonly token: string;
  readonly agent: Agent;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * One request. Always a POST: no method is harmless, and forms have room for long selectors (facts
 * warp10 §1.0).
 */
export interface Question {
  /** For people: `listing series`. */
  readonly what: string;
  /** Beginning with a slash. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A form's body and type; throws "limit" above Jetty's 200,000 bytes (facts warp10 §1.0). */
export function form(
  pairs: ReadonlyArray<readonly [string, string]>,
): Pick<Question, "contentType" | "body"> {
  const body = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  if (body.length > MAX_FORM_BYTES) {
    throw new CellarmanError("limit", `a form of ${body.length} bytes: the server takes 200000`, {
      hint: "Make the selector shorter.",
    });
  }
  return { contentType: "application/x-www-form-urlencoded", body };
}

const MAX_FORM_BYTES = 200_000;
const MAX_ERROR_PAGE_BYTES = 65_536;

/**
 * Sends one request and yields the body of its 200 answer, chunk by chunk. Ends only when HTTP
 * proves the body whole; whether it is *meant* whole is the caller's to prove (reliability §2.2,
 * last row). Sends nothing before the first `next()`, and never more than once.
 * @param onHead sees the headers before the first chunk, and may throw.
 * @throws CellarmanError "network" (no answer), "incomplete-read" (cut, or not provably whole),
 * "stalled", and what `failureOf` says of an answer that is no 200.
 */
export async function* ask(
  wire: Wire,
  question: Question,
  limits: ReadLimits = {},
  onHead?: (headers: AnswerHeaders) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const where = wire.base + question.path;
  const watchdog = startWatchdog({ ...limits, what: question.what, where });
  const beganMs = wire.clock.now();
  let bytes = 0;
  let answer: Dispatcher.ResponseData | undefined;
  try {
    answer = await send(wire, question, watchdog);
    if (answer.statusCode !== 200) throw await failed(wire, question, answer, where);
    refuseUnprovable(question.what, where, answer.headers);
    onHead?.(answer.headers);
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      watchdog.pause();
      yield chunk;
      watchdog.resume();
    }
  } catch (thrown) {
    if (thrown instanceof CellarmanError) throw thrown;
    const place = { what: question.what, where };
    throw answer === undefined
      ? noAnswer(place, thrown)
      : brokenOff(place, thrown, bytes, watchdog.longestPauseMs());
  } finally {
    watchdog.stop();
    answer?.body.on("error", () => undefined).destroy();
    wire.log.debug(`${question.what}: ${bytes} bytes, ${wire.clock.now() - beganMs} ms`);
  }
}

async function send(
  wire: Wire,
  question: Question,
  watchdog: Watchdog,
): Promise<Dispatcher.ResponseData> {
  const answer = await request(wire.base + question.path, {
    method: "POST",
    dispatcher: wire.agent,
    signal: watchdog.signal,
    headersTimeout: 0,
    bodyTimeout: 0,
    headers: {
      ...question.headers,
      "X-Warp10-Token": wire.token,
      "Content-Type": question.contentType,
      "Accept-Encoding": "identity",
    },
    body: question.body,
  });
  watchdog.heard();
  return answer;
}

/** The error of an answer that is no 200; its page is read up to 64 KiB. */
async function failed(
  wire: Wire,
  question: Question,
  answer: Dispatcher.ResponseData,
  where: string,
): Promise<CellarmanError> {
  const page = await readSome(answer.body, MAX_ERROR_PAGE_BYTES);
  const message = redact(messageOf(page), wire.token);
  return failureOf({ status: answer.statusCode, message, what: question.what, where });
}

/** As much text as there is: an error page that is cut is an error all the same. */
async function readSome(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= maxBytes) break;
    }
  } catch {
    // What came so far has to do.
  }
  return Buffer.concat(chunks).toString("latin1", 0, maxBytes);
}

/** A whole 200 answer, of at most `maxBytes`; throws as `ask` does, and "limit" beyond. */
export async function askAll(
  wire: Wire,
  question: Question,
  limits: ReadLimits,
  maxBytes: number,
): Promise<{ headers: AnswerHeaders; body: Buffer }> {
  const chunks: Uint8Array[] = [];
  let headers: AnswerHeaders = {};
  let bytes = 0;
  const onHead = (seen: AnswerHeaders) => {
    headers = seen;
  };
  for await (const chunk of ask(wire, question, limits, onHead)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new CellarmanError("limit", `${question.what}: the answer exceeds ${maxBytes} bytes`, {
        where: wire.base + question.path,
      });
    }
    chunks.push(chunk);
  }
  return { headers, body: Buffer.concat(chunks) };
}
