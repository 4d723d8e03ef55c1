// doctor: what this job's bucket key may write. Archive, verify and purge have one each, so that
// none can write the receipts of the next (design §7).
import type { Ability } from "../cellar/probe.ts";
import { type Finding, ok, weak } from "./doctor-finding.ts";

/** Prefixes of the archive's key, and of the receipts that it must not be able to write. */
export const ARCHIVE_ROLES = ["data", "seals"] as const;
export const RECEIPT_ROLES = ["verified", "approved", "lifts", "purged"] as const;

const CHECK = "bucket key's roles";
const ADVICE =
  "Make three keys, each with its own prefixes: archive (plans, markers, data, seals), " +
  "verify (verified, findings), purge (approved, lifts, intents, purged and what follows).";

/** Judges what was found of each role. Pure. */
export function judgeRoles(found: ReadonlyMap<string, Ability>): Finding {
  const those = (roles: readonly string[], what: Ability): string[] =>
    roles.filter((role) => found.get(role) === what);
  const unknown = those([...ARCHIVE_ROLES, ...RECEIPT_ROLES], "unknown");
  const receipts = those(RECEIPT_ROLES, "yes");
  const archives = those(ARCHIVE_ROLES, "yes");
  if (archives.length > 0 && receipts.length > 0) {
    return weak(CHECK, `one key writes ${[...archives, ...receipts].join(", ")}`, ADVICE);
  }
  if (receipts.includes("verified") && receipts.length > 1) {
    return weak(CHECK, `one key writes ${receipts.join(", ")}`, ADVICE);
  }
  if (unknown.length > 0) {
    return weak(CHECK, `cannot be told of ${unknown.join(", ")}`, "Ask the store's operator.");
  }
  const writes = [...archives, ...receipts].join(", ") || "none of them";
  const refused = those([...ARCHIVE_ROLES, ...RECEIPT_ROLES], "no").join(", ") || "nothing";
  return ok(CHECK, `writes ${writes}; refused: ${refused}`);
}
