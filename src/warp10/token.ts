// What a token is, by TOKENINFO (facts warp10 §2.8, recordings 08-scripts).
import { CellarmanError } from "../runtime/errors.ts";
import { EXEC_PATH, execute } from "./exec.ts";
import type { ReadLimits, TokenFacts } from "./hot.ts";
import type { Wire } from "./http/call.ts";
import { TOKEN_INFO } from "./scripts.ts";

/**
 * TOKENINFO of the wire's token, read or write. Attributes are told only with the capability
 * `tokeninfo.attr`; Warp 10 3.5.0 tells neither owners nor producers, so those are empty lists:
 * *unknown*, not *unrestricted*.
 * @param lender another token of the same server whose `tokeninfo.attr` is used.
 * @throws CellarmanError "not-authorised" for a token that is expired or none.
 */
export async function tokenFactsOf(
  wire: Wire,
  limits?: ReadLimits,
  lender?: string,
): Promise<TokenFacts> {
  const { stack } = await tokenInfo(wire, limits, lender);
  const info: unknown = stack[0];
  if (stack.length !== 1 || !isRecord(info)) throw odd(wire);
  if (info["type"] !== "READ" && info["type"] !== "WRITE") throw undecodable(wire, info);
  const application = info["application"];
  const applications =
    info["type"] === "READ" ? strings(info["apps"]) : strings([application].filter(Boolean));
  return {
    type: info["type"],
    expiryMs: typeof info["expiry"] === "number" ? info["expiry"] : undefined,
    applications,
    owners: strings(info["owners"]),
    producers: strings(info["producers"]),
    attributes: isRecord(info["attributes"]) ? stringRecord(info["attributes"]) : undefined,
  };
}

/**
 * With the token's own capabilities; without, where the server takes no capabilities from such a
 * token.
 */
async function tokenInfo(wire: Wire, limits?: ReadLimits, lender?: string) {
  const what = "reading the token's facts";
  try {
    const capabilities = lender === undefined ? true : { lentBy: lender };
    return await execute(wire, TOKEN_INFO, { what, capabilities }, limits);
  } catch (thrown) {
    if (!(thrown instanceof CellarmanError) || thrown.code !== "not-authorised") throw thrown;
    return execute(wire, TOKEN_INFO, { what, capabilities: false }, limits);
  }
}

function undecodable(wire: Wire, info: Record<string, unknown>): CellarmanError {
  const read = info["ReadTokenDecodeError"];
  const write = info["WriteTokenDecodeError"];
  if (typeof read !== "string" && typeof write !== "string") return odd(wire);
  const expired = [read, write].some((said) => said === "Token Expired.");
  return new CellarmanError("not-authorised", expired ? "the token expired" : "the token is none", {
    where: wire.base,
    hint: "Issue a new token for this server.",
  });
}

function odd(wire: Wire): CellarmanError {
  return new CellarmanError("unreadable", "TOKENINFO answered something unknown", {
    where: wire.base + EXEC_PATH,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function stringRecord(value: Record<string, unknown>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, String(item)]));
}
