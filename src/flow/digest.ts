// What a flow is, and what of it a plan's purge rests on, each as one SHA-256 (design §3, "Plans").
import { createHash } from "node:crypto";
import { canonicalJson } from "../ledger/canonical.ts";
import type { Flow } from "./flow.ts";

/**
 * Hex SHA-256 of the whole normalised flow: what is written differently but means the same is the
 * same.
 */
export const flowDigest = (flow: Flow): string => sha256(canonicalJson(flow));

/**
 * Hex SHA-256 of what must not change between a plan and its purge: name, server, selectors (in any
 * order), time unit, kind of period, and the archive's place. Grace, budget, mode, fence and
 * keep-hot are read from the flow as it is.
 */
export function purgeDigest(flow: Flow): string {
  const { name, source, period, archive } = flow;
  return sha256(
    canonicalJson({
      flow: name,
      warp10: source.warp10,
      select: source.select.map((selector) => canonicalJson(selector)).toSorted(),
      "time-unit": source.timeUnit,
      every: period.every,
      s3: archive.s3,
      bucket: archive.bucket,
      prefix: archive.prefix,
    }),
  );
}

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
