// What this store can do, found out by trying: for `doctor`, and for the ledger's record of
// weakened protections.
import { hash } from "node:crypto";
import { parseXML } from "@aws-sdk/xml-builder";
import { openClient, type StoreClient } from "./client.ts";
import type { StoreAnswer, StoreRequest } from "./exchange.ts";
import { errorCodeOf, failureOf } from "./failure.ts";
import { checkedKey, placeOf } from "./place.ts";
import type { CellarOptions } from "./s3.ts";

/** A yes or no, or "unknown" where the store or these keys do not let us see. */
export type Ability = "yes" | "no" | "unknown";

/** What was found. */
export interface StoreAbilities {
  /** A second `If-None-Match: *` put of one key is refused. */
  readonly conditionalCreate: Ability;
  /** A put whose Content-MD5 is wrong is refused. */
  readonly wrongMd5Refused: Ability;
  /** A put whose signed SHA-256 is wrong is refused. */
  readonly wrongPayloadHashRefused: Ability;
  /** A put whose `x-amz-checksum-sha256` is wrong is refused ("no" on Ceph before Tentacle). */
  readonly wrongChecksumRefused: Ability;
  /** A GET without signature is refused. */
  readonly anonymousGetRefused: Ability;
  /** What was put is listed right after. */
  readonly listedAfterPut: Ability;
  /** What was put reads back, byte for byte. */
  readonly readBack: Ability;
  readonly versioning: "on" | "suspended" | "off" | "unknown";
  /**
   * Enabled lifecycle rules that do more than drop unfinished uploads; undefined where they cannot
   * be read.
   */
  readonly deletingRules: readonly string[] | undefined;
}

/**
 * Tries the store out with objects of a few bytes under `folder` (relative, e.g. `probes/<random>`;
 * never used before). Deletes nothing. Throws where the store cannot be reached, refuses the keys,
 * or has no such bucket.
 */
export async function probeStore(
  options: CellarOptions,
  folder: string,
  signal?: AbortSignal,
): Promise<StoreAbilities> {
  const client = openClient({ ...options, place: placeOf(options) });
  try {
    return await probe(client, client.place.prefix + checkedKey(folder), signal);
  } finally {
    await client.close();
  }
}

async function probe(
  client: StoreClient,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<StoreAbilities> {
  const send = (request: Omit<StoreRequest, "signal">) => client.send({ ...request, signal });
  const bytes = Buffer.from(`a probe of ${folder}\n`);
  const put = (name: string, more: Partial<StoreRequest>) =>
    send({ method: "PUT", key: `${folder}/${name}`, body: bytes, ...more });
  const first: StoreRequest = {
    method: "PUT",
    key: `${folder}/plain`,
    body: bytes,
    headers: { "if-none-match": "*" },
  };
  const made = await send(first);
  if (made.status !== 200) {
    const where = `${client.place.origin}/${client.place.bucket}/${first.key}`;
    throw failureOf(first, where, made, client.now());
  }
  const other = hash("sha256", "something else", "base64");
  const otherMd5 = hash("md5", "something else", "base64");
  const found = await send({ method: "GET", key: first.key });
  const listing = await send({
    method: "GET",
    key: "",
    query: { "list-type": "2", prefix: first.key },
  });
  return {
    conditionalCreate: refusal(await send(first), [412]),
    wrongMd5Refused: refusal(await put("md5", { headers: { "content-md5": otherMd5 } }), [400]),
    wrongPayloadHashRefused: refusal(
      await put("payload", { payloadSha256: hash("sha256", "something else") }),
      [400],
    ),
    wrongChecksumRefused: refusal(
      await put("checksum", { headers: { "x-amz-checksum-sha256": other } }),
      [400],
    ),
    anonymousGetRefused: refusal(
      await send({ method: "GET", key: first.key, anonymous: true }),
      [401, 403],
    ),
    listedAfterPut: seen(listing, listing.body.includes(`<Key>${first.key}</Key>`)),
    readBack: seen(found, found.body.equals(bytes)),
    versioning: versioningOf(await send({ method: "GET", key: "", query: { versioning: "" } })),
    deletingRules: rulesOf(await send({ method: "GET", key: "", query: { lifecycle: "" } })),
  };
}

/**
 * Whether an answer is the refusal hoped for; a success is a plain no, anything else tells nothing.
 */
function refusal(answer: StoreAnswer, statuses: readonly number[]): Ability {
  if (statuses.includes(answer.status)) return "yes";
  return answer.status === 200 ? "no" : "unknown";
}

function seen(answer: StoreAnswer, isThere: boolean): Ability {
  if (answer.status !== 200) return answer.status === 404 ? "no" : "unknown";
  return isThere ? "yes" : "no";
}

function versioningOf(answer: StoreAnswer): StoreAbilities["versioning"] {
  const configuration = answer.status === 200 ? parsed(answer) : undefined;
  if (configuration === undefined) return "unknown";
  const status = /<Status>(\w+)<\/Status>/.exec(answer.body.toString("utf8"))?.[1];
  if (status === "Enabled") return "on";
  if (status === "Suspended") return "suspended";
  return status === undefined ? "off" : "unknown";
}

function parsed(answer: StoreAnswer): Record<string, unknown> | undefined {
  try {
    const document: unknown = parseXML(answer.body.toString("utf8"));
    return typeof document === "object" && document !== null
      ? (document as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a rule may hold that deletes nothing. */
const HARMLESS = new Set(["ID", "Prefix", "Filter", "Status", "AbortIncompleteMultipartUpload"]);

function rulesOf(answer: StoreAnswer): string[] | undefined {
  if (answer.status === 404 && errorCodeOf(answer) === "NoSuchLifecycleConfiguration") return [];
  const root = answer.status === 200 ? parsed(answer)?.["LifecycleConfiguration"] : undefined;
  if (typeof root !== "object" || root === null) return undefined;
  const rules: unknown = Reflect.get(root, "Rule") ?? [];
  return (Array.isArray(rules) ? rules : [rules]).flatMap((rule: unknown) => {
    const fields =
      typeof rule === "object" && rule !== null ? (rule as Record<string, unknown>) : {};
    const actions = Object.keys(fields).filter((name) => !HARMLESS.has(name));
    if (fields["Status"] === "Disabled" || actions.length === 0) return [];
    return [`rule ${JSON.stringify(fields["ID"] ?? "without id")}: ${actions.join(", ")}`];
  });
}
