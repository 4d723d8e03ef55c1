// GitHub's refusals as our errors: what was asked, what GitHub said, and what to do.
import { CellarmanError, type ErrorDetails } from "../../runtime/errors.ts";
import type { Permission } from "./operations.ts";

/** What the client's own error looks like; without an answer there is no `response`. */
interface RequestFailure {
  readonly status: number;
  readonly message: string;
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>;
    readonly data?: unknown;
  };
}

const isRequestFailure = (thrown: unknown): thrown is RequestFailure & Error =>
  thrown instanceof Error && "status" in thrown && typeof thrown.status === "number";

/** The HTTP status that GitHub refused a call with; undefined: it is no refusal of GitHub's. */
export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof CellarmanError ? error.cause : error;
  return isRequestFailure(cause) && cause.response ? cause.status : undefined;
}

/**
 * The answer, or undefined where GitHub says 404. GitHub says so as well where the token may not
 * see a thing: nothing that permits may rest on this.
 */
export async function unless404<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/**
 * Whether GitHub shows no such thing: it is not there, or not of this repository's plan (403, with
 * the advice to upgrade). A token with too few permissions is another 403, and stays an error.
 */
export function isHidden(error: unknown): boolean {
  if (!(error instanceof CellarmanError)) return false;
  return statusOf(error) === 404 || (statusOf(error) === 403 && /upgrade/i.test(error.message));
}

/** Whatever a call threw, as our error. */
export function githubFailure(
  thrown: unknown,
  route: string,
  permission: Permission | null,
): unknown {
  if (thrown instanceof CellarmanError || !isRequestFailure(thrown)) return thrown;
  const { status, response } = thrown;
  const fail = (
    code: CellarmanError["code"],
    what: string,
    more: ErrorDetails = {},
  ): CellarmanError =>
    new CellarmanError(code, `GitHub ${what}: ${route}`, { cause: thrown, ...more });
  if (!response) {
    const hint = "See githubstatus.com, and that this runner may reach the API.";
    return fail("network", `did not answer (${thrown.message})`, { retryable: true, hint });
  }
  const said = firstLine(thrown.message);
  if (status === 304) return fail("internal", "has nothing new (304)");
  if (isLimit(thrown)) {
    return fail("server", `limits this token's calls (${status})`, {
      retryable: true,
      hint: "Run again later; other workflows of the repository share the limit.",
    });
  }
  if (status === 401) {
    const hint = "Give the job its own token: GITHUB_TOKEN: ${{ github.token }}.";
    return fail("not-authorised", "refused the token (401)", { hint });
  }
  if (status === 403) {
    return fail("not-authorised", `refused (403, ${said})`, { hint: toAdd(permission) });
  }
  if (status === 404) {
    const hint = `If it is there, the token may not see it. ${toAdd(permission)}`;
    return fail("server", "finds nothing (404)", { hint });
  }
  if (status >= 500) return fail("server", `failed (${status})`, { retryable: true });
  return fail("server", `refused (${status}, ${said})`);
}

/** GitHub's message without the link to its documentation. */
const firstLine = (message: string): string =>
  (message.split("\n")[0] ?? "").replace(/ - https?:\S*$/, "");

/** Primary or secondary limit: 429, or a 403 that says so. */
function isLimit({ status, message, response }: RequestFailure): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return /rate limit/i.test(message) || String(response?.headers["x-ratelimit-remaining"]) === "0";
}

/** The block that a job needs; a `permissions:` takes away all that it does not name. */
export function toAdd(permission: Permission | null): string {
  if (permission === null) return "Give the job a token that may read this repository.";
  return `Add to the job, beside what it has:\n    permissions:\n      ${permission}`;
}

export const notListed = (route: string): CellarmanError =>
  new CellarmanError("internal", `${route} is not among the calls of src/forge/github`);

/** A renamed repository answers with a redirect; a token is sent to no other place. */
export const moved = (route: string, to: string | undefined): CellarmanError =>
  new CellarmanError("blocked", `GitHub redirects ${route}${to === undefined ? "" : ` to ${to}`}`, {
    hint: "Was the repository renamed? Start a new run, so that GitHub names it anew.",
  });
