// The one client of GitHub's API: github.com and GitHub Enterprise Server alike. The token goes
// into the header alone; no redirect is followed with it. What is not in operations.ts is refused.
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Agent, fetch, type RequestInit } from "undici";
import type { Log } from "../../runtime/log.ts";
import { randomId } from "../../runtime/random.ts";
import { VERSION } from "../../runtime/version.ts";
import { githubFailure, moved, notListed } from "./failure.ts";
import { OPERATIONS } from "./operations.ts";

/** Whose flows these are: `owner/repo` in two. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** GitHub, for one repository. Every call throws a CellarmanError where it fails. */
export interface GitHub {
  readonly repository: Repository;
  /** One call by its route, such as `GET /repos/{owner}/{repo}`; types are GitHub's own. */
  readonly request: Octokit["request"];
  close(): Promise<void>;
}

export interface GitHubOptions {
  /** `https://api.github.com`, or GITHUB_API_URL of a server of one's own. */
  readonly apiUrl: string;
  readonly token: string;
  /** `owner/repo`. */
  readonly repository: string;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** How long one second of GitHub's waits takes, ms; 0: none are kept. For rehearsals. */
  readonly secondMs?: number;
}

/** Longest wait for an answer, or between two parts of one. */
const ANSWER_MS = 30_000;
const CONNECT_MS = 10_000;
/** A rate limit that lasts longer than this fails the call, s. */
const LIMIT_WAIT_S = 120;
/** Further tries after a limit, or a failure of GitHub's own. */
const RETRIES = 3;
/** The version of the API that these calls were written for. */
const API_VERSION = "2022-11-28";

/** Opens a client. No call is made. */
export function openGitHub(options: GitHubOptions): GitHub {
  const { apiUrl, token, log, signal, secondMs = 1_000 } = options;
  const agent = new Agent({
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
    connect: { timeout: CONNECT_MS },
  });
  const waits = (seconds: number, _call: unknown, _client: unknown, tries: number): boolean => {
    const again = tries < RETRIES && seconds <= LIMIT_WAIT_S;
    log.warn(`GitHub limits calls for ${seconds} s: ${again ? "waiting" : "giving up"}`);
    return again;
  };
  const Client = Octokit.plugin(throttling, retry);
  const octokit = new Client({
    auth: token,
    baseUrl: apiUrl.replace(/\/+$/, ""),
    userAgent: `cellarman/${VERSION}`,
    log: { debug: log.debug, info: log.debug, warn: log.debug, error: log.debug },
    request: {
      fetch: (url: string, init: RequestInit) =>
        fetch(url, { ...init, redirect: "manual", dispatcher: agent }),
      ...(signal ? { signal } : {}),
    },
    retry: { retries: RETRIES, retryAfterBaseValue: secondMs },
    throttle: {
      enabled: secondMs > 0,
      // A pace of its own: the plugin keeps one for all clients of a process otherwise.
      id: randomId(),
      retryAfterBaseValue: secondMs,
      onRateLimit: waits,
      onSecondaryRateLimit: waits,
    },
  });
  guard(octokit, signal);
  const { request } = octokit;
  return { repository: repositoryOf(options.repository), request, close: () => agent.destroy() };
}

/** `owner/repo` in two. */
export function repositoryOf(name: string): Repository {
  const [owner = "", repo = ""] = name.split("/");
  return { owner, repo };
}

/** Around every call: known routes only, GitHub's errors as ours. */
function guard(octokit: Octokit, signal: AbortSignal | undefined): void {
  octokit.hook.wrap("request", async (request, call) => {
    const route = `${call.method} ${call.url}`;
    const permission = OPERATIONS[route];
    if (permission === undefined) throw notListed(route);
    signal?.throwIfAborted();
    call.headers["x-github-api-version"] = API_VERSION;
    // What creates something is not repeated after a lost answer: it may have been carried out.
    if (call.method === "POST") call.request = { ...call.request, retries: 0 };
    try {
      const answer = await request(call);
      if (answer.status >= 300) throw moved(route, answer.headers.location);
      return answer;
    } catch (thrown) {
      signal?.throwIfAborted();
      throw githubFailure(thrown, route, permission);
    }
  });
}
