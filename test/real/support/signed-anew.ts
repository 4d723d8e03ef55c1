// A request to the store under a signature of the real time.
import type { IncomingMessage } from "node:http";
import { makeSigner, type StoreKeys } from "../../../src/cellar/sign.ts";

/**
 * The headers of a request as it goes on to the store. What was signed wrongly, or by nobody known,
 * goes on under another wrong signature: refusing is the store's part.
 */
export function signedAnew(
  known: readonly StoreKeys[],
  incoming: IncomingMessage,
  target: string,
): Record<string, string> {
  const { authorization = "" } = incoming.headers;
  const [, accessKeyId = "none"] = /Credential=([^/]+)\//.exec(authorization) ?? [];
  const [, names = ""] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  const headers: Record<string, string> = {};
  for (const name of names.split(";").filter((n) => n !== "" && !n.startsWith("x-amz-"))) {
    headers[name] = String(incoming.headers[name]);
  }
  const { method = "GET", url = "/" } = incoming;
  const [path = "/", query = ""] = url.split("?");
  const payloadSha256 = String(incoming.headers["x-amz-content-sha256"]);
  const unsigned = { method, path, query, headers, payloadSha256 };
  const keys = known.find((pair) => pair.accessKeyId === accessKeyId);
  const expected = keys && makeSigner(keys, "default")(unsigned, timeOf(incoming));
  const isRight = expected?.["authorization"] === authorization;
  const secretAccessKey = keys && isRight ? keys.secretAccessKey : "not the secret";
  const anew = { ...unsigned, headers: { ...headers, host: new URL(target).host } };
  return makeSigner({ accessKeyId, secretAccessKey }, "default")(anew, Date.now());
}

/** When a request says that it was signed, ms. */
function timeOf({ headers }: IncomingMessage): number {
  const basic = String(headers["x-amz-date"]);
  return Date.parse(basic.replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
}
