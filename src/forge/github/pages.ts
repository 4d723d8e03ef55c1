// Lists that come in pages.
import { CellarmanError } from "../../runtime/errors.ts";

/** The most that GitHub gives at once. */
export const PER_PAGE = 100;

/** Pages that a list may have before something is plainly wrong. */
const PAGES_MAX = 50;

/** All of a list. Throws "limit" on one of more than 5,000: half a list is no answer. */
export async function allPages<T>(read: (page: number) => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; page <= PAGES_MAX; page++) {
    const some = await read(page);
    all.push(...some);
    if (some.length < PER_PAGE) return all;
  }
  throw new CellarmanError("limit", `GitHub lists more than ${PAGES_MAX * PER_PAGE} of these`);
}
