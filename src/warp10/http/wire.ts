// Opening a wire to a Warp 10: address and token are checked before anything is sent.
import type { Clock } from "../../runtime/clock.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import { type Log, silentLog } from "../../runtime/log.ts";
import { openAgent } from "./agent.ts";
import type { Wire } from "./call.ts";

/** What a wire is opened with. */
export interface WireOptions {
  /** `http(s)://host[:port][/prefix]`; the API lies under `/api/v0`. */
  readonly url: string;
  readonly token: string;
  /** For people: `read token`. */
  readonly tokenName: string;
  readonly clock: Clock;
  readonly log?: Log | undefined;
  /** As in AgentOptions; true by default. */
  readonly reuse?: boolean;
}

/**
 * A wire with an agent of its own; the caller closes `agent`.
 * @throws CellarmanError "usage" for an address with user, query or fragment; "not-authorised" for
 * a token that cannot stand in a header.
 */
export function openWire(options: WireOptions): Wire {
  if (!/^[!-~]+$/.test(options.token)) {
    throw new CellarmanError(
      "not-authorised",
      `the ${options.tokenName} is empty or no plain text`,
      {
        hint: "Check the variable that holds it for blanks and line ends.",
      },
    );
  }
  return {
    base: baseOf(options.url),
    token: options.token,
    agent: openAgent({ reuse: options.reuse ?? true }),
    clock: options.clock,
    log: options.log ?? silentLog,
  };
}

/**
 * A server's address in one form: no slash at the end. Throws "usage" for what is no plain HTTP
 * address.
 */
export function baseOf(url: string): string {
  const parsed = URL.parse(url);
  const plain =
    parsed !== null &&
    (parsed.protocol === "https:" || parsed.protocol === "http:") &&
    parsed.username === "" &&
    parsed.password === "" &&
    parsed.search === "" &&
    parsed.hash === "";
  if (!plain) {
    throw new CellarmanError("usage", "the address of a Warp 10 is no plain http or https URL", {
      hint: "Write it as https://host:port, without user, query or fragment.",
    });
  }
  return parsed.href.replace(/\/+$/, "");
}
