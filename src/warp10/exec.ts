// One script over /exec: its stack as JSON, strictly (facts warp10 §1.1).
import { CellarmanError } from "../runtime/errors.ts";
import type { ReadLimits } from "./hot.ts";
import { askAll, type Wire } from "./http/call.ts";
import type { AnswerHeaders } from "./http/head.ts";
import { EXPOSED_HEADERS } from "./scripts.ts";

export const EXEC_PATH = "/api/v0/exec";
const MAX_STACK_BYTES = 1_048_576;

/** What a script left. */
export interface ExecAnswer {
  /** Top first. */
  readonly stack: readonly unknown[];
  readonly headers: AnswerHeaders;
}

/** How a script is run. */
export interface ExecOptions {
  /** For people: `counting points`. */
  readonly what: string;
  /**
   * Whose capabilities are asked for: the token's own (true, the default), none, or those of
   * another token.
   */
  readonly capabilities?: boolean | { readonly lentBy: string };
  /** Further headers: parameters, a session, a time box. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of the answer at most; MAX_STACK_BYTES when left out. */
  readonly maxBytes?: number;
}

/**
 * Runs a script with the wire's token among the headers that it sees. A script says nothing while
 * it runs, so the stall limit does not apply: only the deadline does. A script goes on after its
 * client left (facts warp10 §1.1).
 * @throws CellarmanError as `ask` does; "incomplete-read" when the answer is no JSON list.
 */
export async function execute(
  wire: Wire,
  script: string,
  options: ExecOptions,
  limits: ReadLimits = {},
): Promise<ExecAnswer> {
  const { stallMs: _, ...unstalled } = limits;
  const { capabilities = true } = options;
  const lender = typeof capabilities === "object" ? capabilities.lentBy : wire.token;
  const question = {
    what: options.what,
    path: EXEC_PATH,
    contentType: "text/plain; charset=utf-8",
    body: script,
    headers: {
      ...options.headers,
      "X-Warp10-ExposeHeaders": EXPOSED_HEADERS,
      ...(capabilities === false ? {} : { "X-Warp10-Capabilities": lender }),
    },
  };
  const { maxBytes = MAX_STACK_BYTES } = options;
  const { headers, body } = await askAll(wire, question, unstalled, maxBytes);
  return { stack: stackOf(body, options.what, wire.base + EXEC_PATH), headers };
}

/** A failure during the output cuts the JSON and leaves the status at 200 (facts warp10 §1.1). */
function stackOf(body: Buffer, what: string, where: string): readonly unknown[] {
  try {
    const stack: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (Array.isArray(stack)) return stack;
  } catch {
    // Said below.
  }
  throw new CellarmanError(
    "incomplete-read",
    `${what}: the script's answer is no whole JSON list`,
    {
      where,
      retryable: true,
    },
  );
}
