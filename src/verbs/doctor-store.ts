// doctor: the store, found out by trying (facts cellar-s3 §§0, 2, 9).
import { type Ability, probeStore, type StoreAbilities } from "../cellar/probe.ts";
import { probeRoles } from "../cellar/probe-roles.ts";
import { openCellar, type Cellar, type CellarOptions } from "../cellar/s3.ts";
import type { Flow } from "../flow/flow.ts";
import { randomId } from "../runtime/random.ts";
import { bad, examine, type Finding, ok, weak } from "./doctor-finding.ts";
import { judgeClock } from "./doctor-hot.ts";
import { ARCHIVE_ROLES, judgeRoles, RECEIPT_ROLES } from "./doctor-roles.ts";
import { flagOption, type Invocation } from "./verb.ts";

/** The store's findings, and the store where it can be read. */
export interface StoreExamined {
  readonly findings: readonly Finding[];
  /** To be closed by the caller. */
  readonly cold: Cellar | undefined;
}

/** Every check on the flow's bucket. With --dry-run nothing is written to it. */
export async function examineStore(inv: Invocation, flow: Flow): Promise<StoreExamined> {
  const { signal, clock } = inv.io;
  const options = optionsOf(inv, flow);
  if ("check" in options) return { findings: [options], cold: undefined };
  const found: Finding[] = [];
  let cold: Cellar | undefined;
  found.push(
    ...(await examine("store", signal, async () => {
      const store = openCellar(options);
      cold = store;
      const clocks = judgeClock("clock of the store", await store.nowMs(signal), clock.now());
      return [ok("store", `${flow.archive.s3}, bucket ${flow.archive.bucket}`), clocks];
    })),
  );
  if (found.some((f) => f.code !== undefined)) {
    await cold?.close();
    return { findings: found, cold: undefined };
  }
  const probed = flagOption(inv.options, "dry-run")
    ? [weak("store's abilities", "not probed: --dry-run", "Run doctor without --dry-run.")]
    : await examine("store's abilities", signal, async () =>
        judgeAbilities(await probeStore(options, `probes/${randomId()}`, signal)),
      );
  const roles = flagOption(inv.options, "dry-run")
    ? []
    : await examine("bucket key's roles", signal, async () => {
        const all = [...ARCHIVE_ROLES, ...RECEIPT_ROLES];
        return [judgeRoles(await probeRoles(options, all, `doctor-${randomId()}`, signal))];
      });
  return { findings: [...found, ...probed, ...roles], cold };
}

function optionsOf(inv: Invocation, flow: Flow): CellarOptions | Finding {
  const { s3, bucket, prefix, accessKeyId, secretAccessKey } = flow.archive;
  const id = inv.io.env.get(accessKeyId.env);
  const key = inv.io.env.get(secretAccessKey.env);
  const missing = id === undefined ? accessKeyId.env : secretAccessKey.env;
  if (id === undefined || key === undefined) {
    return bad("store's keys", `${missing} is not set`, `Set ${missing}; the flow names it.`);
  }
  const { clock } = inv.io;
  return { endpoint: s3, bucket, prefix, accessKeyId: id, secretAccessKey: key, clock };
}

/** What the store can do, judged. Pure. */
export function judgeAbilities(abilities: StoreAbilities): Finding[] {
  const ask = "Ask the store's operator.";
  const readsBack =
    "Every object is read back in full and hashed before it counts: nothing rests on this.";
  const gives = (check: string, ability: Ability, no: Finding, fine: string): Finding =>
    ability === "yes"
      ? ok(check, fine)
      : ability === "no"
        ? no
        : weak(check, "cannot be told", ask);
  const refuses = (check: string, ability: Ability): Finding =>
    gives(check, ability, weak(check, "accepted", readsBack), "refused");
  const lost = "Do not archive here: what was put does not come back.";
  const isPublic = "Take the bucket policy or ACL away that lets anybody read.";
  return [
    gives("put reads back", abilities.readBack, bad("put reads back", "no", lost), "yes"),
    gives("put is listed", abilities.listedAfterPut, bad("put is listed", "no", lost), "yes"),
    gives(
      "conditional create",
      abilities.conditionalCreate,
      weak("conditional create", "ignored", "Keys are fresh and read back: nothing rests on this."),
      "yes",
    ),
    refuses("wrong Content-MD5", abilities.wrongMd5Refused),
    refuses("wrong payload hash", abilities.wrongPayloadHashRefused),
    refuses("wrong checksum header", abilities.wrongChecksumRefused),
    gives(
      "anonymous read",
      abilities.anonymousGetRefused,
      bad("anonymous read", "allowed", isPublic),
      "refused",
    ),
    judgeVersioning(abilities.versioning),
    judgeRules(abilities.deletingRules),
  ];
}

function judgeVersioning(versioning: StoreAbilities["versioning"]): Finding {
  const check = "versioning";
  if (versioning === "on")
    return ok(check, "on: what others delete or overwrite can be brought back");
  const advice = "Switch it on, so that what others delete or overwrite can be brought back.";
  return weak(check, versioning === "unknown" ? "cannot be told" : versioning, advice);
}

function judgeRules(rules: readonly string[] | undefined): Finding {
  const check = "lifecycle rules";
  if (rules === undefined) return weak(check, "cannot be told", "Ask the store's operator.");
  if (rules.length === 0) return ok(check, "none that deletes");
  return bad(check, rules.join("; "), "Take them away: they delete what hot no longer has.");
}
