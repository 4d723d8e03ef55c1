// One POST of JSON to a receiver of alerts. The address may be a secret: it is in no error.
import { request } from "undici";
import type { Clock } from "../runtime/clock.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import { retrying, type RetryPolicy } from "../runtime/retry.ts";

/** What is posted where. */
export interface Post {
  /** What the receiver is called in errors, e.g. `the Slack webhook`. */
  readonly what: string;
  /** Name of the variable to look at when the receiver refuses. */
  readonly variable: string;
  readonly url: string;
  readonly bearer: string | undefined;
  /** Undefined: a GET. */
  readonly json: object | undefined;
}

/** Longest wait for a receiver's answer, ms. */
const ANSWER_MS = 10_000;
/** An answer that is longer is cut, bytes. */
const ANSWER_MAX = 65_536;

/** Tries only where the receiver said that it took nothing. */
const RETRY: RetryPolicy = {
  type: "exponential",
  intervalMs: 2_000,
  maxIntervalMs: 20_000,
  maxAttempts: 3,
  maxDurationMs: 60_000,
};

/**
 * Posts, and gives the answer's text. No redirect is followed. Throws "network" without an answer,
 * "not-authorised" on 401, 403 and 404, "server" on anything else but 2xx.
 */
export async function postJson(post: Post, clock: Clock, signal?: AbortSignal): Promise<string> {
  const address = addressOf(post);
  const retry = retrying(RETRY, clock, () => 0);
  return retry(() => send(post, address, signal), signal);
}

/** Tells a heartbeat's receiver that all is well: a GET, as every such service takes. */
export async function pingHeartbeat(
  { url, variable }: Pick<Post, "url" | "variable">,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const post = { what: "the heartbeat", variable, url, bearer: undefined, json: undefined };
  const address = addressOf(post);
  await retrying(RETRY, clock, () => 0)(() => send(post, address, signal), signal);
}

/** The address, https or on loopback. Throws "usage" without quoting it. */
function addressOf({ what, url, variable }: Post): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const isLocal = /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(address?.hostname ?? "");
  if (address && (address.protocol === "https:" || isLocal)) return address;
  throw new CellarmanError("usage", `${what} is no https address`, {
    hint: `Set ${variable} to the whole address, beginning with https://.`,
  });
}

async function send(post: Post, address: URL, signal?: AbortSignal): Promise<string> {
  const { what, bearer, json } = post;
  let status: number;
  let text: string;
  try {
    const answer = await request(address, {
      method: json ? "POST" : "GET",
      headers: {
        ...(json ? { "content-type": "application/json; charset=utf-8" } : {}),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(json ? { body: JSON.stringify(json) } : {}),
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
      ...(signal ? { signal } : {}),
    });
    status = answer.statusCode;
    text = (await answer.body.text()).slice(0, ANSWER_MAX);
  } catch (thrown) {
    signal?.throwIfAborted();
    throw noAnswer(what, thrown);
  }
  if (status >= 200 && status < 300) return text;
  throw refused(post, status);
}

/**
 * The cause is left out: libraries put addresses into their messages, and this one may be a secret.
 */
function noAnswer(what: string, thrown: unknown): CellarmanError {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "no answer";
  const name = /^[A-Z0-9_]{3,40}$/.test(code) ? code : asCellarmanError(thrown).code;
  return new CellarmanError("network", `${what} did not answer (${name})`, {
    hint: "The next run tells it again.",
    retryable: name === "ECONNREFUSED",
  });
}

function refused({ what, variable }: Post, status: number): CellarmanError {
  const isKey = status === 401 || status === 403 || status === 404 || status === 410;
  return new CellarmanError(isKey ? "not-authorised" : "server", `${what} answered ${status}`, {
    hint: isKey ? `See that ${variable} is right and still valid.` : "The next run tells it again.",
    retryable: status === 429 || status === 503,
  });
}
