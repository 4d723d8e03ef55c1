// The default branch's head, asked for at most once a minute and conditionally: an answer that is
// still good comes as 304 and is not counted against the token's limit.
import type { Clock } from "../../runtime/clock.ts";
import type { GitHub } from "./client.ts";
import { statusOf } from "./failure.ts";

/** How long an answer is good for, ms. */
export const HEAD_FRESH_MS = 60_000;

export interface Head {
  readonly branch: string;
  /** Id of its last commit. */
  readonly sha: string;
}

/** Asks for the head; throws where GitHub gives no clear answer. */
export function headOf(github: GitHub, clock: Pick<Clock, "now">): () => Promise<Head> {
  let known: { head: Head; atMs: number } | undefined;
  const repository = conditional(async (headers) => {
    const answer = await github.request("GET /repos/{owner}/{repo}", {
      ...github.repository,
      headers,
    });
    return { etag: answer.headers.etag, value: answer.data.default_branch };
  });
  const commit = new Map<string, () => Promise<string>>();
  const commitOf = (branch: string): Promise<string> => {
    const ask =
      commit.get(branch) ??
      conditional(async (headers) => {
        const answer = await github.request("GET /repos/{owner}/{repo}/git/ref/{ref}", {
          ...github.repository,
          ref: `heads/${branch}`,
          headers,
        });
        return { etag: answer.headers.etag, value: answer.data.object.sha };
      });
    commit.set(branch, ask);
    return ask();
  };
  return async () => {
    const atMs = clock.now();
    if (known && atMs - known.atMs < HEAD_FRESH_MS) return known.head;
    const branch = await repository();
    const head = { branch, sha: await commitOf(branch) };
    known = { head, atMs };
    return head;
  };
}

interface Tagged<T> {
  readonly etag: string | undefined;
  readonly value: T;
}

/** A read that is repeated with the last answer's tag; 304 means that this answer still stands. */
function conditional<T>(
  read: (headers: Record<string, string>) => Promise<Tagged<T>>,
): () => Promise<T> {
  let last: Tagged<T> | undefined;
  return async () => {
    try {
      last = await read(last?.etag === undefined ? {} : { "if-none-match": last.etag });
      return last.value;
    } catch (error) {
      if (last && statusOf(error) === 304) return last.value;
      throw error;
    }
  };
}
