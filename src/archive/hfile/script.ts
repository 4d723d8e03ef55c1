// The WarpScript that runs on a Warp 10 with the HFiles extension: the .mc2 files beside this one,
// by name. Parameters and tokens travel as headers, never in a script's text: errors quote it.
import { CellarmanError } from "../../runtime/errors.ts";
import texts from "./scripts.json" with { type: "json" };

/** A script, by its file's name without `.mc2`. */
export type HfileScript = keyof typeof texts;

/** The header that a script finds its parameters in, and those of secrets beside the token's. */
export const HFILE_HEADERS = {
  params: "X-Cellarman-Params",
  coldToken: "X-Cellarman-Cold-Token",
  secret: "X-Cellarman-Hf-Secret",
  storeSecret: "X-Cellarman-Store-Secret",
} as const;

/**
 * Bytes that the parameters of one call may take: the server refuses a request whose head is larger
 * than 8 KiB in all (facts warp10 §1.0), and the tokens need their share.
 */
export const MAX_PARAMS_BYTES = 4096;

/** What a parameter may be. Ticks, counts and limits are text: JSON's numbers end at 2^53. */
export type HfileParam =
  | string
  | number
  | boolean
  | readonly HfileParam[]
  | { readonly [name: string]: HfileParam | undefined };

/** The text of a script; it is the same for every call. */
export function hfileScript(name: HfileScript): string {
  return texts[name];
}

/**
 * What a script pushes last: without it on top, it did not reach its end (facts warp10, trap 24).
 */
export function hfileEnd(name: HfileScript): string {
  return `cellarman.hfile.${name}.end`;
}

/**
 * Parameters as a header's value: JSON in ASCII; undefined ones are left out. Throws CellarmanError
 * "limit" where they are too large.
 */
export function paramsHeader(params: Readonly<Record<string, HfileParam | undefined>>): string {
  const json = JSON.stringify(params).replaceAll(
    /[^\u0020-\u007e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  if (json.length <= MAX_PARAMS_BYTES) return json;
  throw new CellarmanError(
    "limit",
    `the parameters of a call to the HFiles extension take ${json.length} bytes, ` +
      `more than ${MAX_PARAMS_BYTES}`,
    { hint: "shorten the selector of the batch (fewer labels by name, a shorter regex)" },
  );
}
