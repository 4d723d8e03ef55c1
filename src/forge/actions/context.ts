// What GitHub Actions says of the run, by its environment.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
import { readFile } from "node:fs/promises";
import type { Environment } from "../../runtime/environment.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/log.ts";
import { type GitHub, openGitHub } from "../github/client.ts";

/** The run that this process is part of. */
export interface ActionsContext {
  /** `owner/repo` of the flows. */
  readonly repository: string;
  /** `https://api.github.com`, or a server's own. */
  readonly apiUrl: string;
  /** `https://github.com`, or a server's own. */
  readonly serverUrl: string;
  /** `refs/heads/main`, `refs/pull/7/merge`. */
  readonly ref: string;
  readonly sha: string;
  readonly runId: number;
  /** 1 on the first try. */
  readonly runAttempt: number;
  readonly eventName: string;
  /** JSON of the event; undefined outside a run. */
  readonly eventPath: string | undefined;
  /** Who started the run. */
  readonly actor: string;
  /** Name of the workflow, and the job's key in it. */
  readonly workflow: string;
  readonly job: string;
  /** Branch that a pull request comes from; undefined: no pull request. */
  readonly headRef: string | undefined;
  readonly baseRef: string | undefined;
}

/** The run; undefined where this is none. Throws "internal" where GitHub says half of it. */
export function actionsContext(env: Environment): ActionsContext | undefined {
  if (env.get("GITHUB_ACTIONS") !== "true") return undefined;
  const need = (name: string): string => {
    const value = env.get(name);
    if (value !== undefined) return value;
    throw new CellarmanError("internal", `GITHUB_ACTIONS is true, and ${name} is not set`);
  };
  return {
    repository: need("GITHUB_REPOSITORY"),
    apiUrl: env.get("GITHUB_API_URL") ?? "https://api.github.com",
    serverUrl: env.get("GITHUB_SERVER_URL") ?? "https://github.com",
    ref: env.get("GITHUB_REF") ?? "",
    sha: env.get("GITHUB_SHA") ?? "",
    runId: Number(need("GITHUB_RUN_ID")),
    runAttempt: Number(env.get("GITHUB_RUN_ATTEMPT") ?? 1),
    eventName: env.get("GITHUB_EVENT_NAME") ?? "",
    eventPath: env.get("GITHUB_EVENT_PATH"),
    actor: env.get("GITHUB_ACTOR") ?? "",
    workflow: env.get("GITHUB_WORKFLOW") ?? "",
    job: env.get("GITHUB_JOB") ?? "",
    headRef: env.get("GITHUB_HEAD_REF"),
    baseRef: env.get("GITHUB_BASE_REF"),
  };
}

/** The run's page. */
export const runUrl = ({ serverUrl, repository, runId }: ActionsContext): string =>
  `${serverUrl}/${repository}/actions/runs/${runId}`;

/** The event that started the run, as GitHub wrote it; an empty object where there is none. */
export async function readEvent({ eventPath }: ActionsContext): Promise<unknown> {
  if (eventPath === undefined) return {};
  try {
    return JSON.parse(await readFile(eventPath, "utf8"));
  } catch (cause) {
    throw new CellarmanError("unreadable", `${eventPath} is no event of GitHub's`, { cause });
  }
}

/** Variables that hold a token: the job's own, and a GitHub App's to open pull requests with. */
export type TokenVariable = "GITHUB_TOKEN" | "CELLARMAN_APP_TOKEN";

/** A client for the run's repository; undefined where there is no run, or no such token. */
export function openRunGitHub(
  io: { readonly env: Environment; readonly signal?: AbortSignal },
  log: Log,
  variable: TokenVariable = "GITHUB_TOKEN",
): GitHub | undefined {
  const context = actionsContext(io.env);
  const token = io.env.get(variable);
  if (!context || token === undefined) return undefined;
  const { apiUrl, repository } = context;
  const secondMs = io.env.get("CELLARMAN_GITHUB_SECOND_MS");
  return openGitHub({
    apiUrl,
    token,
    repository,
    log,
    ...(io.signal ? { signal: io.signal } : {}),
    ...(secondMs === undefined ? {} : { secondMs: Number(secondMs) }),
  });
}
